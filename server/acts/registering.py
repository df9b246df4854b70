"""Registering: what is asked, and everything that follows from it: the place, the survey's answer and the mail."""

from datetime import datetime
from typing import Annotated, Any, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from sqlmodel.ext.asyncio.session import AsyncSession

from server.mail.outbox import queue
from server.models import Event, Person, Question, Registration, Survey
from server.store import agenda, people, registrations, surveys
from server.store.registrations import Details
from server.surveys.published import BEFORE
from server.web.calendar import days_calendar
from server.web.forms import Form, FormState

UNDERSTANDING = "understanding"
"""The before survey's question that registration asks too."""

SOURCES = (
    "An e-mail from my organisation",
    "A colleague",
    "Social media",
    "A newsletter",
    "A search",
    "Somewhere else",
)
"""Where people hear of an event; an address with `?via=` adds its own."""
COLLEAGUE = "A colleague’s link to a moment"
"""The source of whoever comes by a link that a viewer sent on."""


def an_address(text: str) -> str:
    """An e-mail address as it is stored. Raises PydanticCustomError for what no mail server would take."""
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as error:
        raise PydanticCustomError(
            "email", "Please give a whole e-mail address, for example name@example.org."
        ) from error
    return people.address_key(found.normalized)


def a_name(text: str) -> str:
    """A name that a mail may greet. Raises PydanticCustomError for one that would smuggle a link into it."""
    if "://" in text or "www." in text.casefold() or "\n" in text:
        raise PydanticCustomError("name", "Please give your name as you would write it on a badge.")
    return text


Address = Annotated[str, Field(max_length=254), AfterValidator(an_address)]
Name = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(a_name)]
Line = Annotated[str, Field(max_length=120)]
Tick = Literal["", "yes"]


class DetailsForm(Form):
    """What a person says of themselves and of what they need; it can be changed until the event is over."""

    name: Name
    organisation: Line = ""
    sector: Annotated[str, Field(max_length=60)] = ""
    place: Annotated[str, Field(max_length=60)] = ""
    job_role: Line = ""
    captions: Tick = ""
    transcript: Tick = ""
    interpreter: Tick = ""
    calm: Tick = ""
    access_note: Annotated[str, Field(max_length=1000)] = ""
    directory: Tick = ""

    def details(self) -> Details:
        ticked = {name: getattr(self, name) == "yes" for name in TICKS}
        return Details(
            self.organisation, self.sector, self.place, self.job_role, access_note=self.access_note, **ticked
        )


TICKS = ("captions", "transcript", "interpreter", "calm", "directory")


class RegistrationForm(DetailsForm):
    """What is asked on the registration page; `understanding` is the before survey's question, 0 to 10."""

    email: Address
    source: Annotated[str, Field(max_length=60)] = ""
    understanding: Annotated[int, Field(ge=0, le=10)] | None = None
    then: Annotated[str, Field(max_length=200)] = ""
    """The path that the join link opens, for whoever was sent to a moment."""


async def register(
    db: AsyncSession,
    event: Event,
    form: RegistrationForm,
    base_url: str,
    now: datetime,
    *,
    kind: str = "registered",
    lands_on: str = "",
) -> Person:
    """Give this address a place or a place in the queue; who has one already keeps it as it is, and is told by mail.

    `kind` is the mail that confirms a place, registered or imported; its link opens `lands_on`. Returns whoever has
    the address.
    """
    person = await people.find_or_add(db, form.email, form.name)
    if await registrations.add(db, event, person, form.details(), form.source, now):
        if form.understanding is not None and (asked := await question_before(db, event, now)):
            await surveys.answer(db, asked[0], person.id, {UNDERSTANDING: form.understanding}, now)
        await admit(db, event, base_url, now, newcomer=person, kind=kind, lands_on=lands_on)
    elif kind == "registered":
        key = f"already-registered:{event.id}:{person.id}:{now:%Y%m%d%H%M}"
        await queue(db, event, person, "already-registered", key, {"base_url": base_url}, lands_on=lands_on)
    return person


async def admit(
    db: AsyncSession,
    event: Event,
    base_url: str,
    now: datetime,
    *,
    newcomer: Person | None = None,
    kind: str = "registered",
    lands_on: str = "",
) -> None:
    """Give the places that are free to whoever waits, and tell them; a `newcomer` who gets none is told so too.

    `lands_on` is what the newcomer's link opens.

    Call it whenever a place may have become free: somebody registers, somebody cancels, the capacity is raised.
    """
    confirmed = await registrations.admit(db, event.id, now)
    is_to_come = bool(confirmed) and event.state != "closed"
    days = days_calendar(event, await agenda.agenda(db, event, now), base_url, now) if is_to_come else b""
    for person in await people.with_ids(db, confirmed):
        mail = kind if newcomer is not None and person.id == newcomer.id else "promoted"
        key = f"{mail}:{event.id}:{person.id}:{now.isoformat()}"
        theirs = lands_on if newcomer is not None and person.id == newcomer.id else ""
        await queue(db, event, person, mail, key, {"base_url": base_url}, calendar=days, lands_on=theirs)
    if newcomer is not None and newcomer.id not in confirmed:
        key = f"waitlisted:{event.id}:{newcomer.id}:{now.isoformat()}"
        lands_on = f"/{event.slug}/registration"
        await queue(db, event, newcomer, "waitlisted", key, {"base_url": base_url}, lands_on=lands_on)


def is_open(event: Event, now: datetime) -> bool:
    """Whether one can register: while the event is open, and to catch up for as long as its recordings are."""
    is_catching_up = event.state == "closed" and agenda.local_date(now, event.zone) <= event.recordings_until
    return event.state == "open" or is_catching_up


async def give_back(
    db: AsyncSession, event: Event, registration: Registration, person: Person, base_url: str, now: datetime
) -> bool:
    """Cancel a registration and pass the place on; whether it was still held."""
    if not await registrations.cancel(db, registration, now):
        return False
    key = f"cancelled:{registration.id}:{now.isoformat()}"
    await queue(db, event, person, "cancelled", key, {"base_url": base_url})
    await admit(db, event, base_url, now)
    return True


async def question_before(db: AsyncSession, event: Event, now: datetime) -> tuple[Survey, Question] | None:
    """The question of the before survey that registration asks, while that survey is open."""
    survey = await surveys.with_slug(db, event.id, BEFORE)
    if survey is None or not surveys.is_open(survey, now):
        return None
    found = [question for question in await surveys.questions_of(db, survey.id) if question.name == UNDERSTANDING]
    return (survey, found[0]) if found else None


def check_choices(form: FormState[Any], event: Event) -> FormState[Any]:
    """The same form, with what is not among the event's sectors and places marked as wrong."""
    for name, offered in (("sector", event.sectors), ("place", event.places)):
        chosen = getattr(form.input, name, "")
        if form.input is not None and chosen and chosen not in offered:
            form = form.with_error(name, "Please choose one of the answers offered.")
    return form
