"""The hub and its beat, with everything around it in memory and time moved by hand."""

import asyncio
import uuid
from datetime import timedelta

from rooms.announcements import Announcement
from rooms.bus import HOUSE, Moved, RowChanged, SignedOut
from rooms.protocol import Audience, Close, Denied, Hello, Playing, Refused, Taken
from rooms.reactions import Inbox
from rooms.stage import Status
from rooms.tables import Message, Messages, Seats
from server.analytics.attendance import time_present
from server.store.reactions import moment
from tests.live.waiting import until
from tests.rooms.fakes import NOON, House, a_reaction, a_room

KEYNOTE = a_room("session")
EVENT = a_room("event")


def answers(listener):
    return [notice for notice in listener.notices if isinstance(notice, Taken | Refused)]


async def test_a_clap_is_on_everybodys_screen_after_the_commit_and_not_before(house):
    amara, hers = await house.join(KEYNOTE)
    _, bens = await house.join(KEYNOTE)
    await house.hub.react(amara, a_reaction(KEYNOTE))
    house.beat.tick()
    assert bens.shown(KEYNOTE)["reactions"]["totals"]["clap"] == 0
    await house.pass_seconds(0.1)
    assert answers(hers) == [Taken("00000000000000aa", 1)]
    assert bens.shown(KEYNOTE)["reactions"]["totals"]["clap"] == 1
    assert answers(bens) == []


async def test_a_repeat_gets_the_same_answer_and_counts_once(house):
    amara, hers = await house.join(KEYNOTE)
    for _ in range(3):
        await house.hub.react(amara, a_reaction(KEYNOTE))
        await house.pass_seconds(1)
    assert answers(hers) == [Taken("00000000000000aa", 1)] * 3
    assert hers.shown(KEYNOTE)["reactions"]["totals"]["clap"] == 1


async def test_a_refusal_is_remembered_too(house):
    amara, hers = await house.join(KEYNOTE)
    for n in range(1, 12):
        await house.hub.react(amara, a_reaction(KEYNOTE, n))
    await house.pass_seconds(60)
    await house.hub.react(amara, a_reaction(KEYNOTE, 11))
    await house.pass_seconds(1)
    assert answers(hers)[-2:] == [Refused("00000000000000aa", 11, "credit")] * 2


async def test_two_tabs_that_resend_one_reaction_are_both_answered(house):
    person = uuid.uuid4()
    first, one = await house.join(KEYNOTE, person=person)
    second, two = await house.join(KEYNOTE, person=person)
    await house.hub.react(first, a_reaction(KEYNOTE))
    await house.hub.react(second, a_reaction(KEYNOTE))
    await house.pass_seconds(1)
    assert answers(one) == answers(two) == [Taken("00000000000000aa", 1)]
    assert one.shown(KEYNOTE)["reactions"]["totals"]["clap"] == 1


async def test_two_people_may_have_drawn_the_same_sender(house):
    for _ in range(2):
        connection, _ = await house.join(KEYNOTE)
        await house.hub.react(connection, a_reaction(KEYNOTE))
    await house.pass_seconds(1)
    assert len(house.journal.taps) == 2


async def test_the_ledger_reconciles_and_only_the_crew_sees_it(house):
    amara, hers = await house.join(KEYNOTE)
    _, crew = await house.join(KEYNOTE, audience=Audience.CREW)
    for n in range(1, 15):
        await house.hub.react(amara, a_reaction(KEYNOTE, n))
    await house.pass_seconds(1)
    assert crew.shown(KEYNOTE)["ledger"] == {
        "tapped": 14,
        "accepted": 10,
        "refused": {"credit": 4},
        "dropped": 0,
    }
    assert "ledger" not in hers.shown(KEYNOTE)


async def test_above_its_bound_the_inbox_refuses_and_beyond_twice_it_is_silent(house):
    house.hub.intake.inbox = Inbox(limit=2)
    listeners = []
    for _ in range(5):
        connection, listener = await house.join(KEYNOTE)
        await house.hub.react(connection, a_reaction(KEYNOTE))
        listeners.append(listener)
    await house.pass_seconds(1)
    assert [answers(listener) for listener in listeners] == [
        [Taken("00000000000000aa", 1)],
        [Taken("00000000000000aa", 1)],
        [Refused("00000000000000aa", 1, "busy")],
        [Refused("00000000000000aa", 1, "busy")],
        [],
    ]
    await house.hub.react(connection, a_reaction(KEYNOTE))
    await house.pass_seconds(1)
    assert answers(listener) == [Taken("00000000000000aa", 1)]


async def test_with_the_database_down_the_room_stays_open_and_says_so(house):
    amara, hers = await house.join(KEYNOTE)
    house.journal.down = house.rows.down = True
    await house.hub.react(amara, a_reaction(KEYNOTE))
    await house.pass_seconds(1)
    assert hers.shown(KEYNOTE)["reactions"]["paused"]
    assert answers(hers) == []
    assert hers.closed is None
    house.journal.down = house.rows.down = False
    await house.pass_seconds(1)
    assert answers(hers) == [Taken("00000000000000aa", 1)]
    assert hers.shown(KEYNOTE)["reactions"] == {
        "totals": {"clap": 1, "love": 0, "agree": 0, "laugh": 0, "wow": 0, "idea": 0},
        "paused": False,
    }


async def test_a_reaction_to_a_session_that_is_gone_does_not_fail_its_neighbours(house):
    other = a_room("session")
    amara, hers = await house.join(KEYNOTE, other)
    house.journal.gone.add(uuid.UUID(other.partition(":")[2]))
    await house.hub.react(amara, a_reaction(other, 1))
    await house.hub.react(amara, a_reaction(KEYNOTE, 2))
    await house.pass_seconds(1)
    assert answers(hers) == [
        Refused("00000000000000aa", 1, "no-such-session"),
        Taken("00000000000000aa", 2),
    ]


async def test_what_was_not_answered_is_asked_from_the_next_page(house):
    amara, hers = await house.join(EVENT)
    await house.hub.react(amara, a_reaction(KEYNOTE))
    await house.pass_seconds(1)
    assert answers(hers) == [Taken("00000000000000aa", 1)]
    assert house.hub.rooms[KEYNOTE].presence.count == 0


async def test_nobody_reacts_where_they_may_not_enter(house):
    amara, hers = await house.join(EVENT)
    house.access.known[amara.sign_in] = None
    await house.hub.react(amara, a_reaction(KEYNOTE))
    assert answers(hers) == [Refused("00000000000000aa", 1, "forbidden")]
    house.access.known[amara.sign_in] = Audience.DELEGATES
    house.rows.missing.add(KEYNOTE)
    await house.hub.react(amara, a_reaction(KEYNOTE, 2))
    assert answers(hers)[-1] == Refused("00000000000000aa", 2, "no-such-session")


async def test_a_room_that_may_not_be_entered_is_denied_and_the_others_are_not(house):
    house.rows.missing.add(KEYNOTE)
    _, listener = await house.join(EVENT, KEYNOTE)
    assert listener.notices[-1] == Denied(KEYNOTE, "no-such-room")
    assert listener.shown(EVENT)["headcount"] == {"count": 0}


async def test_an_announcement_reaches_every_page_when_it_is_announced(house):
    _, listener = await house.join(EVENT)
    revision = house.rows.write(EVENT, "announcement", Announcement("1", "Lunch", NOON))
    house.bus.publish(EVENT, RowChanged(EVENT, "announcement", revision))
    assert house.hub.stale.is_set()
    await house.beat.read()
    house.beat.tick()
    assert listener.shown(EVENT)["announcement"]["text"] == "Lunch"


async def test_what_the_command_line_wrote_is_seen_at_the_next_look(house):
    _, listener = await house.join(EVENT)
    house.rows.write(EVENT, "announcement", Announcement("1", "Lunch", NOON))
    await house.pass_seconds(1)
    assert listener.shown(EVENT)["announcement"]["text"] == "Lunch"


async def test_a_hello_names_all_rooms_and_leaves_the_others(house):
    amara, listener = await house.join(EVENT, KEYNOTE)
    await house.hub.hello(amara, Hello([EVENT]))
    await house.pass_seconds(1)
    assert amara.rooms == {EVENT}
    assert house.hub.rooms[KEYNOTE].presence.count == 0
    assert listener.shown(EVENT)["headcount"] == {"count": 1}


async def test_a_person_on_two_processes_is_one_and_all_agree(house):
    twin = House(twin=house)
    person = uuid.uuid4()
    _, here = await house.join(KEYNOTE, person=person)
    _, there = await twin.join(KEYNOTE, person=person)
    amara, _ = await twin.join(KEYNOTE)
    await twin.hub.react(amara, a_reaction(KEYNOTE))
    for _ in range(2):
        await twin.pass_seconds(1)
        await house.pass_seconds(15)
    assert here.shown(KEYNOTE) == there.shown(KEYNOTE)
    assert here.shown(KEYNOTE)["headcount"] == {"count": 2}
    assert here.shown(KEYNOTE)["reactions"]["totals"]["clap"] == 1


async def test_a_process_that_opens_a_room_learns_at_once_who_is_there(house):
    await house.join(KEYNOTE)
    await house.join(KEYNOTE)
    await house.pass_seconds(0.1)
    twin = House(twin=house)
    _, there = await twin.join(KEYNOTE)
    for _ in range(2):
        twin.beat.tick()
        house.beat.tick()
    twin.clock.pass_seconds(1)
    twin.beat.tick()
    assert there.shown(KEYNOTE)["headcount"] == {"count": 3}


async def test_a_crowd_that_arrives_within_a_tick_is_one_message(house):
    twin = House(twin=house)
    await twin.join(KEYNOTE)
    await house.join(KEYNOTE)
    await twin.pass_seconds(0.1)
    await house.pass_seconds(0.1)
    heard = []
    house.bus.subscribe(KEYNOTE, heard.append)
    for _ in range(100):
        await house.join(KEYNOTE)
    house.beat.tick()
    assert [len(message.came) for message in heard if isinstance(message, Moved)] == [100]
    assert twin.hub.headcount(KEYNOTE) == 102


async def test_a_process_that_ends_properly_takes_its_people_with_it_at_once(house):
    twin = House(twin=house)
    await house.join(KEYNOTE)
    await twin.join(KEYNOTE)
    for each in (house, twin, house):
        each.beat.tick()
    assert house.hub.headcount(KEYNOTE) == 2
    await twin.beat.leave()
    assert house.hub.headcount(KEYNOTE) == 1


async def test_a_process_that_was_killed_is_believed_in_until_its_lease_ends(house):
    twin = House(twin=house)
    await house.join(KEYNOTE)
    await twin.join(KEYNOTE)
    for each in (house, twin, house):
        each.beat.tick()
    await house.pass_seconds(44)
    assert house.hub.headcount(KEYNOTE) == 2
    await house.pass_seconds(1)
    assert house.hub.headcount(KEYNOTE) == 1


async def test_a_message_that_the_bus_lost_delays_and_loses_nothing(house, monkeypatch):
    twin = House(twin=house)
    _, here = await house.join(EVENT, KEYNOTE)
    amara, _ = await twin.join(EVENT, KEYNOTE)
    with monkeypatch.context() as lossy:
        lossy.setattr(house.bus, "publish", lambda channel, message: None)
        await twin.hub.react(amara, a_reaction(KEYNOTE))
        house.rows.write(EVENT, "announcement", Announcement("1", "Lunch", NOON))
        await twin.pass_seconds(1)
    for _ in range(5):
        await house.pass_seconds(1)
    assert here.shown(KEYNOTE)["reactions"]["totals"]["clap"] == 1
    assert here.shown(EVENT)["announcement"]["text"] == "Lunch"


async def test_the_crew_is_told_while_the_processes_do_not_hear_one_another(house, caplog):
    _, crew = await house.join(EVENT, audience=Audience.CREW)
    _, hers = await house.join(EVENT)
    house.bus.is_whole = False
    await house.pass_seconds(1)
    assert crew.shown(EVENT)["bus"] == {"away": True}
    assert "the bus is away" in caplog.text
    house.bus.is_whole = True
    await house.pass_seconds(1)
    assert crew.shown(EVENT)["bus"] == {"away": False}
    assert "bus" not in hers.shown(EVENT)


async def test_ending_a_sign_in_closes_its_sockets_and_no_others(house):
    amara, at_work = await house.join(EVENT)
    _, at_home = await house.join(EVENT, person=amara.person)
    house.access.gone.add(amara.sign_in)
    house.bus.publish(HOUSE, SignedOut(amara.person))
    await house.beat.read()
    assert (at_work.closed, at_home.closed) == (Close.SIGNED_OUT, None)


async def test_a_sign_in_that_ended_unannounced_is_noticed_at_the_next_beat(house):
    amara, hers = await house.join(EVENT)
    house.access.gone.add(amara.sign_in)
    await house.pass_seconds(15)
    assert hers.closed == Close.SIGNED_OUT


async def test_who_takes_a_seat_hears_the_table_and_who_gives_it_up_does_not(house):
    table = a_room("table")
    amara, hers = await house.join(table)
    assert "messages" not in hers.shown(table)
    house.access.known[amara.sign_in] = Audience.SEATED
    house.rows.write(table, "seats", Seats("open", [], 5, 0))
    house.rows.write(table, "messages", Messages([Message("1", "Ben", "hello", NOON)]))
    await house.pass_seconds(1)
    assert hers.shown(table)["messages"]["messages"][0]["text"] == "hello"
    house.access.known[amara.sign_in] = Audience.DELEGATES
    house.rows.write(table, "seats", Seats("open", [], 6, 0))
    await house.pass_seconds(1)
    house.rows.write(table, "messages", Messages([Message("2", "Ben", "in confidence", NOON)]))
    await house.pass_seconds(1)
    assert "messages" not in hers.shown(table)
    assert not any(b"in confidence" in frame.payload for frame in hers.frames)


async def test_who_gave_up_a_seat_while_nobody_could_say_so_is_asked_about_again(house):
    table = a_room("table")
    amara, hers = await house.join(table, audience=Audience.SEATED)
    house.access.known[amara.sign_in] = Audience.DELEGATES
    house.access.down = True
    house.rows.write(table, "seats", Seats("open", [], 6, 0))
    await house.pass_seconds(1)
    assert "messages" in hers.shown(table)
    house.access.down = False
    await house.pass_seconds(1)
    assert "messages" not in hers.shown(table)


async def test_who_may_no_longer_be_there_is_asked_to_leave(house):
    table = a_room("table")
    amara, hers = await house.join(table)
    house.access.known[amara.sign_in] = None
    house.rows.write(table, "seats", Seats("closed", [], 0, 0))
    await house.pass_seconds(1)
    assert hers.notices[-1] == Denied(table, "forbidden")
    assert amara.rooms == set()


async def test_attendance_is_written_only_while_it_plays_and_the_session_runs(house):
    amara, _ = await house.join(KEYNOTE)
    await house.pass_seconds(10)
    assert house.journal.stays == {}
    await house.hub.play(amara, Playing(KEYNOTE, playing=True))
    began = house.clock.now
    for _ in range(60):
        await house.pass_seconds(1)
    status = Status("ended", NOON, NOON, NOON, house.clock.now, "open")
    house.rows.write(KEYNOTE, "status", status)
    for _ in range(60):
        await house.pass_seconds(1)
    [stay] = house.journal.stays.values()
    assert stay.person == amara.person
    assert 58_000 <= stay.seen - stay.started <= 60_000
    assert stay.seen == began + 60_000


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
    assert stay.seen - stay.started == 5_000


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
    lived, killed = sorted(house.journal.stays.values(), key=lambda stay: -stay.seen)
    spans = [(moment(stay.started), moment(stay.seen)) for stay in (lived, killed)]
    assert time_present(spans) == timedelta(seconds=199)
    assert 69_000 <= killed.seen - killed.started <= 99_000


async def test_a_flood_closes_its_connection_and_is_counted_apart(house):
    amara, hers = await house.join(KEYNOTE, EVENT)
    _, crew = await house.join(KEYNOTE, audience=Audience.CREW)
    await house.hub.flooded(amara, 73)
    await house.pass_seconds(1)
    assert hers.closed == Close.FLOOD
    assert crew.shown(KEYNOTE)["ledger"] == {"tapped": 0, "accepted": 0, "refused": {}, "dropped": 73}


async def test_a_room_that_meets_a_surprise_ends_alone(house, caplog):
    other = a_room("event")
    _, hers = await house.join(EVENT)
    _, bens = await house.join(other)
    del house.rows.rows
    house.hub.note(EVENT, "announcement", 5)
    await house.beat.read()
    assert (hers.closed, bens.closed) == (Close.ROOM_FAILED, None)
    assert f"room {EVENT} failed" in caplog.text


async def test_an_empty_room_is_forgotten_and_opens_again_with_what_was_stored(house):
    amara, _ = await house.join(KEYNOTE)
    await house.hub.react(amara, a_reaction(KEYNOTE))
    await house.pass_seconds(1)
    house.hub.disconnect(amara)
    await house.pass_seconds(1)
    await house.pass_seconds(60)
    assert house.hub.rooms == {}
    _, later = await house.join(KEYNOTE)
    assert later.shown(KEYNOTE)["reactions"]["totals"]["clap"] == 1


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
