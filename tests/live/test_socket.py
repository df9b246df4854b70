"""The edge of `/live` over a real server: admission, notices and close codes."""

import asyncio
import json
import secrets
import time
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime

import httpx
import pytest
from sqlmodel import select
from websockets.exceptions import ConnectionClosed, InvalidStatus

from rooms.protocol import Close, Hello, Playing
from server.models import Attendance, Reaction
from server.store import announcements, seating, tables
from tests.live.page import WITHIN_S, opened


def claps(page, room):
    return page.rooms[room]["reactions"]["totals"]["clap"]


async def test_what_one_claps_another_sees(served, make, event, keynote, database):
    amara, ben = await make.delegate(event, "Amara"), await make.delegate(event, "Ben")
    async with (
        opened(served, await make.cookie(amara), keynote) as hers,
        opened(served, await make.cookie(ben), keynote) as his,
    ):
        key = await hers.react(keynote)
        await hers.until(lambda page: page.answers == {key: "accepted"})
        await his.until(lambda page: claps(page, keynote) == 1)
        await his.until(lambda page: page.rooms[keynote]["headcount"]["count"] == 2)
        assert his.answers == {}
    async with database.reading() as db:
        [row] = await db.exec(select(Reaction))
    assert (row.person_id, row.outcome) == (amara.id, "accepted")


async def test_two_tabs_a_duplicated_tab_and_two_devices_are_one_person_and_one_reaction(served, make, event, keynote):
    amara = await make.delegate(event)
    work, phone = await make.cookie(amara), await make.cookie(amara)
    async with (
        opened(served, work, keynote) as tab,
        opened(served, work, keynote) as duplicate,
        opened(served, phone, keynote) as device,
    ):
        duplicate.sender = tab.sender
        key = await tab.react(keynote)
        await duplicate.react(keynote)
        other = await device.react(keynote)
        await tab.until(lambda page: page.answers == {key: "accepted"})
        await duplicate.until(lambda page: page.answers == {key: "accepted"})
        await device.until(lambda page: page.answers == {other: "accepted"} and claps(page, keynote) == 2)
        for page in (tab, duplicate, device):
            await page.until(lambda page: page.rooms[keynote]["headcount"]["count"] == 1)


async def test_after_a_reload_the_same_key_gets_the_same_answer(served, make, event, keynote):
    cookie = await make.cookie(await make.delegate(event))
    async with opened(served, cookie, keynote) as page:
        key = await page.react(keynote)
        await page.until(lambda page: page.answers)
    async with opened(served, cookie, keynote) as page:
        await page.react(keynote, sender=key[0], n=key[1])
        await page.until(lambda page: page.answers == {key: "accepted"})
        assert claps(page, keynote) == 1


async def test_credits_are_the_persons_not_the_tabs(served, make, event, keynote):
    cookie = await make.cookie(await make.delegate(event))
    async with opened(served, cookie, keynote) as one, opened(served, cookie, keynote) as two:
        began = time.monotonic()
        for _ in range(10):
            await one.react(keynote)
            await two.react(keynote)
        await one.until(lambda page: len(page.answers) == 10)
        await two.until(lambda page: len(page.answers) == 10)
        outcomes = [*one.answers.values(), *two.answers.values()]
        come_back = 2 * (time.monotonic() - began) + 1
        assert 10 <= outcomes.count("accepted") <= 10 + come_back
        assert set(outcomes) <= {"accepted", "credit"}


async def test_an_announcement_is_on_every_open_page(served, make, event):
    organiser = await make.cookie(await make.organiser(event), strong=True)
    room, text = f"event:{event.id}", "Lunch is until 13:15"
    async with opened(served, await make.cookie(await make.delegate(event)), room) as page:
        async with httpx.AsyncClient(base_url=served, cookies=organiser, headers={"origin": served}) as console:
            sent = await console.post(f"/{event.slug}/console/announcements", data={"text": text})
        assert sent.status_code == 303
        await page.until(lambda page: page.rooms[room]["announcement"]["text"] == text)


async def test_what_the_command_line_announces_arrives_too(served, make, event, database):
    organiser, room = await make.organiser(event), f"event:{event.id}"
    async with opened(served, await make.cookie(await make.delegate(event)), room) as page:
        async with database.writing() as db:
            await announcements.send(db, event.id, organiser.id, "Lunch is until 13:15")
        await page.until(lambda page: page.rooms[room]["announcement"]["text"] == "Lunch is until 13:15")


async def test_the_crew_sees_the_ledger_and_is_not_counted(served, make, event, keynote):
    amara = await make.delegate(event)
    crew = await make.cookie(await make.organiser(event), strong=True)
    async with (
        opened(served, await make.cookie(amara), keynote) as hers,
        opened(served, crew, keynote) as console,
    ):
        await hers.react(keynote)
        await console.until(lambda page: page.rooms[keynote]["ledger"]["accepted"] == 1)
        await console.until(lambda page: page.rooms[keynote]["headcount"]["count"] == 1)
        assert "ledger" not in hers.rooms[keynote]


async def test_attendance_is_stored_while_it_plays(served, make, event, keynote, database):
    amara = await make.delegate(event)
    async with opened(served, await make.cookie(amara), keynote) as page:
        await page.send(Playing(keynote, playing=True))
        async with asyncio.timeout(WITHIN_S):
            while True:
                async with database.reading() as db:
                    if stays := (await db.exec(select(Attendance))).all():
                        break
        assert [stay.person_id for stay in stays] == [amara.id]


@pytest.mark.parametrize("who", ["a stranger to the event", "somebody on the waiting list", "an unknown room"])
async def test_who_may_not_enter_is_denied_and_stays_connected(served, make, event, keynote, who):
    person = await make.person()
    if who == "somebody on the waiting list":
        await make.registration(event, person, state="waitlisted", confirmed_at=None)
    room = "session:00000000-0000-4000-8000-000000000000" if who == "an unknown room" else keynote
    async with opened(served, await make.cookie(person)) as page:
        await page.send(Hello([room]))
        await page.until(lambda page: page.notices)
        assert page.notices[0].reason == ("no-such-room" if who == "an unknown room" else "forbidden")
        key = await page.react(room)
        await page.until(lambda page: page.answers)
        assert page.answers[key] == ("no-such-session" if who == "an unknown room" else "forbidden")


async def test_without_a_sign_in_it_is_closed_for_good(served):
    async with opened(served, {}) as page:
        await page.until(lambda page: page.code)
        assert page.code == Close.SIGNED_OUT


async def test_another_sites_page_is_refused_before_the_upgrade(served, make, event):
    cookie = await make.cookie(await make.delegate(event))
    with pytest.raises(InvalidStatus) as refused:
        async with opened(served, cookie, origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("not json", Close.BAD_MESSAGE),
        ('{"type":"welcome"}', Close.BAD_MESSAGE),
        (json.dumps({"type": "hello", "rooms": ["x" * 5_000]}), Close.TOO_LARGE),
        (b"\x00\x01", Close.TOO_LARGE),
    ],
)
async def test_what_no_page_of_ours_would_send_closes_that_connection_alone(served, make, event, keynote, frame, code):
    cookie = await make.cookie(await make.delegate(event))
    async with opened(served, cookie, keynote) as other, opened(served, cookie, keynote) as page:
        await page.socket.send(frame)
        await page.until(lambda page: page.code)
        assert page.code == code
        await other.react(keynote)
        await other.until(lambda page: page.answers)


async def test_a_flood_is_cut_off_counted_apart_and_others_do_not_notice(served, make, event, keynote):
    crew = await make.cookie(await make.organiser(event), strong=True)
    async with (
        opened(served, crew, keynote) as console,
        opened(served, await make.cookie(await make.delegate(event)), keynote) as flood,
    ):
        for _ in range(300):
            await flood.send(Playing(keynote, playing=False))
        await flood.until(lambda page: page.code)
        assert flood.code == Close.FLOOD
        await console.until(lambda page: page.rooms[keynote]["ledger"]["dropped"] > 100)
        assert console.rooms[keynote]["ledger"]["tapped"] == 0


@pytest.mark.parametrize("control", ["ping", "pong"])
async def test_pings_and_pongs_without_end_are_a_flood_though_their_sender_reads(served, make, event, keynote, control):
    crew = await make.cookie(await make.organiser(event), strong=True)
    async with (
        opened(served, crew, keynote) as console,
        opened(served, await make.cookie(await make.delegate(event)), keynote) as flood,
    ):
        with suppress(ConnectionClosed):
            async with asyncio.timeout(WITHIN_S):
                while True:
                    await getattr(flood.socket, control)()
                    await asyncio.sleep(0)
        await flood.until(lambda page: page.code)
        assert flood.code == Close.FLOOD
        await console.until(lambda page: page.rooms[keynote]["ledger"]["dropped"])


async def test_signing_out_closes_that_browsers_sockets_and_no_others(served, make, event):
    amara = await make.delegate(event)
    here, there, room = await make.cookie(amara), await make.cookie(amara), f"event:{event.id}"
    async with opened(served, here, room) as page, opened(served, there, room) as other:
        async with httpx.AsyncClient(base_url=served, cookies=here) as client:
            assert (await client.post("/sign-out", headers={"origin": served})).status_code == 303
        await page.until(lambda page: page.code)
        assert (page.code, other.code) == (Close.SIGNED_OUT, None)


async def test_too_many_sockets_of_one_browser_are_turned_away(served, make, event):
    cookie = await make.cookie(await make.delegate(event))
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(opened(served, cookie, f"event:{event.id}")) for _ in range(20)]
        async with opened(served, cookie) as one_more:
            await one_more.until(lambda page: page.code)
            assert one_more.code == Close.TOO_MANY
        assert not any(page.code for page in pages)


async def test_what_is_said_at_a_table_is_for_those_who_sit_there(served, make, event, database):
    table = await make.table(event)
    room = f"table:{table.id}"
    amara, ben = await make.delegate(event, "Amara"), await make.delegate(event, "Ben")
    secret = secrets.token_hex(8)
    async with (
        opened(served, await make.cookie(amara), room) as hers,
        opened(served, await make.cookie(ben), room) as his,
    ):
        async with database.writing() as db:
            await seating.take_seat(db, table, amara.id, now=datetime.now(UTC))
        await hers.until(lambda page: "messages" in page.rooms[room])
        async with database.writing() as db:
            await tables.say(db, table.id, amara.id, secret)
        await hers.until(lambda page: page.rooms[room]["messages"]["messages"])
        await his.until(lambda page: page.rooms[room]["seats"]["free"] == 5)
        assert not any(secret.encode() in frame for frame in his.frames)
