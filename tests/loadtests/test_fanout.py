"""The fan-out benchmark in small: everything is started, connected and counted, but no time is judged."""

import numpy as np
import pytest

from loadtests.fanout import latency, memory, throughput
from loadtests.fanout.contenders import contenders
from loadtests.fanout.crowd import Crowd
from loadtests.fanout.frames import TEXT, masked, whole
from loadtests.fanout.house import House, total
from loadtests.fanout.process import Failed, running
from rooms.outlet import header

CROWD = 12


@pytest.fixture
async def house(settings, make) -> House:
    """An installation whose demo event has no films and one live session."""
    event = await make.event(slug="demo", kind="demo")
    await make.live_session(event)
    house = House(settings.data, {"DATABASE_URL": settings.database_url})
    house.sign_in(CROWD)
    return house


@pytest.mark.one_engine
def test_ours_is_compared_with_every_other_server(house, redis_url, monkeypatch):
    monkeypatch.setattr(throughput, "SETTLES_S", 0)
    house.environment["REDIS_URL"] = redis_url
    told: list[str] = []
    figures = throughput.compare(contenders(house), CROWD, 1, 0.5, told.append)
    assert [figure.name for figure in figures] == [
        *("ours", "ours, storing", "plain ASGI loop", "socket.io", "ws"),
        *("ours against plain ASGI loop", "ours against socket.io", "ours against ws"),
        *("ours, storing against plain ASGI loop", "ours, storing against socket.io", "ours, storing against ws"),
    ]
    assert all(figure.median > 0 for figure in figures)
    assert len(told) == 5


@pytest.mark.one_engine
def test_every_reaction_is_followed_to_every_receiver_and_every_connection_weighed(house, monkeypatch):
    monkeypatch.setattr(latency, "SETTLES_S", 0)
    found = latency.ovation(house, CROWD, 20, 1)
    assert found.missing == 0
    assert 0 < found.median_ms <= found.p99_ms
    monkeypatch.setattr(memory, "WARM", CROWD // 2)
    monkeypatch.setattr(memory, "SETTLES_S", 0)
    assert memory.idle(house, CROWD) >= 0


def test_a_reaction_is_shown_with_the_first_total_that_holds_it():
    crowd = Crowd(0)
    for when, who, seen in [(1.0, 0, 100), (1.2, 0, 101), (1.3, 1, 102), (1.5, 0, 102)]:
        crowd.arrived_s.append(when)
        crowd.receivers.append(who)
        crowd.totals.append(seen)
    found = latency.seen(crowd, np.array([1.1, 1.15]), before=100, people=2)
    assert found.missing == 0
    assert found.median_ms == pytest.approx(np.median([100, 350, 200, 150]))
    assert latency.seen(crowd, np.array([1.1, 1.15, 1.2]), before=100, people=2).missing == 2
    crowd.close()


def test_each_whole_frame_is_found_and_an_incomplete_one_is_left():
    texts = [b"", b"x" * 125, b"x" * 126, b"x" * 70_000]
    data = b"".join(header(len(text)) + text for text in texts)
    assert [(opcode, payload) for opcode, payload, _ in whole(data)] == [(TEXT, text) for text in texts]
    assert [payload for _, payload, _ in whole(data[:-1])] == texts[:3]
    assert masked(b"x" * 300)[:4] == b"\x81\xfe\x01\x2c"


def test_a_total_is_the_sum_over_all_emoji():
    assert total(b'{"topics":{"reactions":{"totals":{"clap":3,"love":4},"paused":false}}}') == 7
    assert total(b'{"topics":{"headcount":{"count":9}}}') is None


def test_a_server_that_does_not_start_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(Failed), running(["sh", "-c", f"trap 'touch {tmp_path}/ended' EXIT; exit 1"]):
        pass
    assert (tmp_path / "ended").exists()
