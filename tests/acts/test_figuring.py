"""Figures and exports are read and computed by a child process, whose troubles are told as the server's own."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest

from server.acts import figuring
from server.analytics.figures import TOO_FEW, Figure
from server.analytics.passing import lines_of, report_of
from server.analytics.report import report
from server.models import Event
from server.running import child
from server.running.child import ChildFailed
from server.store import figures
from server.store.engine.availability import Trouble
from server.store.engine.database import Database
from server.web.errors import OF_TROUBLE
from tests.factory import Factory

ADDRESSES = ("report", "report/export.csv.zip", "report/export.xlsx", "report/export.json")


@pytest.fixture
async def event(make: Factory, client: httpx.AsyncClient) -> Event:
    """An event with some delegates, whose organiser's browser is the client."""
    event = await make.event(target=3)
    await make.session(event, title="Hearts & <minds>")
    for number in range(6):
        await make.delegate(event, sector="NHS" if number < 5 else "Resident")
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    return event


@pytest.mark.parametrize("address", ADDRESSES)
async def test_the_server_itself_reads_no_rows_for_figures(
    client: httpx.AsyncClient, event: Event, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the rows were read on the event loop")

    monkeypatch.setattr(figures, "ReactionFact", refuse)
    monkeypatch.setattr(figures, "Facts", refuse)
    assert (await client.get(f"/{event.slug}/{address}")).status_code == 200


async def test_figures_pass_between_processes_unchanged(database: Database, event: Event) -> None:
    async with database.reading() as db:
        computed = report(await figures.facts_of(db, event))
    computed["understanding_mean"] = Figure("understanding_mean", why=TOO_FEW)
    computed["learned"] = Figure("learned", ("Housing “is”\nhealth\u2028", "done 42 %"))
    assert report_of(lines_of(computed)) == computed
    assert any(figure.cells for figure in computed.values())
    assert any(figure.interval for figure in computed.values())


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_killed_child_is_tried_again(
    client: httpx.AsyncClient, event: Event, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str
) -> None:
    mark = tmp_path / "killed"
    dies_once = (
        "import os, pathlib, runpy\n"
        f"mark = pathlib.Path({str(mark)!r})\n"
        "if not mark.exists():\n"
        "    mark.touch()\n"
        "    os.kill(os.getpid(), 9)\n"
        "runpy.run_module('server.acts.figuring', run_name='__main__')\n"
    )
    monkeypatch.setattr(figuring, "WORDS", (sys.executable, "-c", dies_once))
    assert (await client.get(f"/{event.slug}/{address}")).status_code == 200
    assert mark.exists()


@pytest.mark.parametrize("address", ADDRESSES)
async def test_a_child_that_is_killed_again_is_told_plainly(
    client: httpx.AsyncClient, event: Event, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(figuring, "WORDS", (sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"))
    answer = await client.get(f"/{event.slug}/{address}")
    assert answer.status_code == 503
    assert "Please try again in a few minutes" in answer.text


@pytest.mark.parametrize("trouble", Trouble)
async def test_trouble_in_the_child_is_told_as_trouble_here(
    client: httpx.AsyncClient, event: Event, monkeypatch: pytest.MonkeyPatch, trouble: Trouble
) -> None:
    monkeypatch.setattr(figuring, "WORDS", (sys.executable, "-c", f"raise SystemExit({trouble.value!r})"))
    answer = await client.get(f"/{event.slug}/report")
    assert answer.status_code == 503
    assert OF_TROUBLE[trouble][0] in answer.text


async def test_the_child_finds_the_trouble_that_it_has(event: Event, tmp_path: Path) -> None:
    task = figuring.Task(f"sqlite+aiosqlite:///{tmp_path}/missing/plenary.sqlite3", str(event.id))
    with pytest.raises(ChildFailed, match=f"^{Trouble.GONE.value}$"):
        await child.run(figuring.WORDS, given=json.dumps(asdict(task)).encode())
