"""The form of registration: the questions that it asks, and the answers that it accepts."""

from typing import Annotated, Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from server.models import Event
from server.rules import plain_text
from server.store import people
from server.store.registrations import Details
from server.web.addresses import path_inside
from server.web.forms import Form, SeveralLines

SOURCES = (
    "An e-mail from my organisation",
    "A colleague",
    "Social media",
    "A newsletter",
    "A search",
    "Somewhere else",
)
"""The sources from which people hear of an event; an address with `?via=` adds its own."""
COLLEAGUE = "A colleague’s link to a moment"
"""The source of a person who comes by a link that a viewer sent on."""
LONGEST_NAME = 80
"""Characters of a name that a badge has room for."""


def an_address(text: str) -> str:
    """An e-mail address as it is stored. Raises PydanticCustomError for one that no mail server would take."""
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as error:
        raise PydanticCustomError(
            "email", "Please give a whole e-mail address, for example name@example.org."
        ) from error
    return people.address_key(found.normalized)


def a_name(text: str) -> str:
    """A name that a mail may greet. Raises PydanticCustomError for one that holds an address, or shows nothing."""
    if plain_text.holds_address(text):
        raise PydanticCustomError(
            "name",
            "Please give your name as you would write it on a badge: without an address, and with a blank after a dot.",
        )
    if not plain_text.is_seen(text) or plain_text.is_piled_up(text):
        raise PydanticCustomError("name", "Please give your name as you would write it on a badge.")
    return text


Address = Annotated[str, Field(max_length=254), AfterValidator(an_address)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(a_name)]
Line = Annotated[str, Field(max_length=120)]
Tick = Literal["", "yes"]


class NameForm(Form):
    """A person's name, and nothing else about them."""

    name: Name


class DetailsForm(NameForm):
    """A person's account of themselves and of what they need; it can be changed until the recordings close.

    It is read about an event, which offers its sectors and places.
    """

    organisation: Line = ""
    sector: Annotated[str, Field(max_length=60)] = ""
    place: Annotated[str, Field(max_length=60)] = ""
    job_role: Line = ""
    captions: Tick = ""
    transcript: Tick = ""
    interpreter: Tick = ""
    calm: Tick = ""
    access_note: Annotated[SeveralLines, Field(max_length=1000)] = ""
    directory: Tick = ""

    @field_validator("sector", "place")
    @classmethod
    def is_offered(cls, chosen: str, info: ValidationInfo[Event]) -> str:
        """One of the sectors, or of the places, of the event that the form is about."""
        offered = info.context.sectors if info.field_name == "sector" else info.context.places
        if chosen and chosen not in offered:
            raise PydanticCustomError("choice", "Please choose one of the answers offered.")
        return chosen

    def details(self) -> Details:
        """The values as the columns of a registration hold them."""
        ticked = {name: getattr(self, name) == "yes" for name in TICKS}
        return Details(
            self.organisation, self.sector, self.place, self.job_role, access_note=self.access_note, **ticked
        )


TICKS = ("captions", "transcript", "interpreter", "calm", "directory")


class RegistrationForm(DetailsForm):
    """The form on the registration page; `understanding` is the before survey's question, 0 to 10."""

    email: Address
    source: Annotated[str, Field(max_length=60)] = ""
    understanding: Annotated[int, Field(ge=0, le=10)] | None = None
    then: Annotated[str, Field(max_length=200)] = ""
    """The path that the join link opens, for a person who was sent to a moment of a session."""

    @field_validator("then")
    @classmethod
    def is_inside(cls, path: str, info: ValidationInfo[Event]) -> str:
        """The path when it lies inside the event that the form is about, else an empty string."""
        return path_inside(info.context, path)
