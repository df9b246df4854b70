"""The style guide: every component in every state, with samples. It exists only beside a demo event."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from server.store import events
from server.web.errors import NotFound
from server.web.forms import Form, FormState
from server.web.templating import render

CALM: FormState[Form] = FormState(
    values={
        "name": "Sam Okafor",
        "captions": "yes",
        "understanding": "6",
        "stars": "4",
        "later": "yes",
        "consent": "yes",
    }
)
WRONG: FormState[Form] = FormState(
    values={"wrong_email": "sam@"},
    errors={
        "wrong_email": "Please give a whole address, like sam@example.org.",
        "wrong_sector": "Please choose one of the answers offered.",
        "wrong_scale": "Please fill this in.",
        "wrong_consent": "Please tick this to go on.",
    },
)
WAIT = timedelta(minutes=14)


async def show(request: Request) -> Response:
    """Every component. Raises NotFound where there is no demo event."""
    async with request.app.state.db.reading() as db:
        if not any(event.kind == "demo" for event in await events.all_events(db)):
            raise NotFound
    samples: dict[str, Any] = {"calm": CALM, "wrong": WRONG, "blank": FormState[Form](), "wait": WAIT}
    return render(request, "styleguide/show.html", **samples)
