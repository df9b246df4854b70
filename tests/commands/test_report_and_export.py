"""`plenary report` and `plenary export`: output, files and exit codes."""

import asyncio
import csv
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from server.__main__ import main
from server.analytics.definitions import definitions
from server.models import Event
from server.settings import Settings
from server.store import surveys
from server.store.engine.database import Database
from tests.factory import Factory

Plenary = Callable[..., Awaitable[int]]


@pytest.fixture
def plenary(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Plenary:
    """Run a command on the test's database, in a thread, because the command has an event loop of its own."""
    monkeypatch.setenv("PLENARY_DATA", str(settings.data))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    return lambda *words: asyncio.to_thread(main, [str(word) for word in words])


@pytest.fixture
async def event(make: Factory, database: Database) -> Event:
    """An event of six delegates who answered 6 before and 8 after; four of them wrote what they learnt."""
    event = await make.event(slug="conference", target=3)
    people = [await make.delegate(event, f"Delegate{n}") for n in range(6)]
    async with database.writing() as db:
        await surveys.add_published(db, event, "the system")
        for wave, number in (("before", 6), ("after", 8)):
            survey = await surveys.with_slug(db, event.id, wave)
            assert survey is not None
            for n, person in enumerate(people):
                learned = {"learned": "A verbatim"} if wave == "after" and n < 4 else {}
                await surveys.answer(db, survey, person.id, {"understanding": number, **learned})
    return event


async def test_the_json_report_has_every_figure_under_its_name(
    plenary: Plenary, event: Event, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await plenary("report", event.slug, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == list(definitions())
    assert told["registrations"]["value"] == 6
    assert told["registrations_target"]["value"] == 3
    assert told["understanding_shift_mean"]["value"] == 2
    assert told["understanding_shift_mean"]["denominator"] == 6
    assert told["learned"]["withheld"] is True
    assert told["learned"]["value"] is None
    assert set(told["learned"]) == {"value", "numerator", "denominator", "withheld", "definition"}


async def test_the_text_report_says_the_same_in_words(
    plenary: Plenary, event: Event, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await plenary("report", event.slug) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == event.title
    assert any(line.startswith("Share of the target") and "2.0 times" in line for line in lines)
    assert any(line.startswith("Paired shift ") and "2.0" in line and "6 people" in line for line in lines)
    assert any(line.startswith("What people learnt") and "withheld" in line for line in lines)
    assert not any("A verbatim" in line for line in lines)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
async def test_an_export_prints_the_files_it_made(
    plenary: Plenary, event: Event, capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    to = tmp_path / "not yet" / "there"
    assert await plenary("export", event.slug, "--to", to, "--format", kind) == 0
    printed = capsys.readouterr()
    assert sorted(printed.out.split("\n")[:-1]) == sorted(str(path) for path in to.iterdir())
    assert "writing figures" in printed.err


async def test_names_are_exported_only_when_asked_for(plenary: Plenary, event: Event, tmp_path: Path) -> None:
    for folder, flags in (("plain", []), ("named", ["--identified"])):
        assert await plenary("export", event.slug, "--to", tmp_path / folder, *flags) == 0
    assert "Delegate3" not in (tmp_path / "plain" / "registrations.csv").read_text()
    with (tmp_path / "named" / "registrations.csv").open(newline="") as file:
        assert {row["name"] for row in csv.DictReader(file)} == {f"Delegate{n}" for n in range(6)}


@pytest.mark.parametrize("slug", ["nowhere", "<b>", "", "x" * 400, "demo\x00"])
async def test_a_slug_without_an_event_is_one_line_and_exit_code_two(
    plenary: Plenary, capsys: pytest.CaptureFixture[str], tmp_path: Path, slug: str
) -> None:
    for words in (["report", slug], ["export", slug, "--to", tmp_path / "out"]):
        assert await plenary(*words) == 2
        complaint = capsys.readouterr().err
        assert complaint.startswith("plenary: there is no event")
        assert complaint.count("\n") == 1
    assert not (tmp_path / "out").exists()


async def test_a_folder_that_cannot_be_written_is_one_line_and_exit_code_two(
    plenary: Plenary, event: Event, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert await plenary("export", event.slug, "--to", tmp_path / "file") == 2
    assert "cannot write into" in capsys.readouterr().err.splitlines()[-1]
    assert (tmp_path / "file").read_text() == "in the way"
