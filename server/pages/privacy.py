"""The privacy notice of an event: who is responsible, what is kept for how long, who sees it, and people's rights."""

from starlette.requests import Request
from starlette.responses import Response

from server.rules.permissions import ACTIONS
from server.rules.security_log import KEPT
from server.store import retention
from server.web.entrance import entering
from server.web.templating import render


async def show(request: Request) -> Response:
    async with entering(request) as (db, event):
        moves = await retention.moves_of(db, event.id)
    return render(request, "privacy/show.html", moves=moves, readers=sorted(ACTIONS["people.read"]), log_days=KEPT.days)
