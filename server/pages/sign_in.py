"""Signing in with password and one-time code, and signing out."""

from datetime import UTC, datetime

from pydantic import Field, field_validator
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from server.models import Person
from server.store import credentials, organisers, people
from server.trust import one_time_codes, passwords, sign_in
from server.web.addresses import local_path
from server.web.forms import Form, FormState, read_form
from server.web.templating import redirect, render

WRONG = "That did not fit together. Check the address and the password, and use a code that you have not used yet."


class SignInForm(Form):
    email: str = Field(max_length=254)
    password: str = Field(max_length=passwords.LONGEST)
    code: str = Field(pattern=r"^\d{6}$")
    then: str = Field(default="", max_length=400)

    @field_validator("code", mode="before")
    @classmethod
    def without_spaces(cls, code: str) -> str:
        """Apps show codes in two groups."""
        return code.replace(" ", "")


async def new(request: Request) -> Response:
    """The form."""
    return show(request, FormState({"then": request.query_params.get("then", "")}))


async def create(request: Request) -> Response:
    """Sign this browser in; one answer for whatever does not fit, in about the same time."""
    await request.app.state.limits.spend(request, "sign-in")
    form = await read_form(request, SignInForm)
    if form.input is None:
        return show(request, form, 422)
    async with request.app.state.db.reading() as db:
        person = await people.with_address(db, form.input.email)
    may_try = await request.app.state.limits.may_sign_in(people.address_key(form.input.email))
    password_fits = await passwords.matches(person.password_hash if person else None, form.input.password)
    if person is None or not password_fits or not may_try:
        return show(request, form.with_error("", WRONG), 422)
    async with request.app.state.db.writing() as db:
        if not await code_fits(db, person, form.input.code):
            return show(request, form.with_error("", WRONG), 422)
        token = await start(request, db, person)
        events = await organisers.events_of(db, person.id)
    at_home = request.app.url_path_for("console", event=events[0].slug) if len(events) == 1 else "/"
    response = RedirectResponse(local_path(form.input.then, at_home), 303)
    sign_in.set_cookie(response, request.app.state.settings, token)
    return response


async def code_fits(db: AsyncSession, person: Person, code: str) -> bool:
    """Whether the code is the person's and has not been used before."""
    if person.totp_secret is None:
        return False
    step = one_time_codes.matching_step(person.totp_secret, code, datetime.now(UTC))
    return step is not None and await credentials.spend_step(db, person.id, step)


async def start(request: Request, db: AsyncSession, person: Person) -> str:
    """A strong sign-in in place of the one that this browser may have had; its token."""
    before = request.state.viewer.sign_in
    if before is not None:
        await credentials.end_sign_in(db, before.person_id, before.id, datetime.now(UTC))
    return await credentials.begin_sign_in(db, person, browser=request.headers.get("user-agent", ""), strong=True)


async def destroy(request: Request) -> Response:
    """Sign this browser out."""
    viewer = request.state.viewer
    if viewer.sign_in is not None:
        async with request.app.state.db.writing() as db:
            await credentials.end_sign_in(db, viewer.person.id, viewer.sign_in.id, datetime.now(UTC))
    response = redirect(request, "home", notice="signed-out")
    sign_in.clear_cookie(response, request.app.state.settings)
    return response


def show(request: Request, form: FormState[SignInForm], status_code: int = 200) -> Response:
    return render(request, "sign_in/new.html", form=form, status_code=status_code)
