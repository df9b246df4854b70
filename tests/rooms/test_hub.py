"""The hub and its beat: admission and rows, in memory and with time moved by hand."""

from rooms.bus import RowChanged
from rooms.protocol import Audience, Close, Denied, Hello, Playing
from rooms.topics.announcements import AnnouncementShown
from rooms.topics.tables import Messages, MessageShown, Seats
from tests.rooms.fakes import NOON, a_reaction, a_room

KEYNOTE = a_room("session")
EVENT = a_room("event")


async def test_a_room_that_may_not_be_entered_is_denied_and_the_others_are_not(house):
    house.rows.missing.add(KEYNOTE)
    _, listener = await house.join(EVENT, KEYNOTE)
    assert listener.notices[-1] == Denied(KEYNOTE, "no-such-room")
    assert listener.shown(EVENT)["headcount"] == {"count": 0}


async def test_an_announcement_reaches_every_page_when_it_is_announced(house):
    _, listener = await house.join(EVENT)
    revision = house.rows.write(EVENT, "announcement", AnnouncementShown("1", "Lunch", NOON))
    house.bus.publish(EVENT, RowChanged(EVENT, "announcement", revision))
    assert house.hub.unread.is_any
    await house.beat.read()
    house.beat.tick()
    assert listener.shown(EVENT)["announcement"]["text"] == "Lunch"


async def test_what_the_command_line_wrote_is_seen_at_the_next_look(house):
    _, listener = await house.join(EVENT)
    house.rows.write(EVENT, "announcement", AnnouncementShown("1", "Lunch", NOON))
    await house.pass_seconds(1)
    assert listener.shown(EVENT)["announcement"]["text"] == "Lunch"


async def test_a_hello_names_all_rooms_and_leaves_the_others(house):
    amara, listener = await house.join(EVENT, KEYNOTE)
    await house.hub.hello(amara, Hello([EVENT]))
    await house.pass_seconds(1)
    assert amara.rooms == {EVENT}
    assert house.hub.rooms[KEYNOTE].presence.count == 0
    assert listener.shown(EVENT)["headcount"] == {"count": 1}


async def test_ending_a_sign_in_closes_its_sockets_and_no_others(house):
    amara, at_work = await house.join(EVENT)
    _, at_home = await house.join(EVENT, person=amara.person)
    house.access.gone.add(amara.sign_in)
    house.hub.doubt({amara.person})
    await house.beat.read()
    assert (at_work.closed, at_home.closed) == (Close.SIGNED_OUT, None)


async def test_a_sign_in_that_ended_unannounced_is_noticed_at_the_next_beat(house):
    amara, hers = await house.join(EVENT)
    house.access.gone.add(amara.sign_in)
    await house.pass_seconds(15)
    assert hers.closed == Close.SIGNED_OUT


async def test_a_sign_out_that_is_heard_while_another_is_looked_up_is_looked_up_next(house):
    amara, _ = await house.join(EVENT)
    ben, listener = await house.join(EVENT)
    look_up = house.access.ended

    async def ended_meanwhile(sign_ins):
        found = await look_up(sign_ins)
        house.access.gone.add(ben.sign_in)
        house.hub.doubt({ben.person})
        return found

    house.hub.doubt({amara.person})
    house.access.ended = ended_meanwhile
    await house.beat.read()
    house.access.ended = look_up
    assert listener.closed is None
    assert house.hub.unread.is_any
    await house.beat.read()
    assert listener.closed == Close.SIGNED_OUT


async def test_who_takes_a_seat_hears_the_table_and_who_gives_it_up_does_not(house):
    table = a_room("table")
    amara, hers = await house.join(table)
    assert "messages" not in hers.shown(table)
    house.access.known[amara.sign_in] = Audience.SEATED
    house.rows.write(table, "seats", Seats("open", [], 5, 0))
    house.rows.write(table, "messages", Messages([MessageShown("1", "Ben", "hello", NOON)]))
    await house.pass_seconds(1)
    assert hers.shown(table)["messages"]["messages"][0]["text"] == "hello"
    house.access.known[amara.sign_in] = Audience.DELEGATES
    house.rows.write(table, "seats", Seats("open", [], 6, 0))
    await house.pass_seconds(1)
    house.rows.write(table, "messages", Messages([MessageShown("2", "Ben", "in confidence", NOON)]))
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


async def test_a_clock_that_is_set_back_stops_nothing(house):
    amara, _ = await house.join(KEYNOTE)
    _, listener = await house.join(KEYNOTE, audience=Audience.CREW)
    await house.pass_seconds(15)
    house.clock.set_by(-3600)
    await house.join(KEYNOTE)
    for n in range(1, 4):
        await house.hub.react(amara, a_reaction(KEYNOTE, n))
        await house.pass_seconds(1)
    shown = listener.shown(KEYNOTE)
    assert (shown["headcount"], shown["ledger"]["tapped"]) == ({"count": 2}, 3)
    said = len(listener.frames)
    await house.pass_seconds(16)
    assert len(listener.frames) > said


async def test_who_only_observes_a_room_is_shown_it_and_is_not_there(house):
    amara, listener = await house.join(EVENT)
    await house.join(KEYNOTE)
    await house.hub.hello(amara, Hello([EVENT], observed=[KEYNOTE]))
    await house.hub.play(amara, Playing(KEYNOTE, playing=True))
    await house.pass_seconds(1)
    assert listener.shown(KEYNOTE)["headcount"] == {"count": 1}
    assert house.hub.rooms[KEYNOTE].watchers() == set()


async def test_who_comes_in_after_observing_is_counted_and_who_observes_again_is_not(house):
    amara, listener = await house.join(EVENT)
    for hello, count in (
        (Hello([], observed=[KEYNOTE]), 0),
        (Hello([KEYNOTE], observed=[KEYNOTE]), 1),
        (Hello([], observed=[KEYNOTE]), 0),
    ):
        await house.hub.hello(amara, hello)
        await house.pass_seconds(1)
        assert listener.shown(KEYNOTE)["headcount"] == {"count": count}
    house.hub.disconnect(amara)
    assert house.hub.rooms[KEYNOTE].presence.count == 0
