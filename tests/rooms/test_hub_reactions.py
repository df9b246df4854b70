"""Reactions through the hub: counted once, answered after the commit, refused with a reason."""

import uuid

from rooms.protocol import Audience, Close, Refused, Taken
from rooms.reactions import Inbox
from tests.rooms.fakes import a_reaction, a_room

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


async def test_a_flood_closes_its_connection_and_is_counted_apart(house):
    amara, hers = await house.join(KEYNOTE, EVENT)
    _, crew = await house.join(KEYNOTE, audience=Audience.CREW)
    await house.hub.flooded(amara, 73)
    await house.pass_seconds(1)
    assert hers.closed == Close.FLOOD
    assert crew.shown(KEYNOTE)["ledger"] == {"tapped": 0, "accepted": 0, "refused": {}, "dropped": 73}
