"""Needs of an event: one sentence each, with one link to where it is mended. Pure: told the facts and the time."""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol

from server.rules.local_time import local_date
from server.rules.wording import clock, plural, whole_date

PICTURE_WANTED_WITHIN = timedelta(hours=24)
WARNED_BEFORE = timedelta(days=14)
"""The time before the retention day from which the organiser is reminded of it."""


class Need(NamedTuple):
    """A sentence, the link's words, the name of its route, its session's slug; urgent needs come first."""

    text: str
    action: str
    link: str
    slug: str = ""
    urgent: bool = False


class SessionFacts(Protocol):
    """The columns of a session that decide its needs."""

    slug: str
    title: str
    kind: str
    state: str
    auto: bool
    recording: str
    film_id: uuid.UUID | None
    stage_id: uuid.UUID | None
    starts_at: datetime
    ends_at: datetime


def needs(
    sessions: Iterable[SessionFacts],
    clashes: Sequence[tuple[str, str, str, str]],
    *,
    state: str,
    zone: str,
    recordings_open: str,
    recordings: Sequence[tuple[str, str, Sequence[str], float]] = (),
    troubled_mail: int,
    put_off_mail: int,
    waitlisted: int,
    names_controller: bool = True,
    retention_day: date | None = None,
    clock_jumped_by_s: float = 0.0,
    unplayable: Collection[uuid.UUID] = (),
    is_mail_sent: bool = True,
    now: datetime,
) -> list[Need]:
    """All needs of an event, the urgent ones first.

    `clashes` are (speaker, title, other title, other slug); `recordings` are those with a fault: (title, slug, faults,
    missing seconds). `retention_day` is None once the retention is over. `clock_jumped_by_s` is 0 while the server's
    clock is trusted. `unplayable` are the ids of films that are missing or broken.
    Where no `is_mail_sent`, each mail is kept for the organiser.
    """
    sessions = list(sessions)
    found = [need for session in sessions for need in _of_session(session, zone, recordings_open, now)]
    for session in sessions:
        if session.film_id in unplayable and session.state != "cancelled":
            text = f"The film of “{session.title}” is missing or broken on this server."
            found.append(Need(text, "Choose another", "session_edit", session.slug, urgent=session.state != "ended"))
    if clock_jumped_by_s:
        way = "ahead" if clock_jumped_by_s > 0 else "back"
        length = plural(max(1, round(abs(clock_jumped_by_s) / 60)), "minute", "minutes")
        text = f"The server’s clock has jumped {way} by {length}: nothing starts or ends by itself for now."
        found.append(Need(text, "Start and end by hand", "console_sessions", urgent=True))
    if state == "draft":
        found.append(Need("This event is a draft: only its organisers can see it.", "Open it", "event_edit"))
    if state == "open" and not is_mail_sent:
        text = "No mail server is set: nobody gets their join link until you hand it on."
        found.append(Need(text, "Read the mail", "console_mails", urgent=True))
    if not names_controller:
        text = "Nobody is named yet who is responsible for people’s data."
        found.append(Need(text, "Name them", "console_privacy", urgent=state != "draft"))
    if retention_day is not None and retention_day - local_date(now, zone) <= WARNED_BEFORE:
        text = f"Personal details are deleted on {whole_date(retention_day)}. Take along before what you still need."
        found.append(Need(text, "See what goes", "console_privacy"))
    for title, slug, faults, missing_s in recordings:
        text = f"The recording of “{title}” {_not_whole(faults, missing_s)}."
        found.append(Need(text, "Look at it", "recording_edit", slug))
    if troubled_mail:
        count = plural(troubled_mail, "mail", "mails")
        found.append(Need(f"{count} may not have arrived.", "Look at it", "console_mails", urgent=True))
    if put_off_mail:
        waits = plural(put_off_mail, "mail waits", "mails wait")
        found.append(Need(f"{waits} for the mail server.", "See why", "console_mails", urgent=True))
    if waitlisted:
        count = plural(waitlisted, "person waits", "people wait")
        found.append(Need(f"{count} for a place.", "Change the capacity", "event_edit"))
    for speaker, title, other, slug in clashes:
        found.append(Need(f"{speaker} is in “{title}” and “{other}” at once.", "Change it", "session_edit", slug))
    return sorted(found, key=lambda need: not need.urgent)


def _of_session(session: SessionFacts, zone: str, recordings_open: str, now: datetime) -> Iterator[Need]:
    begins, ends = clock(session.starts_at, zone), clock(session.ends_at, zone)
    match session.state:
        case "scheduled" if session.ends_at <= now:
            text = f"“{session.title}” should have ended at {ends} and never started."
            yield Need(text, "See to it", "session_edit", session.slug, urgent=True)
        case "scheduled" if session.starts_at <= now and not session.auto:
            text = f"“{session.title}” was to start at {begins} and waits for you."
            yield Need(text, "Start it", "session_edit", session.slug, urgent=True)
        case "scheduled" if _shows_nothing(session, now):
            text = f"“{session.title}” starts at {begins} and has neither a film nor a stage yet."
            yield Need(text, "Choose one", "session_edit", session.slug)
        case "live" if session.ends_at <= now and not session.auto:
            text = f"“{session.title}” was to end at {ends} and is still live."
            yield Need(text, "See to it", "session_edit", session.slug, urgent=True)
        case "paused" if session.ends_at <= now:
            text = f"“{session.title}” is paused and was to end at {ends}."
            yield Need(text, "See to it", "session_edit", session.slug, urgent=True)
        case "ended" if session.recording == "ready" and recordings_open == "when published":
            yield Need(f"The recording of “{session.title}” is not open yet.", "Open it", "session_edit", session.slug)


def _not_whole(faults: Sequence[str], missing_s: float) -> str:
    """The findings of a recording's check, as the end of a sentence."""
    lacks = [f"lacks {missing_s:.0f} seconds"] if missing_s else []
    return " and ".join([*lacks, *([f"is faulty: {'; '.join(faults)}"] if faults else [])])


def _shows_nothing(session: SessionFacts, now: datetime) -> bool:
    soon = session.starts_at - now < PICTURE_WANTED_WITHIN
    return soon and session.film_id is None and session.stage_id is None and session.kind != "networking"
