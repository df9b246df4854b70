"""The event's own page, for everybody: its days, its agenda and its speakers."""

from datetime import UTC, datetime
from io import BytesIO

import segno
from starlette.requests import Request
from starlette.responses import Response

from server.rules.local_time import local_date
from server.rules.openness import takes_registrations
from server.store import agenda, registrations
from server.web.entrance import entering, event_at
from server.web.templating import render


async def show(request: Request) -> Response:
    """The event. `?via=` names the source from which the visitor heard of it, and goes into the registration."""
    now = datetime.now(UTC)
    async with entering(request) as (db, event):
        today = local_date(now, event.zone)
        items = await agenda.agenda(db, event, now)
        placed = await registrations.placed(db, event.id)
        speakers = await agenda.speakers_at(db, event.id)
    return render(
        request,
        "events/show.html",
        days=agenda.by_day(items, event.zone),
        starts_at=items[0].session.starts_at if items else None,
        now_and_next=agenda.now_and_next(items),
        registered=placed,
        is_full=event.capacity is not None and placed >= event.capacity,
        is_open=takes_registrations(event, now),
        is_over=event.state == "closed" or today > event.ends_on,
        watched_until=event.recordings_until if today <= event.recordings_until else None,
        now=now,
        speakers=speakers,
        via=request.query_params.get("via", "")[:60],
        address=f"{request.app.state.settings.base_url}/{event.slug}",
    )


async def qr(request: Request) -> Response:
    """The event's address as a QR code (SVG), with `?via=QR` as the source from which a visitor heard of it."""
    event = await event_at(request)
    drawing = BytesIO()
    code = segno.make(f"{request.app.state.settings.base_url}/{event.slug}?via=QR", error="m", micro=False)
    code.save(drawing, kind="svg", scale=8, border=4, dark="#000", light="#fff", title=event.title, svgclass=None)
    return Response(drawing.getvalue(), media_type="image/svg+xml", headers={"cache-control": "max-age=3600"})
