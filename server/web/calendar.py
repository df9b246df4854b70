"""Calendar files (iCalendar, RFC 5545): hours in the event's zone, with the zone's own rules beside them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
from icalendar.enums import STATUS
from starlette.requests import Request
from starlette.responses import Response

from server.models import Event
from server.store.agenda import Item, by_day

PRODUCT = "-//Plenary//Virtual conference//EN"
MEDIA_TYPE = "text/calendar; charset=utf-8"
ZONE_MARGIN = timedelta(days=366)
"""The time before the first day and after the last for which the calendar holds the zone's rules."""


def calendar_file(request: Request, event: Event, agenda: Iterable[Item], name: str) -> Response:
    """The answer that gives a browser these sessions as a file of this name."""
    content = sessions_calendar(event, agenda, request.app.state.settings.base_url, datetime.now(UTC))
    return Response(content, media_type=MEDIA_TYPE, headers={"content-disposition": f'attachment; filename="{name}"'})


def sessions_calendar(event: Event, agenda: Iterable[Item], base_url: str, now: datetime) -> bytes:
    """A calendar with an entry for each session.

    The entry of a cancelled session says so, which removes it from a calendar that had it.
    """
    entries = [session_entry(event, item, base_url, now) for item in agenda]
    return calendar(event, entries, base_url)


def days_calendar(event: Event, agenda: Sequence[Item], base_url: str, now: datetime) -> bytes:
    """A calendar with an entry for each day, from its first session to its last; the whole day while it has none."""
    entries = []
    sessions = by_day([item for item in agenda if item.state != "cancelled"], event.zone)
    for n in range((event.ends_on - event.starts_on).days + 1):
        day = event.starts_on + timedelta(days=n)
        entries.append(day_entry(event, day, sessions.get(day, []), base_url, now))
    return calendar(event, entries, base_url)


def calendar(event: Event, entries: Sequence[icalendar.Event], base_url: str) -> bytes:
    """The file with these entries and the rules of their zone."""
    made = icalendar.Calendar.new(
        prodid=PRODUCT, method="PUBLISH", name=event.title, uid=f"{event.id}@plenary", url=f"{base_url}/{event.slug}"
    )
    for entry in entries:
        made.add_component(entry)
    made.add_missing_timezones(first_date=event.starts_on - ZONE_MARGIN, last_date=event.ends_on + ZONE_MARGIN)
    return bytes(made.to_ical())


def moved(calendar_text: str, old_url: str, new_url: str) -> str:
    """A calendar file whose addresses begin with another base: long lines are folded anew (RFC 5545, 3.1)."""
    unfolded = calendar_text.replace("\r\n ", "").replace(old_url, new_url)
    return bytes(icalendar.Calendar.from_ical(unfolded).to_ical()).decode()


def session_entry(event: Event, item: Item, base_url: str, now: datetime) -> icalendar.Event:
    """The entry of one session."""
    session, zone = item.session, ZoneInfo(event.zone)
    address = f"{base_url}/{event.slug}/sessions/{session.slug}"
    parts = [", ".join(item.names), session.abstract.strip(), address]
    return icalendar.Event.new(
        uid=f"{session.id}@plenary",
        stamp=now,
        start=session.starts_at.astimezone(zone),
        end=session.ends_at.astimezone(zone),
        summary=session.title,
        description="\n\n".join(part for part in parts if part),
        categories=[item.track.title] if item.track else [],
        location=address,
        url=address,
        status=STATUS.CANCELLED if session.state == "cancelled" else STATUS.CONFIRMED,
    )


def day_entry(event: Event, day: date, agenda: Sequence[Item], base_url: str, now: datetime) -> icalendar.Event:
    """The entry of one day, with the agenda of that day."""
    zone, address = ZoneInfo(event.zone), f"{base_url}/{event.slug}/lobby"
    lines = [f"{item.session.starts_at.astimezone(zone):%H:%M} {item.session.title}" for item in agenda]
    return icalendar.Event.new(
        uid=f"{event.id}-{day:%Y%m%d}@plenary",
        stamp=now,
        start=agenda[0].session.starts_at.astimezone(zone) if agenda else day,
        end=max(item.session.ends_at for item in agenda).astimezone(zone) if agenda else day + timedelta(days=1),
        summary=event.title,
        description="\n".join([event.summary, "", *lines, "", address]).strip(),
        location=address,
        url=address,
        status=STATUS.CONFIRMED,
    )
