"""A whole event: two delegates and an organiser in three browsers at once, and more delegates over the network."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect
from sqlmodel import select

from server.models import Mail
from server.store.engine.database import Database
from tests.journey.venue import PHONE, Venue, visiting
from tests.waiting import until

SESSION = "healthy-hearts"
AFTER = {
    "stars_content": "4",
    "stars_speakers": "5",
    "stars_platform": "4",
    "watch_later": "yes",
    "recommend": "yes",
    "attend_again": "yes",
    "new_contact": "no",
    "learned": "Partnerships grow in adversity",
}
PAIRS_ENOUGH = 6
pytestmark = pytest.mark.timeout(300)


async def test_a_whole_event_is_lived_through(
    venue: Venue, chromium: Browser, database: Database, tmp_path: Path
) -> None:
    before = await accepted(venue, tmp_path / "before")
    async with (
        visiting(chromium, venue) as morgan,
        visiting(chromium, venue, PHONE) as amina,
        visiting(chromium, venue) as robin,
    ):
        await morgan.join(venue.links["organiser"])
        await amina.register("Amina Okafor", "amina@example.org", understanding=5)
        await amina.join(await morgan.find_link_in_mail("amina@example.org"))
        await robin.join(venue.links["delegate"])

        for visitor in (amina, robin):
            await visitor.watch(SESSION)
            await visitor.sees_moving_pictures()
        started = await amina.reactions()
        for emoji in ("clap", "clap", "love"):
            await amina.react(emoji)
        await robin.page.keyboard.press("6")
        for visitor in (amina, robin):
            await visitor.sees_reactions("clap", started["clap"] + 2)
            await visitor.sees_reactions("love", started["love"] + 1)
            await visitor.sees_reactions("idea", started["idea"] + 1)

        await morgan.page.goto("/demo/console")
        tile = morgan.page.locator(".live-tile", has_text="Healthy Hearts")
        await expect(tile.locator("[data-field=accepted]").first).to_have_text(str(sum(started.values()) + 4))
        await morgan.page.get_by_role("textbox", name="Announcement").fill("Lunch is at one, and the tables are open.")
        await morgan.page.get_by_role("button", name="Send it now").click()
        for visitor in (amina, robin):
            await visitor.sees("Lunch is at one, and the tables are open.")

        await tile.get_by_role("button", name="End").click()
        await morgan.page.get_by_role("dialog").get_by_role("button", name="End").click()
        await robin.page.reload()
        await robin.page.get_by_role("button", name="Watch the recording").click()
        await robin.sees_moving_pictures()

        for n in range(1, PAIRS_ENOUGH):
            async with venue.client() as client:
                await live_through(client, database, f"delegate-{n}@example.org", before=5, after=7)
            if n == PAIRS_ENOUGH - 2:
                shift = (await figures(venue))["understanding_shift_mean"]
                assert (shift["withheld"], shift["value"]) == (True, None)
        await amina.page.goto("/demo/surveys/after")
        await amina.page.locator("input[name=understanding][value='9']").check(force=True)
        for name, value in AFTER.items():
            if name != "learned":
                await amina.page.locator(f"input[name={name}][value='{value}']").check(force=True)
        await amina.page.get_by_role("button", name="Send my answers").click()
        await amina.sees("Thank you")

        told = await figures(venue)
        assert told["understanding_pairs"]["value"] == PAIRS_ENOUGH
        assert told["understanding_shift_mean"]["value"] == pytest.approx((5 * 2 + 4) / PAIRS_ENOUGH)
        await morgan.page.goto("/demo/report")
        await morgan.sees("Did people understand more?")

    after = await accepted(venue, tmp_path / "after")
    assert after - before == Counter({"clap": 2, "love": 1, "idea": 1})


async def live_through(client: httpx.AsyncClient, database: Database, email: str, before: int, after: int) -> None:
    """Register, come in by the link in the mail, and answer the survey after the event."""
    fields = {"name": "A delegate", "email": email, "understanding": str(before)}
    assert (await client.post("/demo/registration", data=fields)).status_code == 200
    link = re.search(r"https?://\S+/join/\S+", await letter_to(database, email))
    assert link is not None
    assert (await client.post(link[0])).status_code == 200
    answered = await client.post("/demo/surveys/after", data={**AFTER, "understanding": str(after)})
    assert answered.status_code == 200, answered.text


async def letter_to(database: Database, email: str) -> str:
    """The text of the mail to an address, once it has been delivered to the local outbox."""
    delivered = select(Mail.text).where(Mail.recipient == email, Mail.state == "kept")

    async def text() -> str | None:
        async with database.reading() as db:
            return (await db.exec(delivered)).first()

    return await until(text)


async def figures(venue: Venue) -> dict[str, dict[str, Any]]:
    """Every figure of the report, by name."""
    told: dict[str, dict[str, Any]] = json.loads(await venue.plenary("report", "demo", "--json"))
    return told


async def accepted(venue: Venue, folder: Path) -> Counter[str]:
    """The accepted reactions of the export, by emoji."""
    await venue.plenary("export", "demo", "--to", str(folder), "--format", "json")
    rows = read(folder / "demo.json")["reactions"]
    return Counter(row["emoji"] for row in rows if row["outcome"] == "accepted")


def read(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of a JSON export, by sheet."""
    sheets: dict[str, list[dict[str, Any]]] = json.loads(file.read_text())
    return sheets
