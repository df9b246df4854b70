"""A speaker's own page: their sessions with who is there and how they react, and their tables."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from rooms.protocol import SIGNS
from server.store import agenda, programme, reactions, speakers, tables
from server.web.entrance import event_of, require
from server.web.templating import render

EMOJI = [(name, sign, name.capitalize()) for name, sign in SIGNS.items()]
"""Name on the wire, sign and label, in the order of the reaction bar."""


async def show(request: Request) -> Response:
    now = datetime.now(UTC)
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        person = require(request, "speaker.open").person
        assert person is not None
        mine = await speakers.speaking_as(db, event.id, person.id)
        found = [session for speaker in mine for session in await programme.sessions_of_speaker(db, speaker.id)]
        sessions = sorted({session.id: session for session in found}.values(), key=lambda session: session.starts_at)
        items = await agenda.items(db, event, sessions, now)
        counts = {item.session.id: (await reactions.count(db, item.session.id)).totals(paused=False) for item in items}
        hosted = [table for table in await tables.lounge(db, event.id) if table.is_hosted_by(person.id)]
    return render(request, "speaker_home/show.html", items=items, totals=counts, tables=hosted, emoji=EMOJI)
