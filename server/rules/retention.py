"""Retention: the days that it may have, and the sentence that tells people of it. Pure: told the event and the time."""

from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from server.rules.local_time import local_date
from server.rules.wording import whole_date

LONGEST = timedelta(days=730)
"""The longest time after the event's last day for which personal data may be kept."""

ANONYMOUS, GOES = "anonymous", "goes"


class Fate(NamedTuple):
    """The fate of the rows of one relation: `ANONYMOUS` or `GOES`, the relation in plain words, and what it means."""

    kind: str
    words: str
    meaning: str = ""


FATES: dict[str, Fate] = {
    "Registration": Fate(
        ANONYMOUS,
        "Registrations",
        "Organisation, job role, access needs and the wish to be named go. State, day, sector, place and source stay.",
    ),
    "Response": Fate(
        ANONYMOUS,
        "Survey responses",
        "Every answer stays, word for word. Answers before and after stay a pair, without a person.",
    ),
    "Attendance": Fate(ANONYMOUS, "Stays in sessions"),
    "WatchInterval": Fate(ANONYMOUS, "Stretches of recordings that were watched"),
    "Reaction": Fate(ANONYMOUS, "Reactions"),
    "TableStay": Fate(ANONYMOUS, "Stays at tables"),
    "DroppedFrames": Fate(ANONYMOUS, "Notes of connections that sent too much"),
    "Announcement": Fate(ANONYMOUS, "Announcements", "The words stay, without the person who sent them."),
    "SecurityEntry": Fate(
        ANONYMOUS,
        "Entries of the security log",
        "Of the people who go, without their network addresses. Every entry goes after 180 days.",
    ),
    "Person": Fate(GOES, "Names and mail addresses", "Of people whom no other event here and no role needs."),
    "Mail": Fate(GOES, "Mails"),
    "JoinLink": Fate(GOES, "Join links"),
    "SignIn": Fate(GOES, "Browsers signed in"),
    "GrantRow": Fate(GOES, "Roles of speakers, hosts, chairs and interpreters"),
    "Speaker": Fate(GOES, "Accounts of speakers", "Their names stay on the agenda."),
    "StageSource": Fate(GOES, "Names of those who stood on a stage", "Recordings stay as they are."),
    "TableMessage": Fate(GOES, "Messages at tables"),
    "NameTag": Fate(GOES, "Names at tables"),
    "Seat": Fate(GOES, "Seats at tables"),
    "QueueEntry": Fate(GOES, "Places in queues for a seat"),
    "Bookmark": Fate(GOES, "Sessions in people’s own agendas"),
    "WatchProgress": Fate(GOES, "Marks where people left a recording"),
}
"""The fate of each relation about people, by its class name, in the order in which pages show it."""


class RetentionFacts(Protocol):
    """The columns of an event that decide over its retention."""

    zone: str
    ends_on: date
    anonymised_at: datetime | None

    @property
    def recordings_until(self) -> date: ...

    @property
    def retention_day(self) -> date: ...


def is_over(event: RetentionFacts) -> bool:
    """True once the retention of the event's present retention day was completed."""
    at = event.anonymised_at
    return at is not None and local_date(at, event.zone) >= event.retention_day


def is_due(event: RetentionFacts, now: datetime) -> bool:
    """True on the retention day and after it, until the retention was completed."""
    return local_date(now, event.zone) >= event.retention_day and not is_over(event)


def trouble_with(event: RetentionFacts, day: date, now: datetime) -> str | None:
    """The reason why the event may not have this retention day, as a sentence; None when it may."""
    today = local_date(now, event.zone)
    latest = event.ends_on + LONGEST
    if is_over(event):
        return "That day has come: personal details are deleted, and this cannot be taken back."
    if is_due(event, now):
        return "That day has come, and the deletion has begun. It can no longer be moved."
    if day <= event.recordings_until:
        return (
            f"People can watch and register until {whole_date(event.recordings_until)}, and need their details until"
            " then. Please choose a later day."
        )
    if day <= today:
        return "Please choose tomorrow or a later day, so that you can look at the preview first."
    if day > latest:
        return f"Personal details may be kept until {whole_date(latest)}, two years after the event, and no longer."
    return None


def sentence(event: RetentionFacts) -> str:
    """The sentence that tells a person how long their details are kept, the same wherever it is told."""
    day = whole_date(event.retention_day)
    if is_over(event):
        return f"The personal details of this event were deleted on {day}. Its figures stay, without names."
    return (
        f"Your personal details for this event are deleted on {day}. What you answered and took part in stays"
        " in the event’s figures, without anything that leads to you."
    )
