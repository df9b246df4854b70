"""An organiser's own password and authenticator: set after the first join link, changed later."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Self

from markupsafe import Markup
from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from server.acts import signing_in
from server.models import Event, Person, SignIn
from server.store import join_links, organisers
from server.trust import one_time_codes, passwords
from server.web.entrance import signed_in
from server.web.errors import Forbidden
from server.web.forms import Form, FormState, read_form
from server.web.security_log import RefusedAct, acting
from server.web.templating import redirect, render

GUESSABLE = (
    "That is easy to guess. Please choose one that is made of several words which have nothing to do with each other, "
    "with you or with the event."
)


class SecurityForm(Form):
    """A new password, typed twice, and an authenticator's secret with a code that shows it has it."""

    present: str = Field(default="", max_length=passwords.LONGEST)
    password: str = Field(min_length=passwords.SHORTEST, max_length=passwords.LONGEST)
    again: str = Field(max_length=passwords.LONGEST)
    secret: str = Field(max_length=32)
    code: Annotated[str, AfterValidator(one_time_codes.as_shown)]

    @model_validator(mode="after")
    def fits_together(self) -> Self:
        if not one_time_codes.is_secret(self.secret):
            raise PydanticCustomError("secret", "This page was not complete. Please open it again.")
        return self


async def edit(request: Request) -> Response:
    """The form, with a fresh secret for the authenticator."""
    person, here = strongly_signed_in(request)
    return show(
        request, person, await asks_present(request, person, here), FormState({"secret": one_time_codes.new_secret()})
    )


async def update(request: Request) -> Response:
    """Set both, once a code shows that the authenticator has the secret; other browsers are signed out."""
    person, here = strongly_signed_in(request)
    await request.app.state.limits.spend(request, "sign-in")
    form = await read_form(request, SecurityForm)
    async with request.app.state.db.reading() as db:
        events = await organisers.events_of(db, person.id)
    asks = await asks_present(request, person, here)
    form, step = await checked(person, events, form, asks_present=asks)
    if "present" in form.errors:
        request.state.refused = RefusedAct("password.set")
    if form.input is None or step is None:
        return show(request, person, asks, form, 422)
    password_hash = await passwords.hashed(form.input.password)
    async with acting(request) as db:
        secret = one_time_codes.sealed(request.app.state.secret, form.input.secret)
        base_url = request.app.state.settings.base_url
        events = await signing_in.secure(db, here, password_hash, secret, step, base_url, datetime.now(UTC))
    if len(events) == 1:
        return redirect(request, "console", event=events[0].slug, notice="security-saved")
    return redirect(request, "devices", notice="security-saved")


async def asks_present(request: Request, person: Person, here: SignIn) -> bool:
    """Tell whether the present password is needed. Whoever came by a fresh link of the shell may have lost it."""
    async with request.app.state.db.reading() as db:
        return person.password_hash is not None and not await join_links.is_fresh(db, here.join_link_id)


async def checked(
    person: Person, events: Sequence[Event], form: FormState[SecurityForm], *, asks_present: bool
) -> tuple[FormState[SecurityForm], int | None]:
    """The form with the errors that the rules find, and the time step of its code; None when there is an error."""
    if form.input is None:
        return form, None
    typed = form.input
    if asks_present and not await passwords.matches(person.password_hash, typed.present):
        return form.with_error("present", "This is not your present password."), None
    if typed.password != typed.again:
        return form.with_error("again", "The two passwords differ. Please type the same one twice."), None
    if typed.password.casefold() in {person.email, person.name.casefold()}:
        return form.with_error("password", "Please choose one that is not your name or address."), None
    if await passwords.is_guessable(typed.password, words_about(person, events)):
        return form.with_error("password", GUESSABLE), None
    step = one_time_codes.matching_step(typed.secret, typed.code, datetime.now(UTC))
    if step is None:
        return form.with_error("code", "This code does not fit. Wait for the next one and type that."), None
    return form, step


def words_about(person: Person, events: Sequence[Event]) -> list[str]:
    """The texts that whoever guesses a person's password would try first: whole, without spaces, and word by word."""
    texts = [person.name, person.email, *(text for event in events for text in (event.title, event.slug))]
    words = [re.findall(r"\w+", text) for text in texts]
    return [*texts, *map("".join, words), *(word for few in words for word in few if len(word) > 2)]


def strongly_signed_in(request: Request) -> tuple[Person, SignIn]:
    """The person and the sign-in of a browser that was signed in strongly. Raises SignInNeeded or Forbidden.

    A join link can be forwarded, and must not let its holder set somebody else's password.
    """
    person, here = signed_in(request)
    if not here.strong:
        raise Forbidden("Passwords are for organisers, who get their first link from whoever runs this server.")
    return person, here


def show(
    request: Request, person: Person, asks_present: bool, form: FormState[SecurityForm], status_code: int = 200
) -> Response:
    secret = str(form.values.get("secret", ""))
    if not one_time_codes.is_secret(secret):
        secret = one_time_codes.new_secret()
    code = one_time_codes.drawing(one_time_codes.address(secret, person.email))
    return render(
        request,
        "security/edit.html",
        form=form,
        asks_present=asks_present,
        secret=secret,
        drawing=Markup(code),  # noqa: S704 - segno draws only numbers
        status_code=status_code,
    )
