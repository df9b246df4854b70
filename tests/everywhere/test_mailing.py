"""No page says that mail is sent where no mail server is set, and none says that it is kept where one is."""

from collections.abc import Iterator

import pytest

from server.rules.mailing import MAILING
from tests.everywhere.cases import CASES, address
from tests.everywhere.conftest import Demo

PAGES = sorted(path for method, path in CASES if method == "GET" and path != "/styleguide")
CLAIMS = (
    "sent you",
    "we mail you",
    "look in your mail",
    "by mail",
    "get a mail",
    "mailed a fresh",
    "in our mail",
    "send me",
    "send the link",
    "that mail",
)
"""Words by which a page says that this server sends mail."""
KEPT = ("sends no mail", "No mail server is set", "The organiser has your link")
"""Words by which a page says that it does not."""


@pytest.fixture(params=[True, False], ids=["sent", "kept"])
def is_sent(request: pytest.FixtureRequest, shared: Demo) -> Iterator[bool]:
    """True while the application has a mail server, of which nothing is asked here."""
    before = shared.app.state.settings
    server = "127.0.0.1:1" if request.param else ""
    shared.app.state.settings = before.model_copy(update={"mail_server": server})
    yield request.param
    shared.app.state.settings = before


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_says_of_mail_what_is_so(path: str, shared: Demo, is_sent: bool) -> None:
    for visitor in sorted(CASES["GET", path].open_to):
        answer = await shared.come(visitor).get(address(path, shared.world))
        if answer.headers.get("content-type", "").startswith("text/html"):
            main = answer.text.partition("<main")[2].partition("</main>")[0]
            untrue = KEPT if is_sent else CLAIMS
            assert not [words for words in untrue if words.lower() in main.lower()], visitor


async def test_registering_says_who_has_the_link(shared: Demo, is_sent: bool) -> None:
    """The pages whose words are chosen by a moment that no address shows."""
    event = shared.world.params["event"]
    page = (await shared.come("stranger").get(f"/{event}/registration/done")).text
    words = MAILING["done"]
    assert ((words.sent in page), (words.kept in page)) == (is_sent, not is_sent)


def test_no_sentence_is_both() -> None:
    for words in MAILING.values():
        assert not [claim for claim in CLAIMS if claim in words.kept.lower()], words
        assert not [claim for claim in KEPT if claim in words.sent], words
