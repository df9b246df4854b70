"""Around a recording: the crowd's reactions at their moments, and the ways to a moment."""

from datetime import timedelta

from playwright.async_api import Page, expect

from server.models import Event, Reaction
from server.store.engine.database import Database
from tests.factory import Factory
from tests.player.cinema import (
    CARD_S,
    LONG_S,
    PLAYS_WITHIN_MS,
    VIDEO,
    WORDS,
    NewSession,
    Visit,
    plays_on,
    recorded,
    until,
)
from tests.player.conftest import House

CLAPPED_AT_S = (12, 16, 20, 24)
"""Look more than once: a browser that stalled for seconds takes that for a jump, and replays nothing of it."""
SENT_ON_AT_S = 21
WITHOUT_MEDIA_SOURCE = "delete window.MediaSource; delete window.ManagedMediaSource; delete window.WebKitMediaSource;"
NOTES_COUNTS = """
window.counted = [];
new MutationObserver(() => {
  const counts = document.querySelector("[data-crowd-counts]");
  if (!counts || counts.hidden) return;
  window.counted.push({ text: counts.textContent, at: document.querySelector("[data-player] video").currentTime });
}).observe(document, { subtree: true, childList: true, attributes: true });
"""


async def watch(page: Page) -> None:
    await page.get_by_role("button", name="Watch the recording").click()
    await plays_on(page, 1)


async def test_the_crowds_reactions_come_again_at_their_media_time(
    with_film: NewSession, visit: Visit, make: Factory, event: Event, database: Database
) -> None:
    session = await with_film(**recorded(60))
    crowd = [await make.delegate(event) for _ in range(3)]
    assert session.started_at
    claps = [
        Reaction(
            person_id=person.id,
            sender="a" * 16,
            n=n,
            session_id=session.id,
            emoji="clap",
            outcome="accepted",
            received_at=session.started_at,
            media_at=session.started_at + timedelta(seconds=second),
        )
        for person in crowd
        for n, second in enumerate(CLAPPED_AT_S, 1)
    ]
    async with database.writing() as db:
        db.add_all(claps)
    page = await visit(session, init=NOTES_COUNTS)
    await watch(page)
    await page.locator("[data-seek]").fill(str(CLAPPED_AT_S[0] - 3))
    await until(page, "window.counted.length > 0", 60_000)
    first = (await page.evaluate("window.counted"))[0]
    assert first["text"] == "👏 3"
    assert first["at"] >= CLAPPED_AT_S[0] - 1


async def test_a_moment_is_sent_to_a_colleague_who_lands_there(
    with_film: NewSession, visit: Visit, house: House
) -> None:
    session = await with_film(**recorded(60))
    page = await visit(session, permissions=["clipboard-read", "clipboard-write"])
    await watch(page)
    await page.locator("[data-seek]").fill(str(SENT_ON_AT_S))
    await until(page, f"{VIDEO}.currentTime >= {SENT_ON_AT_S}")
    await page.locator("[data-player]").press("k")
    await page.get_by_role("button", name="Send to a colleague").click()
    copied = await page.wait_for_function("navigator.clipboard.readText()", timeout=PLAYS_WITHIN_MS)
    link = await copied.json_value()
    assert link.startswith(house.address)
    second = int(link.partition("t=")[2].partition("&")[0])
    assert second >= SENT_ON_AT_S
    colleague = await visit(session)
    await colleague.goto(link)
    await colleague.get_by_role("button", name="Watch from").click()
    await until(colleague, f"{VIDEO}.currentTime >= {second}")
    await plays_on(colleague, 1)


async def test_a_line_of_the_transcript_leads_to_where_it_is_said(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**recorded(60)))
    await watch(page)
    await page.get_by_role("tab", name="Transcript").click()
    line = page.get_by_role("button", name=WORDS[1]).last
    begins = 7 * CARD_S
    await line.click()
    await until(page, f"{VIDEO}.currentTime >= {begins} && {VIDEO}.currentTime < {begins + CARD_S}")
    await expect(line).to_have_attribute("aria-current", "true", timeout=PLAYS_WITHIN_MS)


async def test_a_browser_without_media_source_is_given_the_playlist_itself(with_film: NewSession, visit: Visit) -> None:
    """Native playback, as on an iPhone: Chromium has it too since version 142."""
    page = await visit(await with_film(**recorded(60)), init=WITHOUT_MEDIA_SOURCE)
    await page.get_by_role("button", name="Watch the recording").click()
    await until(page, f"{VIDEO}.src.endsWith('/media/index.m3u8')")
    if await page.evaluate(f"{VIDEO}.canPlayType('application/vnd.apple.mpegurl')"):
        await until(page, f"{VIDEO}.currentTime > 2")
        assert await page.evaluate(f"Math.round({VIDEO}.duration)") == LONG_S
