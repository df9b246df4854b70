"""The player, in a real browser: a real film, through the real playlists, as the session goes."""

import asyncio
import re
from datetime import UTC, datetime

from playwright.async_api import Route, expect
from sqlmodel import select

from server.models import Event, WatchInterval, WatchProgress
from server.store import sessions
from server.store.engine.database import Database
from tests.factory import Factory
from tests.player.cinema import (
    CARD_S,
    FACTS,
    FILM_S,
    LONG_S,
    PLAYS_WITHIN_MS,
    VIDEO,
    WORDS,
    NewSession,
    Visit,
    plays_on,
    recorded,
    since,
    until,
)


async def test_a_live_session_plays_seconds_behind_the_clock(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)))
    await plays_on(page)
    behind = await page.evaluate(f"(Date.now() - Number({FACTS}.mediaTime)) / 1000")
    assert 2 < behind < 20
    await page.locator("[data-player]").hover()
    await expect(page.locator(".player-live")).to_be_visible()
    await expect(page.locator("[data-card]:visible")).to_have_count(0)


async def test_a_repeated_film_plays_on_over_its_end(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(FILM_S + 1)))
    await until(page, f"{VIDEO}.currentTime > {FILM_S + 2}", 60_000)
    ahead = f"Number({FACTS}.mediaTime) / 1000 - {VIDEO}.currentTime"
    before = await page.evaluate(ahead)
    await until(page, f"{VIDEO}.currentTime > {2 * FILM_S + 1}")
    assert abs(await page.evaluate(ahead) - before) < 1


async def test_the_page_goes_with_the_session_from_before_its_start_to_its_recording(
    with_film: NewSession, visit: Visit, database: Database
) -> None:
    session = await with_film()
    page = await visit(session)
    await page.evaluate("window.neverReloaded = true")

    async def move(name: str) -> None:
        async with database.writing() as db:
            assert await sessions.move(db, session, name, now=datetime.now(UTC))

    await expect(page.locator("[data-card=waiting]")).to_be_visible()
    await move("start")
    await plays_on(page)

    await move("pause")
    await expect(page.locator("[data-card=paused]")).to_be_visible(timeout=PLAYS_WITHIN_MS)
    at = await page.evaluate(f"{VIDEO}.currentTime")
    await move("resume")
    await expect(page.locator("[data-card=paused]")).to_be_hidden(timeout=PLAYS_WITHIN_MS)
    await until(page, f"{VIDEO}.currentTime > {at + 1}")

    await move("end")
    await expect(page.locator("[data-card=finished]")).to_be_visible(timeout=PLAYS_WITHIN_MS)
    length = await page.evaluate(f"{VIDEO}.duration")
    await page.get_by_role("button", name="Watch the recording").click()
    await until(page, f"{VIDEO}.currentTime < {length - 1}")
    await plays_on(page, 1)
    assert await page.evaluate("window.neverReloaded")


async def test_a_session_whose_end_is_taken_back_plays_again_on_the_page_that_saw_its_end(
    with_film: NewSession, visit: Visit, database: Database
) -> None:
    session = await with_film(**since(5))
    page = await visit(session)
    await page.evaluate("window.neverReloaded = true")
    await plays_on(page)
    for name, shown in (("end", f"{VIDEO}.ended"), ("take-up", f"!{VIDEO}.ended")):
        async with database.writing() as db:
            assert await sessions.move(db, session, name, now=datetime.now(UTC))
        await until(page, shown)
    await plays_on(page)
    assert await page.evaluate(f"window.neverReloaded && {FACTS}.phase === 'running'")


async def test_a_session_that_starts_while_the_page_is_still_loading_plays(
    with_film: NewSession, visit: Visit, database: Database
) -> None:
    listens = "window.told = []; document.addEventListener('plenary:changed', (e) => window.told.push(e.detail));"
    session = await with_film()
    page = await visit(session, init=listens)
    arrived, told = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        arrived.set()
        await told.wait()
        await route.continue_()

    await page.route(re.compile(r"/behaviours/player[.-]"), hold)
    await page.reload(wait_until="commit")
    await asyncio.wait_for(arrived.wait(), PLAYS_WITHIN_MS / 1000)
    async with database.writing() as db:
        assert await sessions.move(db, session, "start", now=datetime.now(UTC))
    await until(page, "window.told.some(({ topic, state }) => topic === 'status' && state.state === 'live')")
    told.set()
    await plays_on(page)


async def test_a_withdrawn_recording_stops_and_says_so(with_film: NewSession, visit: Visit, database: Database) -> None:
    session = await with_film(**recorded(60))
    page = await visit(session)
    await page.get_by_role("button", name="Watch the recording").click()
    await plays_on(page, 1)
    async with database.writing() as db:
        assert await sessions.move_recording(db, session, "withdraw")
    await expect(page.locator("[data-card=withdrawn]")).to_be_visible(timeout=PLAYS_WITHIN_MS)
    assert await page.evaluate(f"{VIDEO}.readyState") == 0


async def test_captions_are_on_for_who_stated_the_need_and_say_the_films_words(
    with_film: NewSession, visit: Visit, make: Factory, event: Event
) -> None:
    session = await with_film(**since(FILM_S * 3))
    page = await visit(session, await make.delegate(event, captions=True))
    caption = page.locator("[data-caption]")
    for words in WORDS:
        await expect(caption).to_have_text(words, timeout=PLAYS_WITHIN_MS)
        at = await page.evaluate(f"{VIDEO}.currentTime % {FILM_S}")
        assert WORDS.index(words) == int(at // CARD_S)
    await page.locator("[data-player]").press("c")
    await expect(caption).to_be_hidden()


async def test_captions_stay_off_until_somebody_turns_them_on(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)))
    await plays_on(page, 1)
    await expect(page.locator("[data-caption]")).to_be_hidden()
    await page.locator("[data-player]").hover()
    await page.get_by_role("button", name="Captions").click()
    await expect(page.locator("[data-caption]")).to_have_text(re.compile("wrist|clap"), timeout=PLAYS_WITHIN_MS)


async def test_one_can_go_back_while_live_and_return_to_live(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(60)))
    await plays_on(page, 1)
    player = page.locator("[data-player]")
    await player.focus()
    for _ in range(3):
        await player.press("ArrowLeft")
    back = page.get_by_role("button", name="Back to live")
    await expect(back).to_be_visible()
    await plays_on(page, 1)
    await player.hover()
    await back.click()
    await expect(back).to_be_hidden(timeout=PLAYS_WITHIN_MS)
    await plays_on(page, 1)


async def test_the_keys_work_in_the_player_and_only_there(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)))
    await plays_on(page, 1)
    await page.locator("h1").click()
    was_muted = await page.evaluate(f"{VIDEO}.muted")  # as the browser lets a page begin
    await page.keyboard.press("m")
    assert await page.evaluate(f"{VIDEO}.muted") is was_muted
    player = page.locator("[data-player]")
    await player.press("m")
    assert await page.evaluate(f"{VIDEO}.muted") is not was_muted
    await player.press("k")
    assert await page.evaluate(f"{VIDEO}.paused")
    await expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    await player.press("ArrowDown")
    assert await page.evaluate(f"Math.round({VIDEO}.volume * 10)") == 9
    await page.get_by_role("button", name="Play", exact=True).press("Space")
    await plays_on(page, 1)


async def test_a_recording_is_resumed_where_it_was_left(
    with_film: NewSession, visit: Visit, make: Factory, event: Event, database: Database
) -> None:
    person = await make.delegate(event)
    session = await with_film(**recorded(60))
    page = await visit(session, person)
    await page.get_by_role("button", name="Watch the recording").click()
    await plays_on(page, 1)
    assert await page.evaluate(f"Math.round({VIDEO}.duration)") == LONG_S
    await page.locator("[data-seek]").fill("20")
    await until(page, f"{VIDEO}.currentTime > 21")
    async with page.expect_response(lambda answer: answer.url.endswith("/progress")) as stored:
        await page.locator("[data-player]").press("k")
    assert (await stored.value).status == 204
    async with database.reading() as db:
        kept = (await db.exec(select(WatchProgress).where(WatchProgress.person_id == person.id))).one()
        played = (await db.exec(select(WatchInterval).where(WatchInterval.person_id == person.id))).all()
    assert kept.position > 20
    assert any(each.begins >= 20 and each.ends > each.begins for each in played)

    other = await visit(session, person)
    await other.get_by_role("button", name="Resume at 0:2").click()
    await until(other, f"{VIDEO}.currentTime > 21")


async def test_speed_is_chosen_on_demand(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**recorded(60)))
    await page.get_by_role("button", name="Watch the recording").click()
    await plays_on(page, 1)
    await page.locator("[data-player]").hover()
    await page.get_by_label("Speed").select_option("2")
    assert await page.evaluate(f"{VIDEO}.playbackRate") == 2
    await plays_on(page, 3)


async def test_the_picture_comes_back_by_itself_when_the_network_does(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)))
    await plays_on(page, 1)
    await page.context.set_offline(True)
    await expect(page.locator("[data-card=failing]")).to_be_visible(timeout=60_000)
    await page.context.set_offline(False)
    await expect(page.locator("[data-card=failing]")).to_be_hidden(timeout=60_000)
    await plays_on(page)


BLOCKS_SOUND = """
let touched = false;
addEventListener("pointerdown", () => (touched = true), true);
const play = HTMLMediaElement.prototype.play;
HTMLMediaElement.prototype.play = function () {
  if (this.muted || touched) return play.call(this);
  return Promise.reject(new DOMException("no gesture yet", "NotAllowedError"));
};
"""
BLOCKS_ALL = BLOCKS_SOUND.replace("this.muted ||", "")


async def test_a_browser_that_blocks_sound_shows_the_picture_and_asks(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)), init=BLOCKS_SOUND)
    await until(page, f"{FACTS}.playing === 'true'")
    assert await page.evaluate(f"{VIDEO}.muted")
    button = page.get_by_role("button", name="Turn sound on").first
    await button.click()
    assert not await page.evaluate(f"{VIDEO}.muted")
    await expect(page.locator(".player-sound")).to_be_hidden()


async def test_a_browser_that_blocks_all_shows_a_large_button(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)), init=BLOCKS_ALL)
    await page.locator(".player-start").get_by_role("button", name="Play").click(timeout=PLAYS_WITHIN_MS)
    await plays_on(page, 1)
    await expect(page.locator(".player-start")).to_be_hidden()


async def test_what_is_seen_is_told_to_the_page(with_film: NewSession, visit: Visit) -> None:
    listens = "window.told = []; document.addEventListener('plenary:playing', (e) => window.told.push(e.detail));"
    session = await with_film(**since(30))
    page = await visit(session, init=listens)
    await until(page, "window.told.some(({ playing }) => playing)")
    told = await page.evaluate("window.told.at(-1)")
    assert told["session"] == str(session.id)
    assert abs(told["mediaTime"] / 1000 - datetime.now(UTC).timestamp()) < 30
    await page.locator("[data-player]").press("k")
    await until(page, "window.told.at(-1).playing === false")


async def test_without_scripts_a_card_and_a_link_are_left(with_film: NewSession, visit: Visit) -> None:
    page = await visit(await with_film(**since(30)), java_script_enabled=False)
    await expect(page.locator("[data-card=starting]")).to_be_visible()
    link = page.get_by_role("link", name="Open it in a media player")
    assert (await link.get_attribute("href") or "").endswith("/media/index.m3u8")


async def test_a_session_without_a_film_says_so(make: Factory, event: Event, visit: Visit) -> None:
    page = await visit(await make.live_session(event, kind="networking"))
    await expect(page.locator("[data-card=nothing]")).to_contain_text("at the tables")
