"""Bad input in every field of every form: the answer is a page that says what to do, and the database is unchanged."""

import uuid
from urllib.parse import urlencode

import httpx
import pytest

from tests.everywhere.cases import CASES, EVERYONE, address
from tests.everywhere.conftest import Place

BAD = (
    "",
    "   ",
    "x" * 6000,
    "👏🏽" * 3000,
    "<script>alert(1)</script>' OR 1=1 -- ../../etc/passwd",
    "\x00",
    "\ud83d",
    "-1",
    "1e999",
    "9" * 400,
    "2026-02-30T25:61",
    "1066-10-14",
    str(uuid.uuid4()),
)
FORM = {"content-type": "application/x-www-form-urlencoded"}
FORMS = sorted(path for (method, path), case in CASES.items() if method == "POST" and case.fields)


def is_kind(answer: httpx.Response) -> bool:
    """True for a refusal (4xx) that is a page of the site, with its sentence and its links."""
    return 400 <= answer.status_code < 500 and "<main" in answer.text


@pytest.mark.parametrize("path", FORMS)
async def test_bad_input_is_explained_and_changes_nothing(path: str, place: Place) -> None:
    case, world = CASES["POST", path], place.world
    visitor = next(who for who in ("organiser", "delegate", "stranger") if who in (case.open_to or EVERYONE))
    client = place.come(visitor)
    stored = await world.stored()
    for name in case.fields:
        for text in BAD:
            answer = await send(client, address(path, world), {**world.fill(case.fields), name: text})
            if answer.status_code == 303:
                stored = await world.stored()
            else:
                assert is_kind(answer), (name, text[:40], answer.status_code)
        assert await world.stored() == stored, name


@pytest.mark.parametrize("path", FORMS)
async def test_a_body_that_is_not_a_form_is_refused(path: str, shared: Place) -> None:
    client, world = shared.come("organiser"), shared.world
    stored = await world.stored()
    for content in (b"", b"{}", b"\xff\xfe", b"&&&===", b"a" * 2000):
        for kind in (FORM, {"content-type": "application/json"}, {"content-type": "multipart/form-data; boundary=x"}):
            answer = await client.post(address(path, world), content=content, headers=kind)
            assert is_kind(answer), (content, kind, answer.status_code)
    assert await world.stored() == stored


async def send(client: httpx.AsyncClient, url: str, fields: dict[str, str]) -> httpx.Response:
    content = urlencode(fields, errors="surrogatepass")
    return await client.post(url, content=content.encode(), headers=FORM)
