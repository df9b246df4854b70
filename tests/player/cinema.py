"""Shared by tests of the player: lengths, expressions to evaluate in a page, and columns of sessions."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page

from server.models import Session

WORDS = ("Put two fingers on your wrist.", "Please clap if you are in.")
CARD_S = 5
FILM_S = CARD_S * len(WORDS)
LONG_S = 4 * FILM_S
PLAYS_WITHIN_MS = 30_000
VIDEO = "document.querySelector('[data-player] video')"
FACTS = "document.querySelector('[data-player]').dataset"

NewSession = Callable[..., Awaitable[Session]]
Visit = Callable[..., Awaitable[Page]]


def since(seconds: float) -> dict[str, Any]:
    """The columns of a session that has been live for so many seconds."""
    began = datetime.now(UTC) - timedelta(seconds=seconds)
    return {"state": "live", "started_at": began, "starts_at": began}


def recorded(seconds: float) -> dict[str, Any]:
    """The columns of a session of so many seconds that ended an hour ago; the recording of the long film is open."""
    ended = datetime.now(UTC) - timedelta(hours=1)
    began = ended - timedelta(seconds=seconds)
    return {
        "can": "long",
        "state": "ended",
        "recording": "open",
        "starts_at": began,
        "started_at": began,
        "ended_at": ended,
    }


async def until(page: Page, condition: str, within_ms: float = PLAYS_WITHIN_MS) -> None:
    await page.wait_for_function(f"() => {condition}", timeout=within_ms)


async def plays_on(page: Page, seconds: float = 2) -> None:
    """The time runs, pictures are painted and sound is decoded."""
    await until(page, f"{FACTS}.playing === 'true'")
    measured = f"""({{
      at: {VIDEO}.currentTime,
      frames: {VIDEO}.getVideoPlaybackQuality().totalVideoFrames,
      sound: {VIDEO}.webkitAudioDecodedByteCount,
    }})"""
    before = await page.evaluate(measured)
    await until(page, f"{VIDEO}.currentTime > {before['at'] + seconds}")
    after = await page.evaluate(measured)
    assert after["frames"] > before["frames"]
    assert after["sound"] > before["sound"]
