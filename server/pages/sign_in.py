"""Signing in with password and one-time code, and signing out."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, Field
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.acts import signing_in
from server.models import Person
from server.store import credentials, organisers, people
from server.store.security_log import NOTHING, Subject
from server.trust import one_time_codes, passwords, sign_in
from server.trust.sign_in import Viewer
from server.web.addresses import local_path
from server.web.errors import TooMany
from server.web.forms import Form, FormState, read_form
from server.web.security_log import RefusedAct, acting
from server.web.templating import redirect, render

WRONG = "That did not fit together. Check the address and the password, and use a code that you have not used yet."


class SignInForm(Form):
    """An organiser's address, password and one-time code, and the path to go on to."""

    email: str = Field(max_length=254)
    password: str = Field(max_length=passwords.LONGEST)
    code: Annotated[str, AfterValidator(one_time_codes.as_shown)]
    then: str = Field(default="", max_length=400)


async def new(request: Request) -> Response:
    """The form."""
    return show(request, FormState({"then": request.query_params.get("then", "")}))


async def create(request: Request) -> Response:
    """Sign this browser in. Every mistake gets the same answer, in about the same time."""
    form = await read_form(request, SignInForm)
    if form.input is None:
        return show(request, form, 422)
    try:
        person, is_known_here = await person_tried(request, form.input)
        if person is not None and not is_known_here:
            await request.app.state.limits.spend_code(str(person.id))
    except TooMany as error:
        response = show(request, form.with_error("", error.sentence), error.status)
        response.headers.update(error.headers())
        return response
    if person is None:
        return show(request, form.with_error("", WRONG), 422)
    viewer, browser, now = request.state.viewer, request.headers.get("user-agent", ""), datetime.now(UTC)
    async with acting(request) as db:
        token = await signing_in.sign_in(
            db, request.app.state.secret, person, form.input.code, browser, now, instead_of=viewer.sign_in
        )
        events = await organisers.events_of(db, person.id) if token else []
    if token is None:
        return show(request, form.with_error("", WRONG), 422)
    request.state.refused = None
    at_home = request.app.url_path_for("console", event=events[0].slug) if len(events) == 1 else "/"
    response = RedirectResponse(local_path(form.input.then, at_home), 303)
    sign_in.set_cookie(response, request.app.state.settings, token)
    return response


async def person_tried(request: Request, typed: SignInForm) -> tuple[Person | None, bool]:
    """The person with the address and password that were typed, or None; True when they have used this browser before.

    Raises TooMany when there were too many attempts.
    """
    async with request.app.state.db.reading() as db:
        person = await people.with_address(db, typed.email)
        token = sign_in.token_of(request)
        browser = await credentials.earlier_sign_in(db, person.id, token) if person and token else None
    request.state.refused = RefusedAct("sign-in", Subject("person", person.id) if person else NOTHING)
    await request.app.state.limits.spend_attempt(request, people.address_key(typed.email), browser)
    password_fits = await passwords.matches(person.password_hash if person else None, typed.password)
    return (person if password_fits else None), browser is not None


async def destroy(request: Request) -> Response:
    """Sign this browser out."""
    viewer: Viewer = request.state.viewer
    if viewer.sign_in is not None:
        async with acting(request) as db:
            await signing_in.sign_out(db, viewer.sign_in, datetime.now(UTC))
    response = redirect(request, "home", notice="signed-out")
    sign_in.clear_cookie(response, request.app.state.settings)
    return response


def show(request: Request, form: FormState[SignInForm], status_code: int = 200) -> Response:
    return render(request, "sign_in/new.html", form=form, status_code=status_code)
