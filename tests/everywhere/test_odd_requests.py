"""Odd values in the query and the headers of every address: whatever a program sends, no answer is a fault of ours."""

import re
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

import server
from tests.everywhere.cases import CASES, EVERYONE, address, endpoints
from tests.everywhere.conftest import Demo
from tests.fixtures import BASE

ODD = (
    *("", "²", "٣", "-1", "0x10", "1_0", "1e9", "9" * 5000, "NaN", "é\xff", "\x00", "\ud83d", "http://[", "a\nb", "%"),
    *("0000-00-00", "99999-01-01", "http://evil.example", "//evil.example", "\u2028", "\u202e", "1e400"),
)
"""Values that one of Python's readers of numbers and addresses takes for what they are not, or refuses loudly."""
EVERYWHERE = ("content-length", "cookie", "host", "origin", "sec-fetch-site", "x-forwarded-for", "x-forwarded-proto")
"""Headers that are read before the page is chosen."""
BY_PAGES = (
    "accept",
    "accept-language",
    "accept-encoding",
    "authorization",
    "content-type",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "range",
    "referer",
    "upload-length",
    "upload-metadata",
    "upload-offset",
    "user-agent",
)
"""Headers that pages read."""
SCHEMES = {"authorization": "Bearer ", "range": "bytes=", "upload-metadata": "title "}
"""The words before a value without which nobody reads on."""
QUERIES = sorted(
    {
        name
        for path in Path(server.__file__).parent.rglob("*.py")
        for name in re.findall(r'query_params(?:\.get|\.getlist)?[(\[]"(\w+)"', path.read_text())
    }
    | {"_HLS_msn", "_HLS_part", "_HLS_skip"}
)
"""The parameters that any page reads, taken from the source."""
URL_BYTES = 60_000
"""The length of an address that the client still sends."""
ROUTES = sorted(endpoints())


def header(name: str, value: str) -> tuple[bytes, bytes]:
    """The header with the value, as bytes that a server lets through."""
    sent = SCHEMES.get(name, "") + value.replace("\n", " ").replace("\x00", " ")
    return name.encode(), sent.encode("utf-8", "replace")


def queries(typed: str) -> list[str]:
    """Every parameter with this value, in as few queries as an address has room for."""
    room = URL_BYTES // (len(typed) + max(map(len, QUERIES)) + 2)
    return ["&".join(f"{name}={typed}" for name in QUERIES[at : at + room]) for at in range(0, len(QUERIES), room)]


def coming(demo: Demo, visitor: str) -> httpx.AsyncClient:
    """The visitor behind a proxy that is trusted and states who sends, as in front of `plenary serve`."""
    client = demo.come(visitor)
    app = ProxyHeadersMiddleware(demo.app, trusted_hosts="*")
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=BASE, cookies=client.cookies)


FARTHEST = ("organiser", "speaker", "delegate", "stranger")
"""The kinds of visitor, whoever comes farthest first."""


def visitor_of(method: str, path: str) -> str:
    """Somebody who comes as far as anybody; a stranger where a request changes what the next one meets."""
    if method not in ("GET", "PATCH"):
        return "stranger"
    open_to = CASES[method, path].open_to or EVERYONE
    return next(who for who in FARTHEST if who in open_to)


def test_every_header_that_a_page_reads_is_among_them() -> None:
    read = {
        name.lower()
        for path in Path(server.__file__).parent.rglob("*.py")
        for name in re.findall(r'headers\.get\("([\w-]+)"', path.read_text())
    }
    assert read <= {*EVERYWHERE, *BY_PAGES}


IN_PATHS = ("\x00", "\ud83d", "9223372036854775808", "9" * 5000, "²", "٣", "a\nb", "%", "..", "x" * 6000, "http://[")
PARTS = sorted((method, path, part) for method, path in ROUTES for part in re.findall(r"{(\w+)", path))


@pytest.mark.parametrize(("method", "path", "part"), PARTS)
async def test_an_odd_part_of_an_address_is_no_fault_of_ours(method: str, path: str, part: str, shared: Demo) -> None:
    visitor = next((who for who in FARTHEST if who in CASES[method, path].open_to), "organiser")
    client, wrong = coming(shared, visitor), {}
    for value in IN_PATHS:
        typed = quote(value.encode("utf-8", "surrogatepass"), safe="")
        answer = await client.request(method, address(path, shared.world, {part: typed}))
        if answer.status_code >= 500:
            wrong[value[:20]] = answer.status_code
    await client.aclose()
    assert wrong == {}


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_an_odd_request_is_no_fault_of_ours(method: str, path: str, shared: Demo) -> None:
    client, url, wrong = coming(shared, visitor_of(method, path)), address(path, shared.world), {}
    headers = {"content-type": "application/offset+octet-stream"} if method == "PATCH" else {}
    for value in ODD:
        typed = quote(value.encode("utf-8", "surrogatepass"))
        odd = dict(header(name, value) for name in BY_PAGES)
        answers = [await client.request(method, url, headers={**client.headers, **odd, **headers})]
        for query in queries(typed):
            answers.append(await client.request(method, f"{url}?{query}", headers=headers))
        if any(answer.status_code >= 500 for answer in answers):
            wrong[value[:20]] = [answer.status_code for answer in answers]
    await client.aclose()
    assert wrong == {}


@pytest.mark.parametrize("name", EVERYWHERE)
@pytest.mark.parametrize("path", ["/metrics", "/livez", "/{event}/console", "/{event}/registration", "/nothing/here"])
async def test_an_odd_header_is_no_fault_of_ours(path: str, name: str, shared: Demo) -> None:
    client, url, wrong = coming(shared, "stranger"), path.format(**shared.world.params), {}
    for value in ODD:
        for method in ("GET", "POST"):
            answer = await client.request(method, url, headers=[header(name, value), (b"accept", b"text/html")])
            if answer.status_code >= 500:
                wrong[value[:20]] = method
    await client.aclose()
    assert wrong == {}
