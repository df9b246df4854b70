"""A place that is held: what the form, the page after it, the mail, the registration and the console say of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select
from starlette.applications import Starlette

from server.acts import holding
from server.models import Event, Person, Registration
from server.rules.standing import standing, terms
from tests.factory import Factory
from tests.letters import join_link, letters

AMINA = {"name": "Amina Okafor", "email": "amina@example.org"}
SOON = timedelta(hours=30)

STANDINGS: dict[str, dict[str, Any]] = {
    "held for a time": {"state": "held", "claimed_at": None, "held_until": SOON},
    "held without limit": {"state": "held", "claimed_at": None},
    "confirmed": {"state": "confirmed"},
    "waitlisted": {"state": "waitlisted"},
    "released": {"state": "released", "held_until": -SOON},
}
"""The columns of each standing that a page shows; a time counts from now."""
NEXT_STEP = {
    "held for a time": "Confirm my place",
    "held without limit": "Confirm my place",
    "confirmed": "To the lobby",
    "waitlisted": "My place on the waiting list",
    "released": "Ask for a place again",
}
"""The button of the event's page for each standing."""
BADGE = {
    "held for a time": "Held",
    "held without limit": "Held",
    "confirmed": "Confirmed",
    "waitlisted": "Waiting list",
    "released": "Released",
}
"""The word of each standing in the organiser's list."""


async def stored(make: Factory) -> Registration:
    async with make.database.reading() as db:
        return (await db.exec(select(Registration))).one()


async def put(make: Factory, event: Event, name: str) -> Registration:
    """A registration in a standing of the table; its person is signed in nowhere."""
    columns = {**STANDINGS[name]}
    if "held_until" in columns:
        columns["held_until"] = datetime.now(UTC) + columns["held_until"]
    person = await make.person("Amina", email=AMINA["email"])
    return await make.registration(event, person, **columns)


@pytest.mark.parametrize("name", STANDINGS)
async def test_each_standing_is_one_sentence_wherever_its_person_reads(
    client: httpx.AsyncClient, app: Starlette, make: Factory, name: str
) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    registration = await put(make, event, name)
    sentence = standing(registration, event)
    await client.post(f"/{event.slug}/join-link", data={"email": AMINA["email"]})
    (letter,) = await letters(app)
    assert sentence in letter.text
    async with make.database.reading() as db:
        person = await db.get_one(Person, registration.person_id)
    client.cookies.update(await make.cookie(person))
    assert sentence in (await client.get(f"/{event.slug}/registration")).text
    assert NEXT_STEP[name] in (await client.get(f"/{event.slug}")).text


@pytest.mark.parametrize("name", STANDINGS)
async def test_each_standing_is_one_word_for_the_organiser(client: httpx.AsyncClient, make: Factory, name: str) -> None:
    event = await make.event()
    await put(make, event, name)
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    state = STANDINGS[name]["state"]
    page = (await client.get(f"/{event.slug}/console/registrations", params={"state": state})).text
    assert f'<span class="badge badge-{state}">{BADGE[name]}</span>' in page


@pytest.mark.parametrize(
    "columns",
    [{"capacity": 3, "hold_hours": 48}, {"capacity": 3, "hold_hours": None}, {"capacity": None, "hold_hours": 48}],
    ids=["two days", "without limit", "a place for everybody"],
)
async def test_the_form_and_the_page_after_it_state_the_terms(
    client: httpx.AsyncClient, make: Factory, columns: dict[str, int | None]
) -> None:
    event = await make.event(**columns)
    assert terms(event) in (await client.get(f"/{event.slug}/registration")).text
    answer = await client.post(f"/{event.slug}/registration", data=AMINA, follow_redirects=True)
    assert answer.url.path.endswith("/registration/done")
    assert terms(event) in answer.text


async def test_the_mail_names_the_hour_and_its_link_confirms_the_place(
    client: httpx.AsyncClient, app: Starlette, make: Factory
) -> None:
    event = await make.event(capacity=3, hold_hours=48)
    await client.post(f"/{event.slug}/registration", data=AMINA)
    (letter,) = await letters(app)
    held = await stored(make)
    assert (held.state, standing(held, event) in letter.text) == ("held", True)
    assert (
        "We are holding a place for you. It is confirmed when you join." in (await client.get(join_link(letter))).text
    )
    assert (await stored(make)).state == "held"
    assert (await client.post(join_link(letter))).headers["location"] == f"/{event.slug}/lobby"
    assert (await stored(make)).state == "confirmed"


async def test_a_released_place_comes_back_by_the_link_of_either_mail(
    client: httpx.AsyncClient, app: Starlette, make: Factory
) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    for kind in ("registered", "released"):
        await client.post(f"/{event.slug}/registration", data=AMINA)
        await holding.release(make.database, app.state.settings.base_url, datetime.now(UTC) + timedelta(hours=49))
        assert (await stored(make)).state == "released"
        letter = (await letters(app, kind))[-1]
        assert "Your place was released." in (await client.get(join_link(letter))).text
        answer = await client.post(join_link(letter), follow_redirects=True)
        assert (answer.status_code, (await stored(make)).state) == (200, "confirmed")
        await client.post(f"/{event.slug}/registration/cancel")
        client.cookies.clear()


async def test_a_link_opened_where_one_is_signed_in_asks_once_more(
    client: httpx.AsyncClient, app: Starlette, make: Factory
) -> None:
    """Programs that look into mail open links: only the button confirms a place, in any browser."""
    event = await make.event(capacity=1, hold_hours=48)
    await client.post(f"/{event.slug}/registration", data=AMINA)
    (letter,) = await letters(app)
    async with make.database.reading() as db:
        person = await db.get_one(Person, (await stored(make)).person_id)
    client.cookies.update(await make.cookie(person))
    assert (await client.get(join_link(letter))).status_code == 200
    assert (await stored(make)).state == "held"
    await client.post(join_link(letter))
    assert (await stored(make)).state == "confirmed"
    assert (await client.get(join_link(letter))).headers["location"] == f"/{event.slug}/lobby"


@pytest.mark.parametrize("state", ["held", "released"])
async def test_one_click_on_the_registrations_page_takes_the_place(
    client: httpx.AsyncClient, make: Factory, state: str
) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    client.cookies.update(await make.cookie(await make.delegate(event, state=state)))
    assert (await client.get(f"/{event.slug}/lobby")).status_code == 403
    answer = await client.post(f"/{event.slug}/registration/claim", follow_redirects=True)
    assert "Your place is confirmed." in answer.text
    assert (await client.get(f"/{event.slug}/lobby")).status_code == 200


async def test_whoever_registers_signed_in_has_a_confirmed_place_at_once(
    client: httpx.AsyncClient, app: Starlette, make: Factory
) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    person = await make.person("Amina", email=AMINA["email"])
    client.cookies.update(await make.cookie(person))
    answer = await client.post(f"/{event.slug}/registration", data=AMINA)
    assert answer.headers["location"] == f"/{event.slug}/registration"
    assert (await stored(make)).state == "confirmed"
    (letter,) = await letters(app)
    assert "Your place is confirmed." in letter.text


async def test_somebody_elses_address_is_not_confirmed_by_ones_own_sign_in(
    client: httpx.AsyncClient, make: Factory
) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    client.cookies.update(await make.cookie(await make.person("Eve")))
    await client.post(f"/{event.slug}/registration", data=AMINA)
    assert (await stored(make)).state == "held"


async def test_a_held_place_is_taken_until_it_is_released(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(capacity=1, hold_hours=48)
    await client.post(f"/{event.slug}/registration", data=AMINA)
    assert "Join the waiting list" in (await client.get(f"/{event.slug}")).text
    assert "Join the waiting list" in (await client.get(f"/{event.slug}/registration")).text


async def test_the_console_tells_confirmed_places_from_held_ones(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event(target=10)
    for n, state in enumerate(("confirmed", "confirmed", "held", "waitlisted", "released")):
        await make.delegate(event, f"Delegate{n}", state=state)
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    console = (await client.get(f"/{event.slug}/console")).text
    assert '<span class="stat-value" data-field="confirmed">2</span>' in console
    assert '<span class="stat-value" data-field="held">1</span>' in console
    people = (await client.get(f"/{event.slug}/console/registrations")).text
    assert "1 more place is held" in people
    report = (await client.get(f"/{event.slug}/report")).text
    assert "3 people registered, 1 of whom never opened their join link" in report
