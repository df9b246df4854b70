"""Every mail says what it must, in its plain text as in its HTML."""

import uuid

import pytest

from server.mail.messages import KINDS, placeholder, render
from server.web.folders import templates_dir
from tests.factory import Factory

CONTEXT = {"base_url": "https://plenary.example", "standing": "Your place is confirmed."}
TOKEN = placeholder(uuid.uuid4())
WITHOUT_LINK = ("cancelled", "credentials-set")
NASTY = "Seán O'Brien <b>&amp;</b> 😀"


def test_every_kind_has_its_words_and_every_words_a_kind() -> None:
    written = {path.stem for path in (templates_dir() / "mail").glob("*.txt")} - {"layout"}
    assert written == set(KINDS)


@pytest.mark.parametrize("kind", sorted(KINDS))
async def test_the_text_says_all_that_the_html_says(make: Factory, kind: str) -> None:
    event = await make.event(title="MSE in Action", hashtag="MSEinAction")
    person = await make.person("Amina")
    message = render(event, person, kind, CONTEXT, TOKEN)
    assert "\n" not in message.subject
    assert "MSE in Action" in message.subject
    for text in (message.text, message.html):
        assert "Hello Amina" in text
        assert "https://plenary.example" in text
        assert (TOKEN in text) == (kind not in WITHOUT_LINK)
    assert "<" not in message.text
    assert "style=" not in message.html


async def test_a_name_is_only_ever_text(make: Factory) -> None:
    event = await make.event()
    person = await make.person("Amina")
    person.name = NASTY
    message = render(event, person, "registered", CONTEXT, TOKEN)
    assert f"Hello {NASTY}," in message.text
    assert "<b>" not in message.html.split("<body>")[1]


async def test_a_kind_that_is_not_in_the_table_is_a_mistake(make: Factory) -> None:
    with pytest.raises(KeyError):
        render(await make.event(), await make.person(), "greeting", CONTEXT, TOKEN)
