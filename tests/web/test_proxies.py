"""Proxies in front: visitors count by their own addresses, and nobody else can name another's."""

import httpx
import pytest
from limits import parse

from server.app import create_app
from server.commands.serve import web_config
from server.settings import Settings
from server.web import rate_limits

PROXY, STRANGER, AMINA, BEN = "10.1.2.3", "203.0.113.9", "198.51.100.1", "198.51.100.2"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The settings behind a proxy of a network of its own."""
    return settings.model_copy(update={"proxies": "10.1.0.0/16"})


async def status(settings: Settings, peer: str, visitors: list[str], method: str, path: str) -> list[int]:
    """The statuses of requests that a peer says it passes on for these visitors."""
    app = create_app(settings)
    config = web_config(app, settings)
    config.load()
    transport = httpx.ASGITransport(app=config.loaded_app, client=(peer, 1))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=settings.base_url) as client:
        answers = [await client.request(method, path, headers={"x-forwarded-for": visitor}) for visitor in visitors]
    await app.state.db.close()
    return [answer.status_code for answer in answers]


@pytest.mark.parametrize(
    ("peer", "expected"), [(PROXY, [404, 404, 429]), (STRANGER, [404, 429, 429])], ids=["proxy", "stranger"]
)
async def test_budgets_are_by_visitor_behind_a_listed_proxy_only(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, peer: str, expected: list[int]
) -> None:
    """A stranger who names other addresses has one budget all the same."""
    monkeypatch.setitem(rate_limits.BY_ADDRESS, "join", parse("1/minute"))
    assert await status(settings, peer, [AMINA, BEN, AMINA], "POST", "/join/nonsense") == expected


@pytest.mark.parametrize("peer", [PROXY, STRANGER])
async def test_nobody_reads_metrics_by_naming_this_machine(settings: Settings, peer: str) -> None:
    assert await status(settings, peer, ["127.0.0.1"], "GET", "/metrics") == [403]
