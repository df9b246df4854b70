"""Stages: their sources backstage and on air, and the directions for the media process."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, delete, exists, or_, update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from rooms.control import SLOTS, Direct
from server.models import Event, Session, Stage, StageSource
from server.rules.lifecycles import STAGE
from server.store import sessions
from server.store.engine.revisions import raise_revision, session_room, stage_room

ENCODER = "encoder"
INTERPRETER = "interpreter"
"""The first source of this role is given the sign-language window; the producer may change that."""
PRESENT = ("arriving", "here")
RUNNING = ("live", "paused")
NEAR = timedelta(hours=1)
"""The time for which a stage is wanted before its session, for an encoder that asks only once, and after somebody came
or asked."""
WANTED_TOPIC = "wanted"
"""The topic by which the conductor learns that a stage is wanted. No room shows it."""
WANTED = select(
    or_(
        exists().where(
            col(Session.stage_id).is_not(None),
            or_(
                col(Session.state).in_(RUNNING),
                and_(col(Session.state) == "scheduled", col(Session.starts_at) < bindparam("starts_before")),
            ),
        ),
        exists().where(col(StageSource.changed_at) > bindparam("since")),
        exists().where(col(Stage.wanted_at) > bindparam("since")),
    )
)
"""Run every few seconds for ever, so it is built once."""


class StageRefused(Exception):
    """The act is not possible. The message is the reason, as a sentence."""


@dataclass(frozen=True)
class Publisher:
    """A person who sends, or the encoder that has the stream key."""

    name: str
    role: str
    person_id: uuid.UUID | None = None

    @property
    def id(self) -> str:
        """The person's id, or `ENCODER`."""
        return str(self.person_id) if self.person_id else ENCODER


async def stages_of(db: AsyncSession, event_id: uuid.UUID) -> Sequence[Stage]:
    """An event's stages in their order."""
    statement = select(Stage).where(Stage.event_id == event_id).order_by(col(Stage.position), col(Stage.title))
    return (await db.exec(statement)).all()


async def is_any_wanted(db: AsyncSession, now: datetime) -> bool:
    """True when somebody may send to a stage now: its session is on or near, or a publisher came or asked lately."""
    near = {"starts_before": now + NEAR, "since": now - NEAR}
    return bool((await db.exec(WANTED, params=near)).one())


async def want(db: AsyncSession, stage: Stage, now: datetime) -> None:
    """Record that a publisher waits for a media process. If this web process supervises one, it starts it at once.

    Every other web process finds the stage wanted when it next looks, some seconds later.
    """
    await db.exec(update(Stage).where(col(Stage.id) == stage.id).values(wanted_at=now))
    await raise_revision(db, stage_room(stage.id), WANTED_TOPIC)


async def stage_at(db: AsyncSession, stage_id: uuid.UUID) -> tuple[Stage, Event] | None:
    """A stage and its event."""
    statement = select(Stage, Event).join(Event, col(Event.id) == col(Stage.event_id)).where(Stage.id == stage_id)
    return (await db.exec(statement)).first()


async def title_taken(db: AsyncSession, event_id: uuid.UUID, title: str, stage_id: uuid.UUID | None) -> bool:
    """True when another stage of the event has this title, whatever the letter case."""
    same = func.lower(col(Stage.title)) == title.lower()
    statement = select(Stage.id).where(Stage.event_id == event_id, same, Stage.id != stage_id)
    return (await db.exec(statement)).first() is not None


async def create(db: AsyncSession, event_id: uuid.UUID, title: str, *, low_latency: bool = False) -> Stage:
    """Add a stage after the last one."""
    known = await stages_of(db, event_id)
    position = max((each.position for each in known), default=-1) + 1
    stage = Stage(event_id=event_id, title=title, low_latency=low_latency, position=position)
    db.add(stage)
    return stage


async def change(db: AsyncSession, stage: Stage, **columns: Any) -> None:
    """Write columns of a stage, and announce the change."""
    for name, value in columns.items():
        setattr(stage, name, value)
    db.add(stage)
    await _announce(db, stage)


async def renew_key(db: AsyncSession, stage: Stage, now: datetime) -> str | None:
    """Make a new stream key. Returns the connection of an encoder with the old key, which is to be ended."""
    await change(db, stage, key_number=stage.key_number + 1)
    encoder = next((each for each in await sources_of(db, stage.id) if each.publisher == ENCODER), None)
    connection = encoder.connection if encoder else None
    if connection is not None:
        await note(db, stage, connection, "left", now)
    return connection


async def remove(db: AsyncSession, stage: Stage) -> None:
    """Delete a stage. Its sessions stay, without a stage."""
    await db.exec(delete(Stage).where(col(Stage.id) == stage.id))


async def move(db: AsyncSession, stage: Stage, name: str, *, at: datetime) -> bool:
    """Make a move of `lifecycles.STAGE`; False when the stage's state does not allow it (any more).

    Going on air starts the stage's next session when none is running.
    """
    step = STAGE[name]
    moved = await db.exec(
        update(Stage)
        .where(col(Stage.id) == stage.id, col(Stage.state).in_(step.sources))
        .values(state=step.target, at=at)
    )
    if moved.rowcount != 1:
        return False
    if step.target == "on-air" and await session_on(db, stage.id) is None:
        following = await session_after(db, stage.id)
        if following is not None:
            await sessions.move(db, following, "start", now=at)
    await _announce(db, stage)
    return True


async def session_on(db: AsyncSession, stage_id: uuid.UUID) -> Session | None:
    """The session that is running on a stage."""
    running = select(Session).where(Session.stage_id == stage_id, col(Session.state).in_(RUNNING))
    return (await db.exec(running.order_by(col(Session.started_at).desc()))).first()


async def session_after(db: AsyncSession, stage_id: uuid.UUID) -> Session | None:
    """The next scheduled session on a stage."""
    scheduled = select(Session).where(Session.stage_id == stage_id, Session.state == "scheduled")
    return (await db.exec(scheduled.order_by(col(Session.starts_at)))).first()


async def sources_of(db: AsyncSession, stage_id: uuid.UUID) -> list[StageSource]:
    """The sources that are backstage or were, those with a slot first."""
    rows = (await db.exec(select(StageSource).where(StageSource.stage_id == stage_id))).all()
    return sorted(rows, key=lambda each: (each.slot is None, each.slot or 0, each.name))


class Arrival(NamedTuple):
    """A source that has arrived, and the older connection of the same publisher that it replaces, if any."""

    source: StageSource
    replaced: str | None


async def arrive(db: AsyncSession, stage: Stage, publisher: Publisher, connection: str, now: datetime) -> Arrival:
    """Give a publisher a slot. A person's newer connection replaces the older one.

    Raises StageRefused when the encoder sends already, or every slot is taken.
    """
    sources = await sources_of(db, stage.id)
    source = next((each for each in sources if each.publisher == publisher.id), None)
    replaced = source.connection if source else None
    if source is None:
        source = StageSource(
            stage_id=stage.id,
            publisher=publisher.id,
            person_id=publisher.person_id,
            name=publisher.name,
            role=publisher.role,
        )
    elif publisher.id == ENCODER and source.state in PRESENT:
        raise StageRefused("An encoder sends to this stage already.")
    if source.slot is None:
        source.slot = next(iter(sorted(set(range(SLOTS)) - {each.slot for each in sources})), None)
    if source.slot is None:
        raise StageRefused("Every place backstage is taken.")
    source.connection, source.state, source.changed_at = connection, "arriving", now
    source.name, source.role = publisher.name, publisher.role
    db.add(source)
    if source.role == INTERPRETER and stage.signing_id is None:
        await db.flush()
        stage.signing_id = source.id
        db.add(stage)
    await _announce(db, stage)
    return Arrival(source, replaced)


async def leave(db: AsyncSession, stage: Stage, publisher: Publisher, connection: str, now: datetime) -> bool:
    """Free the slot of a publisher who leaves. False when they do not send by this connection (any more)."""
    theirs = select(StageSource.id).where(
        StageSource.stage_id == stage.id,
        StageSource.publisher == publisher.id,
        StageSource.connection == connection,
    )
    if (await db.exec(theirs)).first() is None:
        return False
    await note(db, stage, connection, "left", now)
    return True


async def note(db: AsyncSession, stage: Stage, connection: str, state: str, now: datetime) -> None:
    """Write the state of a connection: here, lost or left. Nothing is written when another one has replaced it."""
    changed: dict[str, Any] = {"state": state, "changed_at": now}
    if state not in PRESENT:
        changed |= {"connection": None, "slot": None}
    ours = (col(StageSource.stage_id) == stage.id, col(StageSource.connection) == connection)
    noted = await db.exec(update(StageSource).where(*ours, col(StageSource.state) != state).values(**changed))
    if noted.rowcount:
        await _announce(db, stage)


async def note_present(db: AsyncSession, present: Collection[str], since: datetime, now: datetime) -> None:
    """Write which connections a media process has: the `present` ones are here, and the others were lost.

    Sources that arrived after the media process began, `since`, may still be on their way to it: they are left alone.
    """
    gone = select(StageSource, Stage).join(Stage, col(Stage.id) == col(StageSource.stage_id))
    for source, stage in await db.exec(gone.where(col(StageSource.connection).is_not(None))):
        assert source.connection is not None
        if source.connection in present:
            await note(db, stage, source.connection, "here", now)
        elif source.state != "arriving" or source.changed_at < since:
            await note(db, stage, source.connection, "lost", now)


async def put_on_air(db: AsyncSession, stage: Stage, source_id: uuid.UUID, *, is_on_air: bool) -> bool:
    """Put a source's sound into the programme, or take it out. False when there is no such source."""
    ours = (col(StageSource.stage_id) == stage.id, col(StageSource.id) == source_id)
    changed = await db.exec(update(StageSource).where(*ours).values(is_on_air=is_on_air))
    if changed.rowcount != 1:
        return False
    if not is_on_air and stage.taken_id == source_id:
        stage.taken_id = None
        db.add(stage)
    await _announce(db, stage)
    return True


async def take(db: AsyncSession, stage: Stage, source_id: uuid.UUID) -> bool:
    """Put a source's picture and sound into the programme. False for the interpreter, or if there is no such source."""
    if source_id == stage.signing_id:
        return False
    stage.taken_id = source_id
    db.add(stage)
    return await put_on_air(db, stage, source_id, is_on_air=True)


async def sign(db: AsyncSession, stage: Stage, source_id: uuid.UUID | None) -> bool:
    """Choose the source for the sign-language window, None: no source. False when there is no such source."""
    source = await db.get(StageSource, source_id) if source_id else None
    if source_id is not None and (source is None or source.stage_id != stage.id):
        return False
    stage.signing_id = source_id
    if source_id is not None and stage.taken_id == source_id:
        stage.taken_id = None
    db.add(stage)
    await _announce(db, stage)
    return True


async def is_signed(db: AsyncSession, stage: Stage) -> bool:
    """True while the interpreter is backstage."""
    source = await db.get(StageSource, stage.signing_id) if stage.signing_id else None
    return source is not None and source.state == "here"


async def note_taken(db: AsyncSession, stage: Stage, connection: str) -> None:
    """Note that the picture has followed the voice to this connection."""
    ours = select(StageSource).where(StageSource.stage_id == stage.id, StageSource.connection == connection)
    source = (await db.exec(ours)).first()
    if source is not None and stage.taken_id != source.id and stage.follows_voice:
        stage.taken_id = source.id
        db.add(stage)
        await _announce(db, stage)


async def due(db: AsyncSession, now: datetime) -> list[tuple[Stage, str]]:
    """The stages that the clock moves now, each with its move: a countdown is over, or the session on air has ended."""
    statement = select(Stage).where(col(Stage.state).in_(("countdown", "on-air")))
    found = []
    for stage in await db.exec(statement):
        if stage.state == "countdown" and stage.at is not None and stage.at <= now:
            found.append((stage, "go"))
        elif stage.state == "on-air" and await session_on(db, stage.id) is None:
            found.append((stage, "clear"))
    return found


async def directions(db: AsyncSession) -> dict[str, Direct]:
    """The directions for each stage of a running session, by the stage's id."""
    running = select(Stage, Session).join(Session, col(Session.stage_id) == col(Stage.id))
    wanted = {}
    for stage, session in await db.exec(running.where(col(Session.state).in_(RUNNING))):
        on_air = stage.state == "on-air" and session.state == "live"
        sources = {each.id: each for each in await sources_of(db, stage.id)} if on_air else {}
        heard = [each.connection for each in sources.values() if each.is_on_air and each.connection]
        taken, signing = (sources.get(each) if each else None for each in (stage.taken_id, stage.signing_id))
        wanted[str(stage.id)] = Direct(
            str(stage.id),
            str(session.id),
            taken.connection if taken else None,
            heard,
            stage.follows_voice and on_air,
            signing.connection if signing else None,
            stage.low_latency,
        )
    return wanted


def countdown_end(now: datetime, seconds: int) -> datetime:
    """The end of a countdown that begins now."""
    return now + timedelta(seconds=seconds)


async def _announce(db: AsyncSession, stage: Stage) -> None:
    await raise_revision(db, stage_room(stage.id), "air")
    await raise_revision(db, stage_room(stage.id), "backstage")
    open_ones = select(Session.id).where(Session.stage_id == stage.id, col(Session.state).in_((*RUNNING, "scheduled")))
    for session_id in await db.exec(open_ones):
        await raise_revision(db, session_room(session_id), "air")
