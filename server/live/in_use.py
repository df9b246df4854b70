"""Notes that browsers are in use whose pages stay connected: a console may be open all day without a click."""

from datetime import UTC, datetime

from starlette.applications import Starlette

from rooms.hub import Hub
from server.store import credentials

EVERY_S = 300.0


async def note(app: Starlette) -> None:
    """A duty: note the use of every strong sign-in that is connected here."""
    hub: Hub = app.state.hub
    if connected := list(hub.connections):
        async with app.state.db.writing() as db:
            await credentials.note_use(db, connected, datetime.now(UTC))
