"""One suite for every bus: what is published is heard, by all who subscribed, on its channel alone."""

import pytest

from rooms.bus import Bus, RowChanged
from rooms.bus.memory import MemoryBus

ROOM = "event:3f1c2f6e-8a0b-4d39-9d2e-0c7a5b1e4f60"
NEWS = RowChanged(ROOM, "announcement", 7)


@pytest.fixture(params=[MemoryBus])
def bus(request) -> Bus:
    return request.param()


def test_every_subscriber_hears(bus):
    one, two = [], []
    bus.subscribe(ROOM, one.append)
    bus.subscribe(ROOM, two.append)
    bus.publish(ROOM, NEWS)
    assert one == two == [NEWS]


def test_nobody_hears_another_room(bus):
    heard = []
    bus.subscribe(ROOM, heard.append)
    bus.publish("house", NEWS)
    assert heard == []


def test_who_unsubscribed_hears_no_more_and_may_do_so_twice(bus):
    one, two = [], []
    bus.subscribe(ROOM, one.append)
    bus.subscribe(ROOM, two.append)
    bus.unsubscribe(ROOM, one.append)
    bus.unsubscribe(ROOM, one.append)
    bus.publish(ROOM, NEWS)
    assert (one, two) == ([], [NEWS])


def test_who_unsubscribes_while_hearing_disturbs_nobody(bus):
    heard = []

    def once(message):
        heard.append(message)
        bus.unsubscribe(ROOM, once)

    bus.subscribe(ROOM, once)
    bus.subscribe(ROOM, heard.append)
    bus.publish(ROOM, NEWS)
    bus.publish(ROOM, NEWS)
    assert heard == [NEWS] * 3
