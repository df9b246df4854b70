"""The secret of a join link goes into our own address only, whatever people have typed into names and titles."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.mail import outbox, worker
from server.mail.messages import KINDS, placeholder, render
from server.models import Event, Person
from server.settings import Settings
from server.store.engine.database import Database
from tests.factory import Factory
from tests.mail.test_messages import WITHOUT_LINK

OURS = "https://plenary.example/join/"
CONTEXT = {"base_url": "https://plenary.example", "standing": "Your place is confirmed."}
SPELLINGS = (
    "JOIN-TOKEN-MADE-ON-DELIVERY",
    "JOIN_TOKEN",
    placeholder(uuid.UUID(int=0)),
    placeholder(uuid.uuid4()),
    "MADE-ON-DELIVERY-",
    "{{ join_address }}",
    "{join_token}",
    "%(join_token)s",
    "${join_token}",
    "\\g<0>",
)
"""Texts that a stranger who has read the source may try: each stood or could stand for the token."""
TYPED = st.lists(st.sampled_from(SPELLINGS) | st.text(max_size=20), max_size=4).map("evil.example/".join)


def strangers_places(text: str, secret: str) -> list[str]:
    """The text before the secret wherever it is not the beginning of our own address."""
    before = [text[max(0, found.start() - len(OURS)) : found.start()] for found in re.finditer(re.escape(secret), text)]
    return [each for each in before if each != OURS]


@pytest.mark.parametrize("typed", SPELLINGS, ids=range(len(SPELLINGS)))
async def test_a_name_gets_no_token_into_its_own_address(
    database: Database, make: Factory, settings: Settings, typed: str
) -> None:
    event = await make.event(title=f"evil.example/{typed}", hashtag=typed)
    person = await make.person("Amina")
    person.name = f"evil.example/{typed}"
    async with database.writing() as db:
        assert await outbox.queue(db, event, person, "registered", "one", CONTEXT)
    async with database.writing() as db:
        mail = await outbox.BACKLOG.claim(db, datetime.now(UTC))
        assert mail is not None
        db.add(person)
        letter = await worker.letter_of(db, mail, CONTEXT["base_url"])
    (token,) = re.findall(f"{OURS}([^\\s<]+)", letter.text)
    assert letter.text.count(token) == 1
    assert strangers_places(letter.html, token) == []
    assert typed in letter.text
    assert placeholder(mail.id) not in letter.text + letter.html


@given(st.sampled_from(sorted(KINDS)), TYPED, TYPED, TYPED)
def test_a_mail_that_waits_holds_its_placeholder_in_our_own_address_only(
    kind: str, name: str, title: str, hashtag: str
) -> None:
    today = datetime.now(UTC).date()
    event = Event(slug="mse", title=title, hashtag=hashtag, starts_on=today, ends_on=today, zone="Europe/London")
    secret = placeholder(uuid.uuid4())
    message = render(event, Person(name=name, email="amina@example.org"), kind, CONTEXT, secret)
    assert message.text.count(secret) == (kind not in WITHOUT_LINK)
    assert strangers_places(message.html, secret) == []
    assert secret not in message.subject


async def test_the_heading_of_a_mail_keeps_a_title_with_a_colon_whole(make: Factory) -> None:
    event = await make.event(title="Clock change: London")
    headings = {
        kind: re.findall("<h1>(.*)</h1>", render(event, await make.person(), kind, CONTEXT, "token").html)
        for kind in ("registered", "speaker")
    }
    assert headings == {"registered": ["You are registered"], "speaker": ["You speak at Clock change: London"]}
