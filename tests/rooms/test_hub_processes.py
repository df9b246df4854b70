"""Several hubs that hear one another, or do not."""

import uuid

from rooms.bus import Moved
from rooms.protocol import Audience
from rooms.topics.announcements import AnnouncementShown
from tests.rooms.fakes import NOON, House, a_reaction, a_room

KEYNOTE = a_room("session")
EVENT = a_room("event")


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
        house.rows.write(EVENT, "announcement", AnnouncementShown("1", "Lunch", NOON))
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
