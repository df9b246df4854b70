"""A survey: its questions, the thanks after answering, and the viewer's answers again to correct them."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response

from server.acts import answering
from server.acts.answering import OwnSurvey
from server.web.entrance import entering, person_who
from server.web.forms import FormState, read_form
from server.web.templating import redirect, render


async def show(request: Request) -> Response:
    """The questions; the thanks to a viewer who has answered, and with `?change` their answers again."""
    own = await own_survey(request)
    if not own.can_answer or (own.response and "change" not in request.query_params):
        return render(request, "surveys/show.html", **vars(own))
    return render(request, "surveys/edit.html", form=FormState(dict(own.answers)), **vars(own))


async def update(request: Request) -> Response:
    """Keep the answers; answering again corrects them."""
    own = await own_survey(request)
    form = await read_form(request, answering.form_of(own.questions))
    if form.input is None:
        return render(request, "surveys/edit.html", status_code=422, form=form, **vars(own))
    async with entering(request, writing=True) as (db, event):
        person = person_who(request, "survey.answer")
        await answering.answer(db, own.survey, person.id, form.input, datetime.now(UTC))
    return redirect(request, "survey", event=event.slug, survey=own.survey.slug)


async def own_survey(request: Request) -> OwnSurvey:
    """The survey of the address, as it stands for the viewer. Raises NotFound, Forbidden, SignInNeeded."""
    async with entering(request) as (db, event):
        person = person_who(request, "survey.answer")
        return await answering.survey_for(db, event, request.path_params["survey"], person.id, datetime.now(UTC))
