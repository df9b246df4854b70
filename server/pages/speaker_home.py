"""A speaker's own page: their sessions with the headcount and the reactions, and their tables."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from rooms.protocol import SIGNS
from server.store import agenda, planning, reactions, speakers, tables
from server.web.entrance import entering, person_who
from server.web.templating import render

EMOJI = [(name, sign, name.capitalize()) for name, sign in SIGNS.items()]
"""Name on the wire, sign and label, in the order of the reaction bar."""


async def show(request: Request) -> Response:
    """Every session that the viewer speaks in, and every table that they host."""
    now = datetime.now(UTC)
    async with entering(request) as (db, event):
        person = person_who(request, "speaker.open")
        mine = await speakers.speaking_as(db, event.id, person.id)
        found = [session for speaker in mine for session in await planning.sessions_of_speaker(db, speaker.id)]
        sessions = sorted({session.id: session for session in found}.values(), key=lambda session: session.starts_at)
        items = await agenda.items(db, event, sessions, now)
        counts = {item.session.id: await reactions.totals(db, item.session.id) for item in items}
        hosted = [table for table in await tables.lounge(db, event.id) if table.is_hosted_by(person.id)]
    return render(request, "speaker_home/show.html", items=items, totals=counts, tables=hosted, emoji=EMOJI)
