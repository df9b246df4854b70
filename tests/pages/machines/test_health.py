"""The probes of operators."""

import time
from pathlib import Path

import httpx
from starlette.applications import Starlette

from server.app import create_app
from server.running.wall_clock import WallClock
from server.settings import Settings


async def test_it_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/livez")).text == "alive\n"
    assert (await client.get("/readyz")).text == "ready\n"


async def test_it_is_not_ready_without_its_database(settings: Settings) -> None:
    lost = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"})
    transport = httpx.ASGITransport(app=create_app(lost))
    async with httpx.AsyncClient(transport=transport, base_url="http://plenary.test") as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503


async def test_without_redis_visitors_are_still_sent_here(app: Starlette, client: httpx.AsyncClient) -> None:
    app.state.hub.miss_bus(True)
    degraded = await client.get("/readyz")
    assert (degraded.status_code, degraded.text) == (200, "ready, but degraded: Redis does not answer\n")


async def test_what_the_rooms_measure_is_told(client: httpx.AsyncClient) -> None:
    told = (await client.get("/metrics")).text
    for name in (
        "plenary_connections",
        "plenary_frames_total",
        "plenary_frames_skipped_total",
        "plenary_tick_seconds_count",
        "plenary_commit_seconds_count",
        "plenary_bus_round_trip_seconds_count",
        "plenary_event_loop_lag_seconds_count",
        "plenary_mail_waiting",
    ):
        assert f"\n{name} " in told


async def test_metrics_are_for_this_machine_or_the_token(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"metrics_token": "a long token"}))
    near = httpx.ASGITransport(app=app, client=("127.0.0.1", 1))
    far = httpx.ASGITransport(app=app, client=("198.51.100.7", 1))
    async with httpx.AsyncClient(transport=near, base_url="http://plenary.test") as client:
        assert "python_info" in (await client.get("/metrics")).text
        assert (await client.get("/metrics", headers={"x-forwarded-for": "198.51.100.7"})).status_code == 403
    async with httpx.AsyncClient(transport=far, base_url="http://plenary.test") as client:
        assert (await client.get("/metrics")).status_code == 403
        assert (await client.get("/metrics", headers={"authorization": "Bearer a long token"})).status_code == 200
    await app.state.db.close()


async def test_a_clock_that_has_jumped_is_told_of_and_visitors_can_still_be_sent_here(
    app: Starlette, client: httpx.AsyncClient, tmp_path: Path
) -> None:
    ahead_s = 0.0
    app.state.wall_clock = WallClock(tmp_path, lambda: time.time() + ahead_s)
    ahead_s = 7_200.0
    told = await client.get("/readyz")
    assert (told.status_code, told.text[:20]) == (200, "ready, but degraded:")
    assert "the clock has jumped by +7200 s" in told.text
    ahead_s = 0.0
    assert (await client.get("/readyz")).text == "ready\n"
