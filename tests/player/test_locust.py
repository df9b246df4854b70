"""Locust's people live through an event, here a few of them for some seconds: none of their requests fails."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import func, select

from loadtests.day import Day
from server.models import Reaction
from server.store import join_links, surveys
from tests.player.cinema import NewSession, since
from tests.player.conftest import House

ROOT = Path(__file__).parents[2]
PEOPLE, SECONDS = 12, 12


async def test_people_live_through_an_event_and_nothing_fails(
    house: House, with_film: NewSession, event, tmp_path: Path
) -> None:
    await with_film(**since(30))
    people = [await house.make.delegate(event) for _ in range(PEOPLE)]
    async with house.database.writing() as db:
        await surveys.add_published(db, event, "the system")
        tokens = [await join_links.create(db, person, event) for person in people]
    links = tmp_path / "links"
    links.write_text("\n".join(f"{house.address}/join/{token}" for token in tokens))
    crowd = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "locust", "-f", "loadtests/locustfile.py", "--headless", "--json"),
        *("--host", house.address, "--event", event.slug, "--links", links),
        *("--people", str(PEOPLE), "--seconds", str(SECONDS)),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    printed, said = await crowd.communicate()
    assert crowd.returncode == 0, said.decode() + printed.decode()
    seen = {row["name"]: row for row in json.loads(printed)}
    assert seen["join"]["num_requests"] > 0
    assert all(row["num_failures"] == 0 for row in seen.values())
    async with house.database.reading() as db:
        accepted = select(func.count()).select_from(Reaction).where(Reaction.outcome == "accepted")
        stored = (await db.exec(accepted)).one()
    assert stored >= seen.get("reaction", {"num_requests": 0})["num_requests"]


@pytest.mark.parametrize("gone, here", [(0, 0), (90, 337), (180, 673), (600, 673)])
def test_the_doors_are_open_for_a_third_of_the_day(gone: float, here: int) -> None:
    assert Day(673, 600).here(gone) == here


def test_the_day_has_one_ovation_one_loss_and_its_answers_at_the_end() -> None:
    day = Day(673, 600)
    assert [gone for gone in range(0, 600, 60) if day.is_ovation(gone)] == [300]
    assert [gone for gone in range(0, 600, 60) if day.has_reconnected(gone)] == [480, 540]
    assert [gone for gone in range(0, 600, 60) if day.asks_for_answers(gone)] == [540]
    assert (day.is_over(599), day.is_over(600)) == (False, True)


def test_acts_that_were_not_asked_for_are_left_out() -> None:
    day = Day(100, 60, frozenset({"doors-open"}))
    assert day.here(30) == 50
    assert not any(day.is_ovation(gone) or day.has_reconnected(gone) for gone in range(60))
