"""The sources backstage and on air, and the directions for the media process."""

from datetime import UTC, datetime, timedelta

import pytest

from rooms.control import SLOTS
from server.models import Stage
from server.store import sessions, stages
from server.store.stages import Publisher, StageRefused

NOW = datetime(2026, 6, 28, 9, 30, tzinfo=UTC)
A_MOMENT = timedelta(milliseconds=1)
ENCODER = Publisher("Encoder", "encoder")


async def come(database, stage, publisher, connection):
    async with database.writing() as db:
        return (await stages.arrive(db, stage, publisher, connection, NOW)).source


async def become(database, stage, connection, state):
    async with database.writing() as db:
        await stages.note(db, stage, connection, state, NOW)


async def backstage(database, stage):
    async with database.reading() as db:
        return {each.name: each for each in await stages.sources_of(db, stage.id)}


async def states(database, stage):
    return {name: each.state for name, each in (await backstage(database, stage)).items()}


@pytest.fixture
async def stage(make):
    return await make.stage(await make.event())


@pytest.fixture
async def amara(make):
    return Publisher("Amara", "speaker", (await make.person("Amara")).id)


async def test_a_persons_newer_window_takes_over_from_the_older_one(database, stage, amara):
    first = await come(database, stage, amara, "first")
    second = await come(database, stage, amara, "second")
    assert (second.id, second.slot) == (first.id, first.slot)
    await become(database, stage, "first", "lost")
    assert (await backstage(database, stage))["Amara"].connection == "second"


async def test_a_second_encoder_is_refused_until_the_first_is_gone(database, stage):
    await come(database, stage, ENCODER, "first")
    with pytest.raises(StageRefused, match="already"):
        await come(database, stage, ENCODER, "second")
    await become(database, stage, "first", "lost")
    assert (await come(database, stage, ENCODER, "second")).connection == "second"


async def test_there_is_a_place_for_each_and_no_more(database, stage, make):
    crowd = [Publisher(f"Speaker {n}", "speaker", (await make.person()).id) for n in range(SLOTS + 1)]
    slots = [(await come(database, stage, each, f"c{n}")).slot for n, each in enumerate(crowd[:-1])]
    assert slots == list(range(SLOTS))
    with pytest.raises(StageRefused, match="Every place"):
        await come(database, stage, crowd[-1], "late")
    await become(database, stage, "c2", "left")
    assert (await come(database, stage, crowd[-1], "late")).slot == 2


async def test_whoever_was_on_air_is_on_air_again_when_they_come_back(database, stage, amara, make):
    session = await make.live_session(await event_of(database, stage), stage_id=stage.id)
    source = await come(database, stage, amara, "first")
    async with database.writing() as db:
        stage = (await stages.stage_at(db, stage.id))[0]
        assert await stages.take(db, stage, source.id)
        assert await stages.move(db, stage, "go", at=NOW)
    await become(database, stage, "first", "lost")
    assert (await directed(database, stage)).taken is None
    await come(database, stage, amara, "second")
    call = await directed(database, stage)
    assert (call.programme, call.taken, call.on_air) == (str(session.id), "second", ["second"])


async def test_going_on_air_starts_the_next_session_and_its_end_clears_the_stage(database, stage, make):
    event = await event_of(database, stage)
    session = await make.session(event, stage_id=stage.id)
    async with database.writing() as db:
        found = (await stages.stage_at(db, stage.id))[0]
        assert await stages.move(db, found, "count-down", at=NOW)
    async with database.reading() as db:
        assert await stages.due(db, NOW - timedelta(seconds=1)) == []
        [(counted, move)] = await stages.due(db, NOW)
        assert (counted.id, move) == (stage.id, "go")
    async with database.writing() as db:
        found = (await stages.stage_at(db, stage.id))[0]
        assert await stages.move(db, found, "go", at=NOW)
        assert not await stages.move(db, found, "go", at=NOW)
    assert (await directed(database, stage)).programme == str(session.id)
    async with database.writing() as db:
        running = await stages.session_on(db, stage.id)
        await sessions.move(db, running, "end", now=NOW)
    async with database.reading() as db:
        assert [move for _, move in await stages.due(db, NOW)] == ["clear"]
        assert await stages.directions(db) == {}


async def test_exactly_those_that_the_media_process_names_are_there(database, stage, amara):
    await come(database, stage, amara, "amara")
    await come(database, stage, ENCODER, "encoder")
    async with database.writing() as db:
        await stages.note_present(db, {"amara"}, since=NOW + A_MOMENT, now=NOW + A_MOMENT)
    assert await states(database, stage) == {"Amara": "here", "Encoder": "lost"}


async def test_who_is_on_the_way_to_a_media_process_that_has_just_begun_is_not_lost(database, stage, amara):
    await come(database, stage, ENCODER, "encoder")
    await come(database, stage, amara, "amara")
    await become(database, stage, "amara", "here")
    async with database.writing() as db:
        await stages.note_present(db, set(), since=NOW - A_MOMENT, now=NOW)
    assert await states(database, stage) == {"Amara": "lost", "Encoder": "arriving"}


async def directed(database, stage):
    async with database.reading() as db:
        return (await stages.directions(db))[str(stage.id)]


async def event_of(database, stage):
    async with database.reading() as db:
        return (await stages.stage_at(db, stage.id))[1]


async def test_the_first_interpreter_who_comes_has_the_window_and_is_never_taken(database, make):
    event = await make.event()
    stage = await make.stage(event)
    session = await make.live_session(event, stage_id=stage.id)
    people = [Publisher(name, "interpreter", (await make.person(name)).id) for name in ("Ines", "Ivo")]
    ines, ivo = [await come(database, stage, each, each.name) for each in people]
    async with database.writing() as db:
        stage = await db.get_one(Stage, stage.id)
        assert stage.signing_id == ines.id
        assert not await stages.is_signed(db, stage)
        assert await stages.move(db, stage, "go", at=NOW)
        assert not await stages.take(db, stage, ines.id)
    await become(database, stage, "Ines", "here")
    async with database.reading() as db:
        assert await stages.is_signed(db, await db.get_one(Stage, stage.id))
        said = (await stages.directions(db))[str(stage.id)]
    assert (said.programme, said.taken, said.on_air, said.signing) == (str(session.id), None, [], "Ines")
    async with database.writing() as db:
        stage = await db.get_one(Stage, stage.id)
        assert await stages.take(db, stage, ivo.id)
        assert await stages.sign(db, stage, ivo.id)
        assert stage.taken_id is None
        assert await stages.sign(db, stage, None)
        assert (await stages.directions(db))[str(stage.id)].signing is None


async def test_a_stage_with_low_latency_is_put_out_in_parts(database, make):
    event = await make.event()
    for low_latency in (True, False):
        stage = await make.stage(event, low_latency=low_latency)
        await make.live_session(event, stage_id=stage.id)
        assert (await directed(database, stage)).in_parts is low_latency


async def test_picture_and_sound_are_wanted_near_a_session_of_a_stage(database, make):
    async def is_wanted():
        async with database.reading() as db:
            return await stages.is_any_wanted(db, NOW)

    event = await make.event()
    stage = await make.stage(event)
    await make.session(event, starts_at=NOW)
    await make.session(event, stage_id=stage.id, starts_at=NOW + timedelta(hours=3))
    assert not await is_wanted()
    await make.session(event, stage_id=stage.id, starts_at=NOW + timedelta(minutes=50))
    assert await is_wanted()


async def test_picture_and_sound_are_wanted_once_somebody_comes_however_early(database, stage, amara):
    await come(database, stage, amara, "first")
    await become(database, stage, "first", "left")
    async with database.reading() as db:
        assert await stages.is_any_wanted(db, NOW)
        assert not await stages.is_any_wanted(db, NOW + timedelta(hours=2))


async def test_picture_and_sound_are_wanted_for_an_hour_once_a_publisher_waits_for_them(database, stage):
    async with database.writing() as db:
        await stages.want(db, stage, NOW)
    async with database.reading() as db:
        assert await stages.is_any_wanted(db, NOW)
        assert await stages.is_any_wanted(db, NOW + timedelta(minutes=59))
        assert not await stages.is_any_wanted(db, NOW + timedelta(hours=1))


async def test_nobody_ends_what_another_publishes(database, stage, amara):
    await come(database, stage, amara, "amara")
    await come(database, stage, ENCODER, "encoder")
    async with database.writing() as db:
        assert not await stages.leave(db, stage, ENCODER, "amara", NOW)
        assert await stages.leave(db, stage, amara, "amara", NOW)
        assert not await stages.leave(db, stage, amara, "amara", NOW)
    assert await states(database, stage) == {"Amara": "left", "Encoder": "arriving"}
