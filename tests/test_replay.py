"""A replay of MSE in Action over the network: the report, the CSV and the XLSX contain exactly what was sent.

No published figure stands here: the expected values are counted from the plan that the replay follows. In the short
form, one person in sixteen takes part.
"""

import asyncio
import csv
import json
import os
import statistics
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from loadtests.mailroom import Mailroom
from loadtests.plan import Plan, draw_plan, read_published
from loadtests.replay import replay
from tests.engines.process import free_port

ORGANISER = "organiser@replay.example"
OPENS_WITHIN_S = 60
ONE_IN = 16
Rows = list[dict[str, Any]]
Sheets = Mapping[str, Rows]

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]


@dataclass(frozen=True)
class Lived:
    """The plan of the replay, with the report and the exports after it."""

    published: Mapping[str, Any]
    plan: Plan
    report: Mapping[str, Mapping[str, Any]]
    csv: Sheets
    xlsx: Sheets


class Installation:
    """An installation for the replay, used through its command line and its address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mail = f"127.0.0.1:{free_port()}"
        self.environment = {
            **os.environ,
            "PLENARY_DATA": str(folder / "data"),
            "PLENARY_PORT": str(free_port()),
            "PLENARY_MAIL_SERVER": self.mail,
            "PLENARY_MAIL_TLS": "none",
        }

    async def plenary(self, *words: str) -> str:
        """Run a command and return its output. Fails when the command does."""
        process = await self.start(*words, stdout=asyncio.subprocess.PIPE)
        printed, _ = await process.communicate()
        assert process.returncode == 0, (self.folder / "log").read_text()
        return printed.decode()

    async def start(self, *words: str, stdout: int) -> asyncio.subprocess.Process:
        with (self.folder / "log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "server", *words, env=self.environment, stdout=stdout, stderr=log
            )


@pytest.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory, soak: bool) -> AsyncIterator[Lived]:
    """The result of the whole replay, which runs once."""
    published = read_published(1 if soak else ONE_IN)
    plan, here = draw_plan(published), Installation(tmp_path_factory.mktemp("replay"))
    await here.plenary("event", "create", "before", "--title", "Before", "--starts", f"{datetime.now(UTC):%Y-%m-%d}")
    link = (await here.plenary("event", "organiser", "before", ORGANISER, "--everywhere")).split()[-1]
    server = await here.start("serve", stdout=asyncio.subprocess.PIPE)
    try:
        assert server.stdout is not None
        url = (await asyncio.wait_for(server.stdout.readline(), OPENS_WITHIN_S)).decode().split()[-1]
        with Mailroom(asyncio.get_running_loop(), here.mail) as mailroom:
            await replay(plan, url, link, mailroom, print)
        yield Lived(published, plan, *await told(here, plan))
    finally:
        server.terminate()
        await server.wait()


async def told(here: Installation, plan: Plan) -> tuple[Mapping[str, Mapping[str, Any]], Sheets, Sheets]:
    """Import the posts, and return the report and both exports."""
    slug, folder = plan.event["slug"], here.folder
    posts = [f"{datetime.now(UTC).isoformat()},example,{impressions}" for impressions in plan.posts]
    (folder / "posts.csv").write_text("\n".join(["posted_at,network,impressions", *posts]))
    await here.plenary("event", "mentions", slug, str(folder / "posts.csv"))
    for kind in ("csv", "xlsx"):
        await here.plenary("export", slug, "--to", str(folder / kind), "--format", kind)
    return (
        json.loads(await here.plenary("report", slug, "--json")),
        {path.stem: read_csv(path) for path in (folder / "csv").glob("*.csv")},
        read_xlsx(next((folder / "xlsx").glob("*.xlsx"))),
    )


def read_csv(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_xlsx(path: Path) -> Sheets:
    workbook = CalamineWorkbook.from_path(str(path))
    tables = {name: workbook.get_sheet_by_name(name).to_python() for name in workbook.sheet_names}
    return {name: [dict(zip(rows[0], row, strict=True)) for row in rows[1:]] for name, rows in tables.items() if rows}


@pytest.fixture(params=["csv", "xlsx"])
def sheets(lived: Lived, request: pytest.FixtureRequest) -> Sheets:
    return getattr(lived, request.param)  # type: ignore[no-any-return]


def test_the_report_counts_every_registration_and_every_reaction(lived: Lived) -> None:
    figures = {name: figure["value"] for name, figure in lived.report.items()}
    assert figures["registrations"] == len(lived.plan.parts)
    assert figures["registrations_target"] == lived.plan.event["target"]
    assert figures["reactions_accepted"] == figures["reactions_tapped"] == sum(lived.plan.reactions().values())
    assert figures["reactors"] == sum(any(part.reactions) for part in lived.plan.parts)
    assert figures["hashtag_mentions"] == len(lived.plan.posts)
    assert figures["hashtag_impressions"] == sum(lived.plan.posts)


def test_the_report_states_each_share_with_its_numerator_and_denominator(lived: Lived) -> None:
    answers = lived.plan.answers()
    for name, figure in lived.report.items():
        if name.endswith("_share") and name.startswith(("watch_later", "recommend", "attend_again", "new_contact")):
            question, _, choice = name.removesuffix("_share").rpartition("_")
            if "caught_up" not in name:
                given = {said: n for (_, asked, said), n in answers.items() if asked == question}
                told = (figure["numerator"], figure["denominator"])
                assert figure["withheld"] or told == (given.get(choice, 0), sum(given.values())), name
        if name.startswith("stars_") and name.endswith("_mean"):
            stars = [
                said for part in lived.plan.parts if part.after and (said := part.after[name.removesuffix("_mean")])
            ]
            assert figure["value"] == statistics.fmean(map(int, stars)), name


def test_the_shift_is_the_mean_over_people_who_answered_twice(lived: Lived) -> None:
    pairs = [
        (part.before, int(part.after["understanding"]))
        for part in lived.plan.parts
        if part.before is not None and part.after is not None
    ]
    assert lived.report["understanding_pairs"]["value"] == len(pairs)
    shift = statistics.fmean(after - before for before, after in pairs)
    assert lived.report["understanding_shift_mean"]["value"] == pytest.approx(shift)


def test_the_published_figures_come_out(lived: Lived, soak: bool) -> None:
    published = lived.published
    figures = {name: figure["value"] for name, figure in lived.report.items() if not figure["withheld"]}
    assert figures["registrations"] == published["registrations"]
    assert figures["reactions_accepted"] == published["reactions"]
    means = {f"{name}_mean": mean for name, mean in published["mean"].items()}
    shares = {
        f"{question}_{said}_share": n for question, all_ in published["share"].items() for said, n in all_.items()
    }
    told = figures.keys() & shares.keys()
    one_person = 0 if soak else 1 / published["answered"]["after"]
    assert {name: figures[name] for name in means} == pytest.approx(means, abs=one_person)
    assert {name: figures[name] for name in told} == pytest.approx(
        {name: shares[name] for name in told}, abs=one_person
    )
    assert told


def test_every_reaction_is_a_row_of_the_export(lived: Lived, sheets: Sheets) -> None:
    titles = {row["session"]: row["title"] for row in sheets["sessions"]}
    assert Counter((titles[row["session"]], row["emoji"]) for row in sheets["reactions"]) == lived.plan.reactions()
    assert {row["outcome"] for row in sheets["reactions"]} == {"accepted"}


def test_every_answer_is_a_row_of_the_export_or_withheld_there(lived: Lived, sheets: Sheets) -> None:
    planned = lived.plan.answers()
    rows = [row for row in sheets["answers"] if row["question"] != "learned"]
    assert Counter((row["survey"], row["question"]) for row in rows) == Counter(
        {(wave, question): 0 for wave, question, _ in planned}
    ) + sum((Counter({(wave, question): n}) for (wave, question, _), n in planned.items()), Counter())
    told_of = Counter(
        (row["survey"], row["question"], row["text"] or int(float(row["number"])))
        for row in rows
        if str(row["withheld"]).lower() not in ("true", "1", "yes")
    )
    assert told_of
    assert {answer: planned[answer] for answer in told_of} == told_of


def test_the_figures_of_the_export_are_those_of_the_report(lived: Lived, sheets: Sheets) -> None:
    stated = {row["figure"]: row["value"] for row in sheets["figures"]}
    for name, figure in lived.report.items():
        if isinstance(figure["value"], int | float):
            assert float(stated[name]) == pytest.approx(figure["value"]), name
