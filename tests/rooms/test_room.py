"""One room: states instead of differences, encoded once per audience, and shown to that audience alone."""

import uuid

import msgspec
import pytest

from rooms.outside import Row
from rooms.protocol import Audience, Changed, Welcome
from rooms.reactions import Count
from rooms.receivers import PART, Connection
from rooms.room import STILL_HERE_MS, Room
from rooms.topics import TOPICS
from rooms.topics.announcements import AnnouncementShown
from tests.rooms.fakes import BLANK, NOON, Listener, a_room

SECRET = "the-secret-of-the-crew"


def a_filled_room(kind: str) -> Room:
    room = Room(a_room(kind))
    for topic in room.row_topics:
        room.put(topic, Row(1, BLANK[topic]))
    return room


def a_member(room: Room, audience: Audience = Audience.DELEGATES) -> Listener:
    listener = Listener()
    room.enter(Connection(uuid.uuid4(), uuid.uuid4(), listener), audience)
    return listener


@pytest.mark.parametrize("kind", TOPICS)
def test_a_welcome_is_the_whole_state_that_the_audience_may_see(kind):
    for audience in Audience:
        [welcome] = a_member(a_filled_room(kind), audience).notices
        assert isinstance(welcome, Welcome)
        assert welcome.topics.keys() == {name for name, topic in TOPICS[kind].items() if audience in topic.audiences}


def test_everybody_is_written_the_very_same_bytes():
    room = a_filled_room("session")
    listeners = [a_member(room) for _ in range(3)]
    room.raise_count(Count({"live": {"clap": 1}}))
    assert room.publish(now_ms=NOON) == 3
    assert len({id(listener.frames[-1].payload) for listener in listeners}) == 1


def test_a_silent_room_says_now_and_then_that_nothing_has_changed():
    room = a_filled_room("session")
    delegate, crew = a_member(room), a_member(room, Audience.CREW)
    room.publish(now_ms=NOON)
    heard = len(delegate.frames)
    for count in range(1, STILL_HERE_MS // 1000):
        room.raise_count(Count(refused={"credit": count}))
        room.publish(now_ms=NOON + count * 1000)
    assert len(delegate.frames) == heard
    assert room.publish(now_ms=NOON + STILL_HERE_MS) == 1
    [still_here] = delegate.notices[heard:]
    assert isinstance(still_here, Changed)
    assert still_here.topics == {}
    assert crew.notices[-1] != still_here


def test_what_did_not_change_is_not_said_again():
    room = a_filled_room("event")
    listener = a_member(room)
    room.publish(now_ms=NOON)
    room.put("announcement", Row(2, BLANK["announcement"]))
    assert room.publish(now_ms=NOON + 1000) == 0
    room.put("announcement", Row(3, AnnouncementShown("1", "Lunch", NOON)))
    assert room.publish(now_ms=NOON + 1000) == 1
    changed = listener.notices[-1]
    assert isinstance(changed, Changed)
    assert changed.topics.keys() == {"announcement"}


def test_an_older_row_never_replaces_a_newer_one():
    room = a_filled_room("event")
    listener = a_member(room)
    room.put("announcement", Row(3, AnnouncementShown("1", "newer", NOON)))
    room.put("announcement", Row(2, AnnouncementShown("1", "older", NOON)))
    room.publish(now_ms=NOON)
    assert listener.shown(room.name)["announcement"]["text"] == "newer"


def test_an_arriving_crowd_is_counted_once_a_second():
    room = a_filled_room("session")
    first = a_member(room)
    for ms in range(0, 3000, 100):
        a_member(room)
        room.publish(now_ms=NOON + ms)
    counted = [n for n in first.notices if isinstance(n, Changed) and "headcount" in n.topics]
    assert len(counted) == 3
    room.publish(now_ms=NOON + 4000)
    assert first.shown(room.name)["headcount"] == {"count": 31}


def test_the_crew_is_not_the_audience():
    room = a_filled_room("session")
    for audience in (Audience.CREW, Audience.HELP_DESK, Audience.DELEGATES):
        a_member(room, audience)
    assert room.presence.count == 1


def test_seq_grows_within_an_epoch_and_another_room_has_another_epoch():
    room = a_filled_room("session")
    listener = a_member(room)
    for n in range(1, 5):
        room.raise_count(Count({"live": {"clap": n}}))
        room.publish(now_ms=NOON + n * 100)
    seqs = [notice.seq for notice in listener.notices]
    assert seqs == sorted(set(seqs))
    assert {notice.epoch for notice in listener.notices} == {room.epoch} != {Room(room.name).epoch}


def test_a_phone_that_stalled_is_told_everything_when_it_drains():
    room = a_filled_room("session")
    slow = Listener()
    connection = Connection(uuid.uuid4(), uuid.uuid4(), slow)
    room.enter(connection, Audience.DELEGATES)
    slow.deaf = True
    room.raise_count(Count({"live": {"clap": 1}}))
    room.publish(now_ms=NOON)
    slow.deaf = False
    room.raise_count(Count({"live": {"clap": 2}}))
    room.publish(now_ms=NOON + 100)
    room.catch_up(connection)
    assert slow.shown(room.name)["reactions"]["totals"]["clap"] == 2


def test_a_stalled_phone_does_not_hold_up_the_others():
    room = a_filled_room("session")
    a_member(room).deaf = True
    other = a_member(room)
    room.raise_count(Count({"live": {"clap": 1}}))
    assert room.publish(now_ms=NOON) == 1
    assert other.shown(room.name)["reactions"]["totals"]["clap"] == 1


@pytest.mark.parametrize(("kind", "topic"), [(kind, topic) for kind in TOPICS for topic in TOPICS[kind]])
def test_a_secret_sent_through_a_topic_reaches_only_its_audiences(kind, topic):
    room = a_filled_room(kind)
    listeners = {audience: a_member(room, audience) for audience in Audience}
    secret = msgspec.defstruct("Secret", [("secret", str)])(SECRET)
    if room.topics[topic].is_row:
        room.put(topic, Row(2, secret))
    else:
        room.topics = room.topics | {topic: room.topics[topic]._replace(computed=lambda room: secret)}
        room.touch()
    room.publish(now_ms=NOON)
    listeners |= {f"late {audience}": a_member(room, audience) for audience in Audience}
    told = {
        str(name).removeprefix("late ")
        for name, listener in listeners.items()
        if any(SECRET.encode() in frame.payload for frame in listener.frames)
    }
    assert told == set(map(str, TOPICS[kind][topic].audiences))


def test_a_large_room_is_written_in_parts_and_who_leaves_between_them_is_spared():
    room = a_filled_room("session")
    listeners = [a_member(room) for _ in range(PART + 2)]
    room.publish(now_ms=NOON)
    room.raise_count(Count({"live": {"clap": 1}}))
    parts = room.publishing(now_ms=NOON + 100)
    assert next(parts) == PART
    waiting = [each for each in room.members if not heard_of_claps(each)]
    assert len(waiting) == 2
    room.leave(waiting[0])
    assert list(parts) == [1]
    assert sum(heard_of_claps(each) for each in room.members) == len(listeners) - 1


def heard_of_claps(connection: Connection) -> bool:
    assert isinstance(connection.outlet, Listener)
    last = connection.outlet.notices[-1]
    return isinstance(last, Changed) and "reactions" in last.topics


def test_who_loses_a_right_between_two_parts_hears_nothing_of_it_any_more():
    room = a_filled_room("session")
    for _ in range(PART + 1):
        a_member(room, Audience.CREW)
    room.publish(now_ms=NOON)
    room.raise_count(Count({"live": {"clap": 1}}))
    parts = room.publishing(now_ms=NOON + 500)
    next(parts)
    [waiting] = [each for each in room.members if not heard_of_claps(each)]
    room.reseat(waiting, Audience.DELEGATES)
    list(parts)
    assert isinstance(waiting.outlet, Listener)
    after = waiting.outlet.notices[-1]
    assert isinstance(after, Welcome)
    assert "ledger" not in after.topics
