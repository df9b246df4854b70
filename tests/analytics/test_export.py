"""Exports hold the stored rows, name people only on request, and contain nothing that a spreadsheet would run."""

import csv
import json
import uuid
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from server.acts import exporting
from server.analytics.export import files, sheets_of
from server.analytics.export.sheets import Sheet, readme
from server.analytics.export.telling import Telling
from server.models import Announcement, Attendance, Event, Person, Reaction, Session, TableStay, Tally
from server.store import surveys
from server.store.engine.database import Database
from tests.factory import Factory

BEGAN = datetime(2026, 6, 28, 9, 0, tzinfo=UTC)
SECRET = b"s" * 32
FORMULA = '=HYPERLINK("https://example.org","win")'
SECTORS = ["NHS"] * 6 + ["Resident"] * 2


@dataclass
class Story:
    """An event of eight delegates: six answered both surveys, all eight reacted, and one has a formula as a name."""

    event: Event
    session: Session
    people: list[Person]


async def tell(make: Factory, database: Database) -> Story:
    event = await make.event()
    session = await make.session(event, started_at=BEGAN, ended_at=BEGAN + timedelta(minutes=30), state="ended")
    table = await make.table(event, title="+44 table")
    people = []
    for n, sector in enumerate(SECTORS):
        person = await make.person(f"Delegate{n}" if n else FORMULA, email=f"secret{n}@example.org")
        more = {"sector": sector, "place": "Basildon", "organisation": "Hidden Trust", "access_note": "needs a lift"}
        await make.registration(event, person, created_at=BEGAN - timedelta(days=30, minutes=n), **more)
        people.append(person)
    async with database.writing() as db:
        await surveys.add_published(db, event, "the system")
        for n, person in enumerate(people):
            db.add(reaction(session, person, 1))
            db.add(reaction(session, person, 2, "credits"))
            stay = {"started_at": BEGAN, "seen_at": BEGAN + timedelta(minutes=n + 1)}
            db.add(Attendance(session_id=session.id, person_id=person.id, **stay))
        db.add(Tally(session_id=session.id, wave="live", emoji="clap", n=len(people)))
        db.add(TableStay(table_id=table.id, person_id=people[0].id, sat_at=BEGAN))
        db.add(Announcement(event_id=event.id, person_id=people[0].id, text="@everyone: lunch", created_at=BEGAN))
        await db.flush()
        for wave, number in (("before", 6), ("after", 8)):
            survey = await surveys.with_slug(db, event.id, wave)
            assert survey is not None
            for person in people[:6]:
                await surveys.answer(db, survey, person.id, {"understanding": number})
        assert survey is not None
        for n, person in enumerate(people[:4]):
            said = {"understanding": 8, "learned": f"Verbatim {n}", "recommend": "yes"}
            await surveys.answer(db, survey, person.id, said)
    return Story(event, session, people)


def reaction(session: Session, person: Person, n: int, outcome: str = "accepted") -> Reaction:
    at = BEGAN + timedelta(seconds=n)
    key = {"person_id": person.id, "sender": "a" * 16, "n": n}
    times = {"media_at": at, "received_at": at + timedelta(seconds=5)}
    return Reaction(session_id=session.id, emoji="clap", outcome=outcome, **key, **times)


async def told(database: Database, story: Story, *, identified: bool = False) -> Telling:
    async with database.reading() as db:
        return await exporting.telling(db, story.event, SECRET, identified=identified)


async def sheets_by_name(database: Database, story: Story, *, identified: bool = False) -> dict[str, list[Any]]:
    sheets = sheets_of(await told(database, story, identified=identified))
    return {sheet.name: [dict(zip(sheet.names, row, strict=True)) for row in sheet.rows] for sheet in sheets}


def quiet(name: str) -> None:
    """Ignore the progress of an export."""


def everything(folder: Path) -> str:
    """All text of the files in a folder, including files inside archives."""
    text = ""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".xlsx", ".zip"):
            with zipfile.ZipFile(path) as archive:
                text += "".join(archive.read(name).decode(errors="replace") for name in archive.namelist())
        elif path.is_file():
            text += path.read_text(encoding="utf-8")
    return text


def write_all(sheets: list[Sheet], folder: Path) -> Path:
    for kind in ("csv", "xlsx", "json"):
        files.write(sheets, folder, kind, "event", quiet)
    return folder


async def test_every_reaction_is_a_row_and_the_ledger_agrees(make: Factory, database: Database) -> None:
    sheets = await sheets_by_name(database, await tell(make, database))
    assert Counter(row["outcome"] for row in sheets["reactions"]) == {"accepted": 8, "credits": 8}
    first = sheets["reactions"][0]
    assert first["media_at"] == "2026-06-28T10:00:01.000+01:00"
    assert first["received_at"] == "2026-06-28T10:00:06.000+01:00"
    [line] = sheets["ledger"]
    assert (line["tapped"], line["accepted"], line["refused"], line["tally"], line["agrees"]) == (16, 8, 8, 8, True)
    figures = {row["figure"]: row["value"] for row in sheets["figures"]}
    assert figures["reactions_accepted"] == 8


async def test_the_three_formats_hold_the_same_rows(make: Factory, database: Database, tmp_path: Path) -> None:
    sheets = sheets_of(await told(database, await tell(make, database)))
    folder = write_all(sheets, tmp_path / "out")
    as_json = json.loads((folder / "event.json").read_text(encoding="utf-8"))
    workbook = CalamineWorkbook.from_path(folder / "event.xlsx")
    for sheet in sheets:
        with (folder / f"{sheet.name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert header == sheet.names
        assert rows == [["" if v is None else str(files.escaped(v)) for v in row] for row in sheet.rows]
        assert [list(row.values()) for row in as_json[sheet.name]] == [list(row) for row in sheet.rows]
        book_header, *book_rows = workbook.get_sheet_by_name(sheet.name).to_python()
        assert book_header == sheet.names
        assert [list(row) for row in book_rows] == [["" if v is None else v for v in row] for row in sheet.rows]


async def test_a_pseudonymised_export_names_no_one(make: Factory, database: Database, tmp_path: Path) -> None:
    story = await tell(make, database)
    text = everything(write_all(sheets_of(await told(database, story)), tmp_path / "out"))
    for secret in ("Delegate", "secret", "Hidden Trust", "needs a lift", "HYPERLINK"):
        assert secret not in text
    assert not any(str(person.id) in text or person.id.hex in text for person in story.people)


async def test_names_come_only_when_asked_for_and_never_to_answers(make: Factory, database: Database) -> None:
    sheets = await sheets_by_name(database, await tell(make, database), identified=True)
    assert {row["name"] for row in sheets["registrations"]} == {FORMULA, *(f"Delegate{n}" for n in range(1, 8))}
    assert {row["sector"] for row in sheets["registrations"]} == set(SECTORS)
    assert "name" not in sheets["answers"][0]
    people = {row["person"] for row in sheets["registrations"]}
    assert people == {row["person"] for row in sheets["reactions"]}
    assert not people & {row["respondent"] for row in sheets["answers"]}


async def test_answers_pair_by_respondent_and_carry_no_time(make: Factory, database: Database) -> None:
    sheets = await sheets_by_name(database, await tell(make, database))
    numbers: dict[str, dict[str, int]] = {}
    for row in sheets["answers"]:
        assert not any(name.endswith("_at") for name in row)
        if row["question"] == "understanding":
            numbers.setdefault(row["respondent"], {})[row["survey"]] = row["number"]
    assert list(numbers.values()) == [{"after": 8, "before": 6}] * 6


async def test_what_four_people_said_is_in_no_file(make: Factory, database: Database, tmp_path: Path) -> None:
    story = await tell(make, database)
    folder = write_all(sheets_of(await told(database, story)), tmp_path / "out")
    assert "Verbatim" not in everything(folder)
    rows = [row for row in json.loads((folder / "event.json").read_text())["answers"] if row["question"] == "recommend"]
    assert len(rows) == 4
    assert all(row["text"] == "withheld" and row["withheld"] for row in rows)


async def test_a_small_sector_cannot_be_counted_from_the_rows(make: Factory, database: Database) -> None:
    sheets = await sheets_by_name(database, await tell(make, database))
    assert {row["sector"] for row in sheets["registrations"]} == {"withheld"}
    breakdown = {row["key"]: row for row in sheets["breakdowns"] if row["figure"] == "registrations_by_sector"}
    assert all(row["withheld"] and row["value"] is None for row in breakdown.values())


async def test_no_cell_of_a_spreadsheet_can_run(make: Factory, database: Database, tmp_path: Path) -> None:
    sheets = sheets_of(await told(database, await tell(make, database), identified=True))
    folder = write_all(sheets, tmp_path / "out")
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert not [cell for cell in cells if cell.startswith(files.FORMULA) and not _is_number(cell)]
    assert f"'{FORMULA}".replace('"', '""') in (folder / "registrations.csv").read_text()
    with zipfile.ZipFile(folder / "event.xlsx") as book:
        worksheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
    assert not any("<f>" in text or "<hyperlink" in text for text in worksheets)
    rows = CalamineWorkbook.from_path(folder / "event.xlsx").get_sheet_by_name("registrations").to_python()
    assert any(FORMULA in row for row in rows)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("begins", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1"])
def test_text_that_a_spreadsheet_would_run_is_escaped_and_numbers_are_not(begins: str) -> None:
    assert files.escaped(begins) == f"'{begins}"
    assert files.escaped(-1.5) == -1.5
    assert files.escaped("a=1") == "a=1"
    assert files.escaped(True) == "true"


async def test_the_same_rows_make_the_same_bytes(make: Factory, database: Database, tmp_path: Path) -> None:
    story = await tell(make, database)
    first, second = [write_all(sheets_of(await told(database, story)), tmp_path / name) for name in ("one", "two")]
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        assert (first / name).read_bytes() == (second / name).read_bytes(), name


async def test_every_column_is_explained(make: Factory, database: Database, tmp_path: Path) -> None:
    sheets = sheets_of(await told(database, await tell(make, database), identified=True))
    explained = {(row[0], row[1]) for row in readme(sheets).rows}
    assert explained == {("", "")} | {(sheet.name, name) for sheet in sheets for name in ["", *sheet.names]}
    folder = write_all(sheets, tmp_path / "out")
    prose = (folder / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in prose for sheet in sheets for name in sheet.names)
    assert CalamineWorkbook.from_path(folder / "event.xlsx").sheet_names[0] == "readme"


def small() -> list[Sheet]:
    from server.analytics.export.sheets import Column

    return [Sheet("numbers", "Numbers.", [Column("n", "A number.")], [(n,) for n in range(7)])]


def test_an_export_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(name: str) -> None:
        raise OSError("the disk is full")

    for kind in ("csv", "xlsx", "json"):
        with pytest.raises(OSError, match="full"):
            files.write(small(), tmp_path / "out", kind, "event", fail)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_export_is_replaced_whole(tmp_path: Path) -> None:
    to = tmp_path / "out"
    to.mkdir()
    (to / "numbers.csv").write_text("old")
    (to / "notes.txt").write_text("mine")
    made = files.write(small(), to, "csv", "event", quiet)
    assert [path.name for path in made] == ["README.md", "numbers.csv"]
    assert (to / "numbers.csv").read_text().splitlines()[1] == "0"
    assert (to / "notes.txt").read_text() == "mine"


def test_a_sheet_too_long_for_one_worksheet_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "XLSX_ROWS", 3)
    [made] = files.write(small(), tmp_path, "xlsx", "event", quiet)
    book = CalamineWorkbook.from_path(made)
    assert book.sheet_names == ["readme", "numbers", "numbers 2", "numbers 3"]
    assert [len(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names[1:]] == [4, 4, 2]


def test_an_archive_holds_the_csv_files(tmp_path: Path) -> None:
    path = tmp_path / "event.zip"
    files.write_zip(small(), path, quiet)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["README.md", "numbers.csv"]
    assert list(tmp_path.iterdir()) == [path]


async def test_another_installation_knows_people_by_other_names(make: Factory, database: Database) -> None:
    story = await tell(make, database)
    async with database.reading() as db:
        other = await exporting.telling(db, story.event, b"t" * 32)
    ours = await told(database, story)
    someone = uuid.uuid4()
    assert ours.person(someone) != other.person(someone)
    assert ours.person(someone) != ours.respondent(someone)


FINENESS = {
    ("registrations", "registered_at"): "2026-05-29",
    ("registrations", "confirmed_at"): "2026-05-29",
    ("registrations", "cancelled_at"): "2026-05-29",
    ("attendance", "first_at"): "2026-06-28T10:00:00+01:00",
    ("attendance", "last_at"): "2026-06-28T10:00:00+01:00",
    ("stays", "started_at"): "2026-06-28T10:00:00+01:00",
    ("stays", "seen_at"): "2026-06-28T10:00:00+01:00",
    ("table_stays", "sat_at"): "2026-06-28T10:00:00+01:00",
    ("table_stays", "left_at"): "2026-06-28T10:00:00+01:00",
    ("reactions", "media_at"): "2026-06-28T10:00:00.000+01:00",
    ("reactions", "received_at"): "2026-06-28T10:00:00.000+01:00",
}
"""Every time beside a person, with an example of the finest form that its use needs.

Registrations are counted by day, stays are added up in minutes, and reactions are drawn along the programme.
"""


async def test_no_time_of_a_person_is_finer_than_its_use(make: Factory, database: Database) -> None:
    sheets = sheets_of(await told(database, await tell(make, database)))
    personal = [sheet for sheet in sheets if "person" in sheet.names]
    assert {(sheet.name, name) for sheet in personal for name in sheet.names if name.endswith("_at")} == set(FINENESS)
    for sheet in personal:
        for row in sheet.rows:
            for name, value in zip(sheet.names, row, strict=True):
                if name.endswith("_at") and value is not None:
                    assert len(str(value)) <= len(FINENESS[sheet.name, name]), (sheet.name, name, value)
