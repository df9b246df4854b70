"""The privacy notice is linked from every page of an event that has a form for people, whoever looks at it."""

import re

import pytest

from tests.everywhere.cases import CASES, address
from tests.everywhere.conftest import Demo

WRITTEN = re.compile(r"<(?:input(?![^>]*type=\"hidden\")|textarea|select)\b")
PAGES = sorted(path for method, path in CASES if method == "GET" and path.startswith("/{event}"))


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_with_a_form_links_the_privacy_notice(path: str, shared: Demo) -> None:
    world = shared.world
    notice = f'href="/{world.params["event"]}/privacy"'
    for visitor in sorted(CASES["GET", path].open_to):
        answer = await shared.come(visitor).get(address(path, world), follow_redirects=True)
        if "<form" in answer.text:
            assert notice in answer.text, visitor


ASKING = {
    "/{event}/registration": ("stranger", "delegate"),
    "/{event}/join-link": ("stranger",),
    "/{event}/surveys/{survey}": ("delegate",),
}
"""Pages that ask a person for details of their own, and the visitors whom they ask."""


@pytest.mark.parametrize("path", sorted(ASKING))
async def test_a_page_that_asks_for_personal_details_links_the_notice_beside_its_form(path: str, shared: Demo) -> None:
    world = shared.world
    for visitor in ASKING[path]:
        page = (await shared.come(visitor).get(address(path, world))).text
        main = page.split("<main")[1].split("</main>")[0]
        assert WRITTEN.search(main), visitor
        assert f'href="/{world.params["event"]}/privacy"' in main, visitor
