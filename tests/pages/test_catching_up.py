"""After the event people can still come in to watch it, and a colleague's link leads to its moment."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
from sqlmodel import col, select

from server.acts.registration_form import COLLEAGUE
from server.analytics import registrations as told
from server.models import Mail, Registration
from tests.factory import Factory

TODAY = datetime.now(UTC).date()
PERSON = {"name": "Chidi", "email": "chidi@example.org"}


async def test_a_moment_that_was_sent_on_opens_the_registration_and_then_the_moment(
    client: httpx.AsyncClient, make: Factory
) -> None:
    event = await make.event()
    session = await make.session(event)
    moment = f"/{event.slug}/sessions/{session.slug}?t=75"
    way = (await client.get(f"{moment}&via=colleague")).headers["location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(way).query).items()}
    assert asked == {"via": COLLEAGUE, "then": moment}
    form = (await client.get(way)).text
    assert f'name="then" value="{moment}"' in form
    sent = {**PERSON, "then": moment, "source": asked["via"]}
    assert (await client.post(f"/{event.slug}/registration", data=sent)).status_code == 303
    async with make.database.reading() as db:
        mail = (await db.exec(select(Mail))).one()
        registration = (await db.exec(select(Registration))).one()
    assert mail.lands_on == moment
    assert registration.source == told.COLLEAGUE


async def test_who_has_a_place_goes_straight_to_the_moment(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event()
    session = await make.session(event)
    client.cookies.update(await make.cookie(await make.delegate(event)))
    answer = await client.get(f"/{event.slug}/sessions/{session.slug}?t=75&via=colleague")
    assert answer.status_code == 200


async def test_a_link_leads_nowhere_else(client: httpx.AsyncClient, make: Factory) -> None:
    event = await make.event()
    for elsewhere in ("https://example.org/", "//example.org", "/other/lobby", f"/{event.slug}/../other"):
        await client.post(f"/{event.slug}/registration", data={**PERSON, "then": elsewhere})
    async with make.database.reading() as db:
        assert {mail.lands_on for mail in await db.exec(select(Mail))} == {""}


async def test_a_closed_event_can_be_caught_up_with_until_its_recordings_close(
    client: httpx.AsyncClient, make: Factory
) -> None:
    over = {"state": "closed", "starts_on": TODAY - timedelta(days=3), "ends_on": TODAY - timedelta(days=2)}
    for still in (await make.event(**over), await make.event(**over, recordings_close_on=TODAY + timedelta(days=9))):
        assert "Register to catch up" in (await client.get(f"/{still.slug}")).text
        assert "you can still watch everything again" in (await client.get(f"/{still.slug}/registration")).text
        assert (await client.post(f"/{still.slug}/registration", data=PERSON)).status_code == 303
    async with make.database.reading() as db:
        mails = (await db.exec(select(Mail).order_by(col(Mail.created_at)))).all()
    for mail, still in zip(mails, ("", f"{TODAY + timedelta(days=9):%B %Y}"), strict=True):
        assert "Watch the recordings" in mail.text
        assert still in mail.text
        assert "Join early" not in mail.text
        assert not mail.calendar
    longer_ago = {"state": "closed", "starts_on": TODAY - timedelta(days=95), "ends_on": TODAY - timedelta(days=94)}
    for closed in (
        await make.event(**longer_ago),
        await make.event(**over, recordings_close_on=TODAY - timedelta(days=1)),
    ):
        assert "Registration is closed" in (await client.get(f"/{closed.slug}")).text
        assert "Registration is closed" in (await client.get(f"/{closed.slug}/registration")).text
        assert (await client.post(f"/{closed.slug}/registration", data=PERSON)).status_code == 409
