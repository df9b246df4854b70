"""The last open files that a process may have are for pages and probes: live lines do not take them."""

import asyncio
import resource
from pathlib import Path

import httpx
import pytest

from server.running.bounded_http import RESERVE
from server.settings import Settings
from tests.factory import Factory
from tests.live.killable import Killable

MORE = 30
"""The live lines for which there is room beside the reserve, about."""
UPGRADE = (
    "GET /live HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
    "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\ncookie: {}\r\n\r\n"
)


def number_open(pid: int) -> int:
    """The number of files that a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


@pytest.mark.one_engine
async def test_live_lines_are_refused_before_pages_are(make: Factory, settings: Settings, tmp_path: Path) -> None:
    server = Killable(settings, tmp_path)
    await server.start()
    used = number_open(server.pid)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (used + RESERVE + MORE,) * 2)
    people = [await make.person() for _ in range(4)]
    cookies = ["; ".join("=".join(pair) for pair in (await make.cookie(one)).items()) for one in people]
    heads, lines = [], []
    for number in range(2 * MORE):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        lines.append(writer)
        writer.write(UPGRADE.format(server.port, cookies[number % len(cookies)]).encode())
        heads.append(await reader.readuntil(b"\r\n\r\n"))
    taken = [head for head in heads if head.startswith(b"HTTP/1.1 101 ")]
    refused = [head for head in heads if head.startswith(b"HTTP/1.1 503 ")]
    assert taken, heads
    assert refused, heads
    assert taken + refused == heads
    assert all(b"\r\nretry-after: " in head for head in refused)
    async with httpx.AsyncClient(base_url=server.base) as client:
        for path in ("/livez", "/readyz", "/"):
            answer = await client.get(path)
            assert answer.status_code < 400, (path, answer.text)
            assert answer.headers["connection"] == "close", path
    for line in lines:
        line.close()
    await server.end()
    assert server.log.read_text().count("live lines are refused") == 1
