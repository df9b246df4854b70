"""The attendance of a session, as the beat observes and writes it."""

import asyncio
import uuid
from datetime import timedelta

from rooms.protocol import Playing
from rooms.session import Status
from server.analytics.attendance import time_present
from server.store.reactions import datetime_of
from tests.rooms.fakes import NOON, House, a_room
from tests.waiting import until

KEYNOTE = a_room("session")


async def test_attendance_is_written_only_while_it_plays_and_the_session_runs(house):
    amara, _ = await house.join(KEYNOTE)
    await house.pass_seconds(10)
    assert house.journal.stays == {}
    await house.hub.play(amara, Playing(KEYNOTE, playing=True))
    began = house.clock.epoch_ms()
    for _ in range(60):
        await house.pass_seconds(1)
    status = Status("ended", NOON, NOON, NOON, house.clock.epoch_ms(), "open")
    house.rows.write(KEYNOTE, "status", status)
    for _ in range(60):
        await house.pass_seconds(1)
    [stay] = house.journal.stays.values()
    assert stay.person == amara.person
    assert 58_000 <= stay.seen_ms - stay.started_ms <= 60_000
    assert stay.seen_ms == began + 60_000


async def test_a_reload_is_not_a_second_stay_and_a_tab_that_stops_ends_it(house):
    person = uuid.uuid4()
    for _ in range(3):
        tab, _ = await house.join(KEYNOTE, person=person)
        await house.hub.play(tab, Playing(KEYNOTE, playing=True))
        await house.pass_seconds(1)
        house.hub.disconnect(tab)
    await house.pass_seconds(1)
    assert len(house.journal.stays) == 1


async def test_a_clean_end_of_the_process_finishes_its_stays(house):
    amara, _ = await house.join(KEYNOTE)
    await house.hub.play(amara, Playing(KEYNOTE, playing=True))
    for _ in range(5):
        await house.pass_seconds(1)
    house.clock.pass_seconds(1)
    await house.beat.leave()
    [stay] = house.journal.stays.values()
    assert stay.seen_ms - stay.started_ms == 5_000


async def test_who_watches_at_two_processes_attends_once_and_a_killed_one_invents_no_hour(house):
    twin, person = House(twin=house), uuid.uuid4()
    for each in (house, twin):
        tab, _ = await each.join(KEYNOTE, person=person)
        await each.hub.play(tab, Playing(KEYNOTE, playing=True))
    for second in range(200):
        house.clock.pass_seconds(1)
        await house.beat.attend()
        if second < 100:
            await twin.beat.attend()
    await house.beat.leave()
    lived, killed = sorted(house.journal.stays.values(), key=lambda stay: -stay.seen_ms)
    spans = [(datetime_of(stay.started_ms), datetime_of(stay.seen_ms)) for stay in (lived, killed)]
    assert time_present(spans) == timedelta(seconds=199)
    assert 69_000 <= killed.seen_ms - killed.started_ms <= 99_000


async def test_a_slow_disk_delays_attendance_and_nothing_else(house, monkeypatch):
    connection, amara = await house.join(KEYNOTE)
    await house.hub.play(connection, Playing(KEYNOTE, True))
    writing = asyncio.Event()

    async def slowly(stays):
        writing.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(house.journal, "attend", slowly)
    beating = asyncio.create_task(house.beat.run())
    await writing.wait()
    house.rows.write(KEYNOTE, "status", Status("ended", NOON, NOON, NOON, NOON, "none"))
    await until(lambda: amara.shown(KEYNOTE)["status"]["state"] == "ended")
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
