"""Answering a survey: its questions, the thanks afterwards, and the same answers again to correct them."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts.answering import form_of, given
from server.models import Event, Survey
from server.store import surveys
from server.web.entrance import event_of, require
from server.web.errors import Conflict, NotFound
from server.web.forms import FormState, read_form
from server.web.templating import redirect, render

CLOSED = "This survey takes no answers just now. Thank you for wanting to give one."
SETTLED = "You have answered the survey after the event, so what you answered before it now stands."


async def show(request: Request) -> Response:
    """The questions; for somebody who has answered, the thanks; `?change` shows them their answers again."""
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        context = await _standing(request, db, event)
    if not context["can_answer"] or (context["response"] and "change" not in request.query_params):
        return render(request, "surveys/show.html", **context)
    return render(request, "surveys/edit.html", form=FormState(context["answers"]), **context)


async def update(request: Request) -> Response:
    """Keep the answers; answering again corrects them."""
    async with request.app.state.db.reading() as db:
        event = await event_of(request, db)
        context = await _standing(request, db, event)
    form = await read_form(request, form_of(context["questions"]))
    if form.input is None:
        return render(request, "surveys/edit.html", status_code=422, form=form, **context)
    survey: Survey = context["survey"]
    try:
        async with request.app.state.db.writing() as db:
            person_id = request.state.viewer.person.id
            await surveys.answer(db, survey, person_id, given(form.input), datetime.now(UTC))
    except surveys.SurveyClosed as error:
        raise Conflict(CLOSED) from error
    except surveys.Settled as error:
        raise Conflict(SETTLED) from error
    return redirect(request, "survey", event=event.slug, survey=survey.slug)


async def _standing(request: Request, db: AsyncSession, event: Event) -> dict[str, Any]:
    """How it stands between this survey and the viewer. Raises NotFound, Forbidden, SignInNeeded."""
    person = require(request, "survey.answer").person
    assert person is not None
    survey = await surveys.with_slug(db, event.id, request.path_params["survey"])
    if survey is None:
        raise NotFound("There is no survey at this address.")
    response = await surveys.response_of(db, survey.id, person.id)
    settled = await surveys.is_settled(db, survey, person.id)
    return {
        "survey": survey,
        "questions": await surveys.questions_of(db, survey.id),
        "response": response,
        "answers": await surveys.answers_of(db, response.id) if response else {},
        "settled": settled,
        "can_answer": surveys.is_open(survey, datetime.now(UTC)) and not settled,
    }
