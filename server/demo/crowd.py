"""The synthetic crowd: its people, their registrations, and their visits to sessions with the reactions they sent.

Pure: it stores nothing, and draws from a seed and the time that is passed in, so every demo has the same crowd.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from random import Random

from rooms.protocol import Emoji
from server.demo.script import ScriptedCrowd
from server.demo.timetable import AgendaSlot

SEED = "MSE in Action"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "crowd.demo.invalid")
ANSWERED_BEFORE = 0.88
"""The share of the crowd that answered the survey before."""
UNDERSTANDING_MEAN, UNDERSTANDING_DEVIATION = 5.6, 1.9
"""Mean and standard deviation of the answers before, 0 to 10."""
APPLAUSE = (0.04, 0.33, 0.58, 0.8, 0.99)
"""Points of a session at which people react, as shares of its length; the last is its end."""
EMOJI_WEIGHTS: dict[Emoji, int] = {"clap": 46, "love": 17, "agree": 16, "idea": 10, "wow": 6, "laugh": 5}
LATE_BY_S = 5 * 60.0
"""Seconds after the start by which the last people come in."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """A synthetic person. `understanding` is None for a person who did not answer the survey before."""

    id: uuid.UUID
    name: str
    email: str
    sector: str
    organisation: str
    job_role: str
    place: str
    source: str
    registered_at: datetime
    captions: bool
    directory: bool
    understanding: int | None
    keen: float
    """The probability that this person comes to a session."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A person's stay in a session, and the reactions sent in it: each an emoji and its media time."""

    person_id: uuid.UUID
    started_at: datetime
    seen_at: datetime
    reactions: tuple[tuple[Emoji, datetime], ...]


def crowd_ids(script: ScriptedCrowd) -> list[uuid.UUID]:
    """The ids of the crowd. They are always the same, so the crowd's rows can be told from those of real people."""
    return [uuid.uuid5(NAMESPACE, str(number)) for number in range(script.count)]


def draw_crowd(script: ScriptedCrowd, now: datetime) -> Iterator[Synthetic]:
    """The crowd, with registrations spread over the days before `now`; most of them are recent."""
    chance = Random(SEED)  # noqa: S311 - a repeatable crowd, not a secret
    names = chance.sample(list(product(script.first_names, script.surnames)), script.count)
    sectors = chance.choices(script.sectors, [sector.weight for sector in script.sectors], k=script.count)
    for number, (person_id, (first, last), sector) in enumerate(
        zip(crowd_ids(script), names, sectors, strict=True), start=1
    ):
        days = script.days_before * chance.betavariate(1.1, 2.0)
        answered = chance.random() < ANSWERED_BEFORE
        understanding = round(chance.gauss(UNDERSTANDING_MEAN, UNDERSTANDING_DEVIATION))
        yield Synthetic(
            id=person_id,
            name=f"{first} {last}",
            email=f"crowd-{number}@demo.invalid",
            sector=sector.name,
            organisation=chance.choice(sector.organisations),
            job_role=chance.choice(sector.job_roles),
            place=_weighted(chance, script.places),
            source=_weighted(chance, script.sources),
            registered_at=now - timedelta(days=days),
            captions=chance.random() < 0.12,
            directory=chance.random() < 0.55,
            understanding=min(10, max(0, understanding)) if answered else None,
            keen=chance.betavariate(3, 2),
        )


def draw_visits(crowd: Sequence[Synthetic], slot: AgendaSlot, now: datetime) -> Iterator[Visit]:
    """The visits to a session that has begun, with their reactions, up to its end, or up to `now` while it runs."""
    chance = Random(f"{SEED} {slot.slug}")  # noqa: S311 - a repeatable crowd, not a secret
    until = min(slot.ends_at, now)
    length = slot.ends_at - slot.starts_at
    for person in crowd:
        came, stayed = chance.random() < person.keen, chance.betavariate(6, 1)
        started_at = slot.starts_at + timedelta(seconds=chance.triangular(0, LATE_BY_S, 0))
        seen_at = min(until, slot.starts_at + length * stayed if stayed < 0.9 else until)
        sent = [
            (emoji, media_at)
            for share in APPLAUSE
            for emoji in chance.choices(
                list(EMOJI_WEIGHTS), list(EMOJI_WEIGHTS.values()), k=chance.choice((0, 0, 1, 3))
            )
            if started_at <= (media_at := slot.starts_at + length * share + _hesitation(chance)) < seen_at
        ]
        if came and started_at < seen_at:
            yield Visit(person.id, started_at, seen_at, tuple(sent))


def _weighted(chance: Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _hesitation(chance: Random) -> timedelta:
    return timedelta(seconds=min(12.0, chance.expovariate(1 / 4)))
