"""The demo's script: the content files, read and checked. It knows neither the present time nor rows."""

import tomllib
from collections.abc import Iterator
from datetime import time
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class ScriptPart(BaseModel):
    """A part of the script. It is frozen, and a key that no field reads is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ScriptedEvent(ScriptPart):
    """The event.

    `subject` is the body that plans, as the surveys name it; `introductions` holds the text above the survey by wave.
    """

    title: str
    summary: str
    about: str
    subject: str
    hashtag: str
    zone: str
    controller: str
    privacy_contact: str
    target: int
    capacity: int
    sectors: tuple[str, ...]
    places: tuple[str, ...]
    announcement: str
    introductions: dict[str, str]


class ScriptedTrack(ScriptPart):
    slug: str
    title: str
    summary: str
    colour: str


class ScriptedSpeaker(ScriptPart):
    slug: str
    name: str
    organisation: str
    about: str


class ScriptedTable(ScriptPart):
    """A networking table; `host` and `session` are slugs."""

    title: str
    topic: str
    host: str
    session: str
    seats: int = 6


class ScriptedSession(ScriptPart):
    """A session. It starts `begins` minutes after the demo is laid, or at the hour `at` of the second day.

    It has a film, or is broadcast from the `stage` with that title, or has no picture.
    """

    slug: str
    title: str
    kind: Literal["keynote", "talk", "panel", "assembly", "networking"]
    track: str
    speakers: tuple[str, ...]
    film: str | None = None
    stage: str | None = None
    begins: int | None = None
    at: time | None = None
    minutes: int = Field(gt=0)
    abstract: str


class ScriptedFilm(ScriptPart):
    """A film of title cards; the text of each card is also its caption."""

    slug: str
    title: str
    speaker: str
    accent: str
    """The colour of its cards, `#rrggbb`."""
    cards: tuple[str, ...]


class ScriptedSector(ScriptPart):
    """A sector from which a share of the crowd comes; `weight` is relative to the other sectors."""

    name: str
    weight: int
    organisations: tuple[str, ...]
    job_roles: tuple[str, ...]


class ScriptedCrowd(ScriptPart):
    """The lists from which the synthetic people are drawn; `sources` and `places` map a word to its relative weight."""

    count: int
    days_before: int
    first_names: tuple[str, ...]
    surnames: tuple[str, ...]
    sources: dict[str, int]
    places: dict[str, int]
    sectors: tuple[ScriptedSector, ...]


class Script(ScriptPart):
    event: ScriptedEvent
    tracks: tuple[ScriptedTrack, ...]
    speakers: tuple[ScriptedSpeaker, ...]
    tables: tuple[ScriptedTable, ...]
    sessions: tuple[ScriptedSession, ...]
    films: tuple[ScriptedFilm, ...]
    seconds_per_card: int
    crowd: ScriptedCrowd

    def session(self, slug: str) -> ScriptedSession:
        """The session with a slug. Raises KeyError when the script has none."""
        return {session.slug: session for session in self.sessions}[slug]

    def film_specs(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each film's slug, with the description from which it is drawn: title, speaker, accent and timed cards."""
        for film in self.films:
            cards = [{"text": card, "seconds": self.seconds_per_card} for card in film.cards]
            yield film.slug, {"title": film.title, "speaker": film.speaker, "accent": film.accent, "cards": cards}


@cache
def read_script() -> Script:
    """The script of the demo event. Raises ValidationError when a content file is wrong."""
    parts: dict[str, Any] = {}
    for name in ("event", "sessions", "films"):
        parts |= _read(name)
    return Script(crowd=ScriptedCrowd.model_validate(_read("people")), **parts)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("server.demo") / "content" / f"{name}.toml").read_text(encoding="utf-8"))
