"""The outbox of an event, as its organiser reads it."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlmodel import select

from server.mail.messages import placeholder
from server.models import Event, Mail
from server.store.engine.database import Database
from tests.factory import Factory

pytestmark = pytest.mark.usefixtures("olive")


@pytest.fixture
def outbox(event: Event) -> str:
    return f"/{event.slug}/console/mail"


async def write(database: Database, event: Event, **columns: Any) -> Mail:
    defaults = {"recipient": "amina@example.org", "subject": "You are registered", "text": "Hello", "state": "kept"}
    mail = Mail(event_id=event.id, idempotency_key=uuid.uuid4().hex, **{**defaults, **columns})
    async with database.writing() as db:
        db.add(mail)
    return mail


async def test_an_empty_outbox_says_when_mail_is_written(client: httpx.AsyncClient, outbox: str) -> None:
    page = (await client.get(outbox)).text
    assert "No mail yet" in page
    assert "local outbox" in page


async def test_a_mail_is_read_as_its_reader_gets_it_with_its_links(
    client: httpx.AsyncClient, database: Database, event: Event, outbox: str
) -> None:
    text = "Come in: http://plenary.test/join/abc_1-2.\n<b>Not bold</b> javascript:alert(1)"
    mail = await write(database, event, text=text)
    page = (await client.get(f"{outbox}/{mail.id}")).text
    assert '<a href="http://plenary.test/join/abc_1-2">http://plenary.test/join/abc_1-2</a>.' in page
    assert "&lt;b&gt;Not bold&lt;/b&gt;" in page
    assert 'href="javascript' not in page


async def test_a_link_that_is_made_on_delivery_is_no_link_yet(
    client: httpx.AsyncClient, database: Database, event: Event, outbox: str
) -> None:
    mail_id = uuid.uuid4()
    text = f"http://plenary.test/join/{placeholder(mail_id)} is yours"
    mail = await write(database, event, id=mail_id, text=text, state="queued")
    page = (await client.get(f"{outbox}/{mail.id}")).text
    assert placeholder(mail_id) not in page
    assert '<a href="http://plenary.test/join/' not in page


async def test_mail_that_failed_stands_out_and_is_sent_again(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, outbox: str
) -> None:
    failed = await write(database, event, state="failed", reason="550 No such mailbox")
    await write(database, event, subject="Another")
    assert "1 mail may not have arrived" in (await client.get(f"/{event.slug}/console")).text
    listed = (await client.get(f"{outbox}?state=failed")).text
    assert "550 No such mailbox" in listed
    assert "Another" not in listed
    assert (await client.post(f"{outbox}/{failed.id}/again")).status_code == 303
    assert (await client.post(f"{outbox}/{failed.id}/again")).status_code == 409


async def test_mail_that_waits_for_the_server_says_why_and_when_and_goes_at_one_press(
    client: httpx.AsyncClient, database: Database, event: Event, outbox: str
) -> None:
    due_at = datetime.now(UTC) + timedelta(minutes=30)
    for _ in range(3):
        await write(database, event, state="queued", attempts=4, due_at=due_at, reason="The server cannot be reached")
    await write(database, event, state="sent")
    assert "3 mails wait for the mail server" in (await client.get(f"/{event.slug}/console")).text
    page = (await client.get(outbox)).text
    assert "3 mails wait for another attempt. The server cannot be reached" in page
    assert f"{due_at.astimezone(ZoneInfo(event.zone)):%H:%M}" in page
    assert (await client.post(f"{outbox}/again", data={"state": "queued"})).status_code == 303
    assert "wait for another attempt" not in (await client.get(outbox)).text
    assert "Each mail is tried for two days" in page
    async with database.reading() as db:
        waiting = (await db.exec(select(Mail).where(Mail.state == "queued"))).all()
    assert [(mail.attempts, mail.due_at < due_at) for mail in waiting] == [(0, True)] * 3


@pytest.mark.parametrize("state", ["failed", "uncertain"])
async def test_all_in_one_state_are_sent_again_by_one_press(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, outbox: str, state: str
) -> None:
    elsewhere = await write(database, await make.event(), state=state)
    for _ in range(2):
        await write(database, event, state=state)
    assert (await client.post(f"{outbox}/again", data={"state": state})).status_code == 303
    async with database.reading() as db:
        states = {mail.id: mail.state for mail in (await db.exec(select(Mail))).all()}
    assert states.pop(elsewhere.id) == state
    assert list(states.values()) == ["queued", "queued"]


async def test_mail_that_was_sent_is_not_sent_again_by_a_made_up_button(
    client: httpx.AsyncClient, database: Database, event: Event, outbox: str
) -> None:
    await write(database, event, state="sent")
    assert (await client.post(f"{outbox}/again", data={"state": "sent"})).status_code == 422
    async with database.reading() as db:
        assert (await db.exec(select(Mail))).one().state == "sent"


async def test_another_events_mail_is_not_found(
    client: httpx.AsyncClient, make: Factory, database: Database, outbox: str
) -> None:
    mail = await write(database, await make.event())
    assert (await client.get(f"{outbox}/{mail.id}")).status_code == 404
    assert (await client.post(f"{outbox}/{mail.id}/again")).status_code == 404


async def test_a_moderator_does_not_read_mail(
    client: httpx.AsyncClient, make: Factory, database: Database, event: Event, outbox: str
) -> None:
    moderator = await make.person("Mo")
    await make.grant(moderator, "moderator", "event", event.id)
    client.cookies.update(await make.cookie(moderator, strong=True))
    assert (await client.get(f"/{event.slug}/console")).status_code == 200
    assert (await client.get(outbox)).status_code == 403


@pytest.mark.parametrize("state", ["queued", "uncertain", "failed"])
async def test_a_press_on_mail_that_somebody_else_has_sent_again_says_so(
    client: httpx.AsyncClient, database: Database, event: Event, outbox: str, state: str
) -> None:
    await write(database, event, state="sent")
    answer = await client.post(f"{outbox}/again", data={"state": state})
    assert answer.status_code == 409
    assert "There is no such mail any more" in answer.text
