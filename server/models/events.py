"""The event and what is on its agenda."""

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import JSON, UniqueConstraint
from sqlmodel import Field, SQLModel

from server.models.columns import key, moment

RECORDINGS_STAY = timedelta(days=90)
"""The time after the event's last day at which recordings close, unless the organiser sets a day."""
PERSONAL_DATA_STAY = timedelta(days=30)
"""The time after the day on which recordings close at which personal data go, unless the organiser sets a day."""


class Event(SQLModel, table=True):
    """The conference itself. `kind` is event, rehearsal or demo; `state` is draft, open or closed."""

    id: uuid.UUID = key()
    slug: str = Field(max_length=60, unique=True)
    kind: str = Field(default="event", max_length=20)
    state: str = Field(default="draft", max_length=20)
    title: str = Field(max_length=120)
    summary: str = Field(default="", max_length=400)
    about: str = Field(default="", max_length=5000)
    """Markdown."""
    hashtag: str = Field(default="", max_length=60)
    """Without its #."""
    zone: str = Field(default="Europe/London", max_length=60)
    """An IANA time zone: the agenda's hours and the report's days are in it."""
    starts_on: date
    ends_on: date
    target: int | None = Field(default=None)
    """The number of registrations that the organiser hopes for."""
    capacity: int | None = Field(default=None)
    """The most registrations that have a place, held or confirmed; any more are waitlisted. None: no bound."""
    hold_hours: int | None = Field(default=None)
    """The hours for which a place is held until its person comes in, where places are limited. None: no limit."""
    sectors: list[str] = Field(default_factory=list, sa_type=JSON)
    places: list[str] = Field(default_factory=list, sa_type=JSON)
    recordings_open: str = Field(default="at once", max_length=20)
    """at once, or when published: the time at which a recording opens."""
    recordings_close_on: date | None = Field(default=None)
    controller: str = Field(default="", max_length=200)
    """The organisation that is responsible for people's data (UK GDPR, Article 4(7))."""
    privacy_contact: str = Field(default="", max_length=254)
    """The mail address for questions about people's data."""
    privacy_note: str = Field(default="", max_length=5000)
    """Markdown: the organiser's own words in the privacy notice."""
    privacy_link: str = Field(default="", max_length=400)
    """The address of the controller's own privacy notice."""
    retention_on: date | None = Field(default=None)
    """The retention day that was set, or that was promised when the event opened. None: it follows the recordings."""
    anonymised_at: datetime | None = moment(default=None)
    """The moment at which its retention was completed."""
    anonymised: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """The number of rows of each relation that the retention found, by the relation's class name."""
    salt: bytes
    """Random bytes for pseudonyms; emptied by the retention."""
    created_at: datetime = moment()

    @property
    def recordings_until(self) -> date:
        """The last day on which recordings can be watched, join links work and people can register to catch up."""
        return self.recordings_close_on or self.ends_on + RECORDINGS_STAY

    @property
    def names_controller(self) -> bool:
        """True when people are told who is responsible for their data and whom they can ask."""
        return bool(self.controller and self.privacy_contact)

    @property
    def retention_day(self) -> date:
        """The day on which personal rows go and what is left becomes anonymous."""
        return self.retention_on or self.recordings_until + PERSONAL_DATA_STAY


class RetentionMove(SQLModel, table=True):
    """A retention day that was made later after people had registered, with the reason that they were told."""

    __tablename__ = "retention_move"

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    day_before: date
    day_after: date
    reason: str = Field(max_length=400)
    moved_at: datetime = moment()


class Track(SQLModel, table=True):
    """A thematic strand of the agenda."""

    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE")
    slug: str = Field(max_length=60)
    title: str = Field(max_length=120)
    summary: str = Field(default="", max_length=400)
    colour: str = Field(default="teal", max_length=20)
    """The name of one of the design system's track colours."""
    position: int = Field(default=0)


class Speaker(SQLModel, table=True):
    """Someone named on the agenda. `person_id` is set once they can sign in."""

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    person_id: uuid.UUID | None = Field(default=None, foreign_key="person.id", ondelete="SET NULL")
    name: str = Field(max_length=120)
    role: str = Field(default="", max_length=120)
    organisation: str = Field(default="", max_length=120)
    about: str = Field(default="", max_length=2000)
    position: int = Field(default=0)


class Session(SQLModel, table=True):
    """One scheduled keynote, talk, panel, assembly or networking hour.

    `starts_local` and `ends_local` are wall time in the event's zone (ISO, no offset); `starts_at` and
    `ends_at` derive from them. `state` moves by `server.rules.lifecycles.SESSION_MOVES`.
    """

    __table_args__ = (UniqueConstraint("event_id", "slug"),)

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    track_id: uuid.UUID | None = Field(default=None, foreign_key="track.id", ondelete="SET NULL")
    film_id: uuid.UUID | None = Field(default=None, foreign_key="film.id", ondelete="SET NULL")
    signed_film_id: uuid.UUID | None = Field(default=None, foreign_key="film.id", ondelete="SET NULL")
    """The film in sign language that is shown in a window beside the film."""
    stage_id: uuid.UUID | None = Field(default=None, foreign_key="stage.id", ondelete="SET NULL")
    """The stage that broadcasts it; a session that plays a film needs none."""
    slug: str = Field(max_length=60)
    title: str = Field(max_length=160)
    abstract: str = Field(default="", max_length=5000)
    kind: str = Field(default="talk", max_length=20)
    """keynote, talk, panel, assembly or networking."""
    starts_local: str = Field(max_length=19)
    ends_local: str = Field(max_length=19)
    starts_at: datetime = moment()
    ends_at: datetime = moment()
    state: str = Field(default="scheduled", max_length=20)
    auto: bool = Field(default=True)
    """True when the clock starts and ends it, unless somebody does so first."""
    started_at: datetime | None = moment(default=None)
    ended_at: datetime | None = moment(default=None)
    recording: str = Field(default="none", max_length=20)
    """The state of its recording: none, ready (made but not open), open or withdrawn."""
    trim_start: float = Field(default=0.0)
    """The second of the film at which its recording begins: what comes before is cut away."""
    trim_end: float | None = Field(default=None)
    """The second of the film at which its recording ends. None: at the end of the film."""
    downloadable: bool = Field(default=False)
    """True when everybody who may watch the recording may download it."""
    media_key: str = Field(max_length=32)
    """128 random bits (hex) in the address of its segments. Withdrawing or trimming the recording changes them."""


class SessionPause(SQLModel, table=True):
    """A pause of a live session. It goes on while `resumed_at` is None."""

    id: uuid.UUID = key()
    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", index=True)
    paused_at: datetime = moment()
    resumed_at: datetime | None = moment(default=None)


class SessionSpeaker(SQLModel, table=True):
    """A speaker of a session, in the order of the agenda."""

    session_id: uuid.UUID = Field(foreign_key="session.id", ondelete="CASCADE", primary_key=True)
    speaker_id: uuid.UUID = Field(foreign_key="speaker.id", ondelete="CASCADE", primary_key=True)
    position: int = Field(default=0)


class Film(SQLModel, table=True):
    """A packaged film in the data directory under `media/films/{id}`, played simulive."""

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    title: str = Field(max_length=160)
    directory: str = Field(max_length=200)
    """A folder below the data directory's `media/films`, with segments, captions and `film.json`, the index."""
    duration: float
    """Seconds."""
    created_at: datetime = moment()


class Announcement(SQLModel, table=True):
    """A message of the organiser to every open page. The newest one that is not withdrawn is shown."""

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE", index=True)
    person_id: uuid.UUID
    text: str = Field(max_length=280)
    created_at: datetime = moment()
    withdrawn_at: datetime | None = moment(default=None)


class HashtagMention(SQLModel, table=True):
    """One imported post that carried the event's hashtag."""

    __table_args__ = (UniqueConstraint("event_id", "network", "reference"),)

    id: uuid.UUID = key()
    event_id: uuid.UUID = Field(foreign_key="event.id", ondelete="CASCADE")
    network: str = Field(max_length=60)
    reference: str = Field(max_length=200)
    """The post's address or number, by which a post that is imported twice counts once."""
    posted_at: datetime = moment()
    impressions: int = Field(default=0)
