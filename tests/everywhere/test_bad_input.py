"""Bad input in every field of every form: the answer is a page that says what to do, and the database is unchanged."""

import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from starlette.requests import Request

from server.web import forms
from server.web.forms import Form, check
from server.web.middleware import MAX_BODY_BYTES
from server.web.rate_limits import RateLimits
from tests.everywhere.cases import CASES, address
from tests.everywhere.conftest import Demo
from tests.everywhere.oddities import ODD

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
JSON = {"content-type": "application/json"}
PARTS = {"content-type": "multipart/form-data; boundary=x"}
FORMS = sorted(path for (method, path), case in CASES.items() if method == "POST" and case.fields)
POSTED = sorted(path for method, path in CASES if method == "POST")


def is_kind(answer: httpx.Response) -> bool:
    """True for a refusal (4xx) that is a page of the site, with its sentence and its links."""
    return 400 <= answer.status_code < 500 and "<main" in answer.text


def by_whom(path: str) -> str:
    """The visitor who comes farthest at this address."""
    return next(who for who in ("organiser", "speaker", "delegate", "stranger") if who in CASES["POST", path].open_to)


class Reading:
    """A note of the model by which the application read its last form, and of the thing that the form is about."""

    model: type[Form] | None = None
    about: object = None

    def note(self, model: type[Form], values: dict[str, Any], about: object = None) -> Any:
        self.model, self.about = model, about
        return check(model, values, about)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    noted = Reading()
    monkeypatch.setattr(forms, "check", noted.note)
    return noted


@pytest.mark.parametrize("path", FORMS)
async def test_bad_input_is_explained_and_changes_nothing(path: str, demo: Demo, reading: Reading) -> None:
    world, client = demo.world, demo.come(by_whom(path))
    good = world.fill(CASES["POST", path].fields)
    await send(client, address(path, world), dict.fromkeys(good, ""))
    stored = await world.stored()
    for name in dict.fromkeys((*good, *(reading.model.model_fields if reading.model else ()))):
        shown_at = ""
        for text in worth_sending(good, name, reading):
            demo.app.state.limits = RateLimits()
            answer = await send(client, address(path, world), {**good, name: text})
            if answer.status_code == 303:
                stored, shown_at = await world.stored(), answer.headers["location"]
            else:
                assert is_kind(answer), (name, text[:40], answer.status_code)
        assert await world.stored() == stored, name
        assert not shown_at or (await client.get(shown_at)).status_code in (200, 303), (name, shown_at)


def worth_sending(good: dict[str, str], name: str, reading: Reading) -> Iterator[str]:
    """Of all bad texts, one for each sentence with which the form refuses, and one of each kind that it accepts."""
    told = set[str]()
    for kind, texts in {"bad": BAD, **ODD}.items():
        for text in texts:
            form = check(reading.model, {**good, name: text}, reading.about) if reading.model else None
            sentence = str(form.errors) if form and form.errors else f"{kind} is accepted"
            if sentence not in told:
                told.add(sentence)
                yield text


UNREAD = sorted(set(POSTED) - set(FORMS))
"""The addresses whose cases have no fields."""


@pytest.mark.parametrize("path", UNREAD)
async def test_an_address_without_fields_in_its_case_reads_none(
    path: str, demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form whose fields nobody names would meet none of these tests."""
    asked: list[str] = []
    read = Request.form

    def noted(request: Request, **options: Any) -> Any:
        asked.append(path)
        return read(request, **options)

    monkeypatch.setattr(Request, "form", noted)
    await demo.come(by_whom(path)).post(address(path, demo.world))
    assert asked == []


SHAPES: dict[str, tuple[bytes, dict[str, str]]] = {
    "nothing": (b"", FORM),
    "JSON as a form": (b"{}", FORM),
    "no text": (b"\xff\xfe", FORM),
    "signs only": (b"&&&===", FORM),
    "one long name": (b"a" * 2000, FORM),
    "half of a pair, by per cent": (b"%ED%A0%BD=%ED%A0%BD&%00=%00&%=%zz", FORM),
    "many fields": (b"&".join(b"f%d=x" % number for number in range(2000)), FORM),
    "more than a form may hold": (b"a=" + b"x" * MAX_BODY_BYTES, FORM),
    "ten megabytes": (b"a=" + b"x" * 10_000_000, FORM),
    "JSON": (b"{}", JSON),
    "deep JSON": (b"[" * 100_000, JSON),
    "a field twice in JSON": (b'{"text": "a", "text": ["b"]}', JSON),
    "numbers that are none": (b'{"position": NaN, "watched": Infinity, "n": 1e400}', JSON),
    "parts without an end": (b"{}", PARTS),
    "a part without a name": (b"--x\r\n\r\na\r\n--x--\r\n", PARTS),
    "a file": (b'--x\r\ncontent-disposition: form-data; name="text"; filename="a"\r\n\r\na\r\n--x--\r\n', PARTS),
    "parts without a boundary": (b"a", {"content-type": "multipart/form-data"}),
    "a character set that nobody knows": (b"a=b", {"content-type": "multipart/form-data; boundary=x; charset=none"}),
    "a compressed body": (b"\x1f\x8b", {**FORM, "content-encoding": "gzip"}),
}
"""Bodies that are no form, or none that anybody filled in, with their headers."""


@pytest.mark.parametrize("path", FORMS)
async def test_a_body_that_is_not_a_form_is_refused(path: str, shared: Demo) -> None:
    client, world = shared.come(by_whom(path)), shared.world
    stored = await world.stored()
    for content in (b"", b"{}", b"\xff\xfe", b"&&&===", b"a" * 2000):
        for kind in (FORM, JSON, PARTS):
            answer = await client.post(address(path, world), content=content, headers=kind)
            assert is_kind(answer), (content, kind, answer.status_code)
    for shape, (body, headers) in SHAPES.items():
        shared.app.state.limits = RateLimits()
        answer = await client.post(address(path, world), content=body, headers=headers)
        assert is_kind(answer), (shape, answer.status_code)
    assert await world.stored() == stored


@pytest.mark.parametrize("path", FORMS)
async def test_a_field_in_an_odd_shape_is_no_fault_of_ours(path: str, demo: Demo) -> None:
    """Each field twice, as an array, and as a file beside the others."""
    client, world = demo.come(by_whom(path)), demo.world
    good = world.fill(CASES["POST", path].fields)
    for name, value in good.items():
        demo.app.state.limits = RateLimits()
        rest = {other: text for other, text in good.items() if other != name}
        for fields in ({**rest, name: [value, "\x00"]}, {**rest, f"{name}[]": value}, {**rest, f"{name}[a]": value}):
            answer = await client.post(address(path, world), data=fields)
            assert answer.status_code == 303 or is_kind(answer), (name, fields, answer.status_code)
        answer = await client.post(address(path, world), data=rest, files={name: ("a.txt", b"\x00\xff")})
        assert answer.status_code == 303 or is_kind(answer), (name, "a file", answer.status_code)


async def send(client: httpx.AsyncClient, url: str, fields: dict[str, str]) -> httpx.Response:
    content = urlencode(fields, errors="surrogatepass")
    return await client.post(url, content=content.encode(), headers=FORM)
