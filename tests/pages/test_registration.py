"""Registering, as a visitor does, and as a stranger does who wants to learn the names of the registered."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from server.models import Answer, Event, Person, Registration
from server.store import surveys
from tests.factory import Factory
from tests.letters import join_link, letters
from tests.notices import left_by
from tests.rules.test_plain_text import NAMES

AMINA = {"name": "Amina Okafor", "email": "amina@example.org"}
WHOLE = AMINA | {
    "organisation": "A hospital trust",
    "sector": "NHS",
    "place": "Basildon",
    "job_role": "Nurse",
    "captions": "yes",
    "calm": "yes",
    "access_note": "I lip-read",
    "directory": "yes",
    "source": "A colleague",
    "understanding": "6",
}


@pytest.fixture
async def event(make: Factory) -> Event:
    """An event with the published surveys."""
    event = await make.event()
    async with make.database.writing() as db:
        await surveys.add_published(db, event, "the integrated care system")
    return event


async def rows(make: Factory, relation: type[Any]) -> list[Any]:
    async with make.database.reading() as db:
        return list((await db.exec(select(relation))).all())


async def test_everything_that_is_said_is_kept(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    answer = await client.post(f"/{event.slug}/registration", data=WHOLE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{event.slug}/registration/done")
    (registration,) = await rows(make, Registration)
    said = {name: getattr(registration, name) for name in ("organisation", "sector", "place", "job_role", "source")}
    assert said == {name: WHOLE[name] for name in said}
    assert (registration.state, registration.captions, registration.transcript) == ("held", True, False)
    assert [row.number for row in await rows(make, Answer)] == [6]


async def test_the_mail_lets_one_in(client: httpx.AsyncClient, app: Starlette, event: Event) -> None:
    await client.post(f"/{event.slug}/registration", data=AMINA)
    (letter,) = await letters(app)
    assert (letter.kind, letter.recipient) == ("registered", AMINA["email"])
    assert letter.calendar.startswith("BEGIN:VCALENDAR")
    answer = await client.post(join_link(letter), follow_redirects=True)
    assert answer.status_code == 200
    assert answer.url.path == f"/{event.slug}/lobby"


async def test_the_answer_does_not_tell_who_is_registered(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event
) -> None:
    """The page is the same; the difference is in the mail, which only the address's owner reads."""
    first = await client.post(f"/{event.slug}/registration", data=WHOLE, follow_redirects=True)
    again = await client.post(
        f"/{event.slug}/registration",
        data=AMINA | {"name": "Somebody else", "email": "AMINA@example.org", "organisation": "Elsewhere"},
        follow_redirects=True,
    )
    assert first.status_code == again.status_code == 200
    assert without_nonce(first.text) == without_nonce(again.text)
    assert [letter.kind for letter in await letters(app)] == ["registered", "already-registered"]
    (registration,) = await rows(make, Registration)
    assert registration.organisation == WHOLE["organisation"]
    assert [person.name for person in await rows(make, Person)] == [WHOLE["name"]]


def without_nonce(page: str) -> str:
    return page.replace(page.split('nonce="')[1].split('"')[0], "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "a" * 121}, "name"),
        ({"name": "Win at https://example.com"}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"email": ""}, "email"),
        ({"email": "amina"}, "email"),
        ({"email": "amina@example.org, ben@example.org"}, "email"),
        ({"email": "amina@example.org\nBcc: all@example.org"}, "email"),
        ({"email": "😀@example.org"}, "email"),
        ({"email": "a" * 300 + "@example.org"}, "email"),
        ({"sector": "Pirates"}, "sector"),
        ({"place": "Atlantis"}, "place"),
        ({"organisation": "o" * 121}, "organisation"),
        ({"access_note": "n" * 1001}, "access_note"),
        ({"captions": "maybe"}, "captions"),
        ({"source": "s" * 61}, "source"),
        ({"understanding": "11"}, "understanding"),
        ({"understanding": "-1"}, "understanding"),
        ({"understanding": "many"}, "understanding"),
        ({"understanding": "9" * 40}, "understanding"),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field(
    client: httpx.AsyncClient, make: Factory, event: Event, changes: dict[str, str], field: str
) -> None:
    answer = await client.post(f"/{event.slug}/registration", data=WHOLE | changes)
    assert answer.status_code == 422
    assert f'href="#field-{field}"' in answer.text
    assert await rows(make, Registration) == []
    assert await rows(make, Person) == []


async def test_what_was_typed_is_still_there_and_only_text(client: httpx.AsyncClient, event: Event) -> None:
    nasty = "<script>alert(1)</script> 😀 O'Brien & sons"
    answer = await client.post(f"/{event.slug}/registration", data=WHOLE | {"email": "wrong", "organisation": nasty})
    assert "<script>alert" not in answer.text
    assert "O&#39;Brien &amp; sons" in answer.text


async def test_a_character_that_cannot_be_shown_is_refused(
    client: httpx.AsyncClient, make: Factory, event: Event
) -> None:
    answer = await client.post(f"/{event.slug}/registration", data=AMINA | {"name": "Am\x00ina"})
    assert answer.status_code == 422
    assert await rows(make, Person) == []


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("evil.example/JOIN-TOKEN-MADE-ON-DELIVERY", "without an address"),
        ("amina@evil", "without an address"),
        ("www.evil.example", "a blank after a dot"),
        ("\u200b\u2060", "Please fill this in"),
        ("\u202eanimA", "cannot be shown here"),
        ("Amina\u2028Okafor", "cannot be shown here"),
        ("Z" + "\u0337" * 40, "as you would write it on a badge"),
        ("n" * 81, "80 characters"),
    ],
)
async def test_a_name_that_no_badge_would_hold_is_asked_for_again(
    client: httpx.AsyncClient, make: Factory, event: Event, name: str, sentence: str
) -> None:
    answer = await client.post(f"/{event.slug}/registration", data=AMINA | {"name": name})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert await rows(make, Person) == []


@pytest.mark.parametrize("name", NAMES)
async def test_names_in_every_script_are_greeted(
    client: httpx.AsyncClient, app: Starlette, event: Event, name: str
) -> None:
    answer = await client.post(f"/{event.slug}/registration", data=AMINA | {"name": unicodedata.normalize("NFD", name)})
    assert answer.status_code == 303
    (letter,) = await letters(app)
    assert f"Hello {unicodedata.normalize('NFC', name)}," in letter.text


async def test_a_full_event_has_a_waiting_list(client: httpx.AsyncClient, app: Starlette, make: Factory) -> None:
    event = await make.event(capacity=1)
    amina = await make.delegate(event)
    assert "Join the waiting list" in (await client.get(f"/{event.slug}/registration")).text
    await client.post(f"/{event.slug}/registration", data={"name": "Ben", "email": "ben@example.org"})
    (letter,) = await letters(app)
    assert letter.kind == "waitlisted"
    client.cookies.update(await make.cookie(amina))
    answer = await client.post(f"/{event.slug}/registration/cancel")
    assert (answer.headers["location"], left_by(answer)) == (f"/{event.slug}", "registration-cancelled")
    promoted = (await letters(app, "promoted"))[0]
    assert promoted.recipient == "ben@example.org"
    assert promoted.calendar
    client.cookies.clear()
    assert (await client.post(join_link(promoted))).headers["location"] == f"/{event.slug}/lobby"


async def test_whoever_waits_sees_their_place_and_not_the_lobby(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(capacity=0)
    ben = await make.delegate(event, "Ben", state="waitlisted", confirmed_at=None)
    client.cookies.update(await make.cookie(ben))
    assert "number 1 on the waiting list" in (await client.get(f"/{event.slug}/registration")).text
    assert (await client.get(f"/{event.slug}/lobby")).status_code == 403


async def test_one_may_change_what_one_said(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    amina = await make.delegate(event, organisation="A hospital trust")
    client.cookies.update(await make.cookie(amina))
    page = (await client.get(f"/{event.slug}/registration")).text
    assert "A hospital trust" in page
    assert f'action="/{event.slug}/registration/details"' in page
    change = {"name": "Dr Amina", "sector": "Resident", "transcript": "yes"}
    answer = await client.post(f"/{event.slug}/registration/details", data=change, follow_redirects=True)
    assert "Saved." in answer.text
    (registration,) = await rows(make, Registration)
    assert (registration.sector, registration.transcript, registration.organisation) == ("Resident", True, "")
    assert (await rows(make, Person))[0].name == "Dr Amina"
    wrong = await client.post(f"/{event.slug}/registration/details", data=change | {"sector": "Pirates"})
    assert wrong.status_code == 422


async def test_nobody_changes_what_another_said(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    await make.delegate(event, organisation="A hospital trust")
    change = {"name": "Eve", "organisation": "Elsewhere"}
    assert (await client.post(f"/{event.slug}/registration/details", data=change)).status_code == 401
    client.cookies.update(await make.cookie(await make.person("Eve")))
    assert (await client.post(f"/{event.slug}/registration/details", data=change)).status_code == 409
    assert [row.organisation for row in await rows(make, Registration)] == ["A hospital trust"]


async def test_a_form_left_open_in_another_tab_changes_nothing(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event
) -> None:
    amina = await make.delegate(event, organisation="A hospital trust")
    client.cookies.update(await make.cookie(amina))
    answer = await client.post(f"/{event.slug}/registration", data=AMINA | {"email": amina.email})
    assert (answer.headers["location"], left_by(answer)) == (f"/{event.slug}/registration", "registered")
    assert [row.organisation for row in await rows(make, Registration)] == ["A hospital trust"]
    assert [letter.kind for letter in await letters(app)] == ["already-registered"]


async def test_nobody_cancels_for_another(client: httpx.AsyncClient, make: Factory, event: Event) -> None:
    await make.delegate(event)
    assert (await client.post(f"/{event.slug}/registration/cancel")).status_code == 401
    client.cookies.update(await make.cookie(await make.person("Eve")))
    assert (await client.post(f"/{event.slug}/registration/cancel")).status_code == 409
    assert [row.state for row in await rows(make, Registration)] == ["confirmed"]


async def test_an_event_whose_recordings_are_closed_takes_nobody(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(state="closed", recordings_close_on=datetime.now(UTC).date() - timedelta(days=1))
    assert "Registration is closed" in (await client.get(f"/{event.slug}/registration")).text
    assert (await client.post(f"/{event.slug}/registration", data=AMINA)).status_code == 409
    assert await rows(make, Person) == []
    client.cookies.update(await make.cookie(await make.delegate(event)))
    assert (await client.post(f"/{event.slug}/registration/details", data={"name": "Dr Amina"})).status_code == 409
    assert [person.name for person in await rows(make, Person)] == ["Amina"]


async def test_where_they_heard_of_it_comes_with_the_address(client: httpx.AsyncClient, event: Event) -> None:
    page = await client.get(f"/{event.slug}?via=Staff+magazine")
    assert f"/{event.slug}/registration?via=Staff+magazine" in page.text
    form = await client.get(f"/{event.slug}/registration?via=Staff+magazine")
    assert '<option value="Staff magazine" selected>' in form.text


async def test_nobody_can_have_an_address_flooded_with_mail(
    client: httpx.AsyncClient, app: Starlette, event: Event
) -> None:
    """The page stays the same; the mail stops."""
    for n in range(12):
        answer = await client.post(f"/{event.slug}/registration", data=AMINA | {"name": f"Amina {n}"})
        assert answer.status_code == 303
    assert len(await letters(app)) <= 6


async def test_requests_for_a_link_never_cost_anybody_their_registration(
    client: httpx.AsyncClient, app: Starlette, make: Factory, event: Event
) -> None:
    """The mail of a registration is its way in: requests for links by anybody else do not use it up."""
    for _ in range(6):
        await client.post(f"/{event.slug}/join-link", data={"email": AMINA["email"]})
    answer = await client.post(f"/{event.slug}/registration", data=AMINA)
    assert answer.headers["location"] == f"/{event.slug}/registration/done"
    assert [row.state for row in await rows(make, Registration)] == ["held"]
    (letter,) = await letters(app)
    assert (await client.post(join_link(letter))).headers["location"] == f"/{event.slug}/lobby"


async def test_an_event_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nowhere/registration")).status_code == 404
    assert (await client.post("/nowhere/registration", data=AMINA)).status_code == 404
