"""The accounts of a session's reactions on the wire, in the report and in the export."""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from sqlmodel import select

from rooms.protocol import EMOJI
from server.analytics.export.reactions import REASONS
from server.models import Reaction
from server.store.engine.database import Database
from tests.live.killable import Killable
from tests.live.page import opened


async def everything_agrees(
    database: Database, server: Killable, slug: str, room: str, crew: dict[str, str], folder: Path
) -> int:
    """Hold the room's ledger, the report and the export against the stored rows. Returns the number of rows."""
    async with database.reading() as db:
        rows = (await db.exec(select(Reaction))).all()
    outcomes = Counter(row.outcome for row in rows)
    ledger = {
        "tapped": len(rows),
        "accepted": outcomes["accepted"],
        "refused": {reason: n for reason, n in outcomes.items() if reason != "accepted"},
        "dropped": 0,
    }
    async with opened(server.base, crew, room) as console:
        await console.until(lambda page: page.rooms[room]["ledger"] == ledger)
    report = await report_of(server, slug)
    assert report["reactions_tapped"]["value"] == len(rows)
    assert report["reactions_accepted"]["value"] == outcomes["accepted"]
    assert report["reactions_refused"]["value"] == len(rows) - outcomes["accepted"]
    emoji = Counter(row.emoji for row in rows if row.outcome == "accepted")
    told = {cell["key"]: cell["value"] for cell in report["reactions_by_emoji"]["value"]}
    assert told == {name: emoji[name] for name in EMOJI}
    sheets = await export_of(server, slug, folder)
    exported = Counter((row["sender"], row["n"], row["emoji"], row["outcome"]) for row in sheets["reactions"])
    assert exported == Counter((row.sender, row.n, row.emoji, row.outcome) for row in rows)
    [sheet] = sheets["ledger"]
    assert (sheet["tapped"], sheet["accepted"], sheet["agrees"]) == (len(rows), outcomes["accepted"], True)
    assert {reason: sheet[reason] for reason in REASONS} == {reason: outcomes[reason] for reason in REASONS}
    assert all(row["tally"] == row["rows"] for row in sheets["tallies"])
    return len(rows)


async def report_of(server: Killable, slug: str) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(await told_by(server, "report", slug, "--json"))
    return report


async def export_of(server: Killable, slug: str, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Read every sheet's rows, by the sheet's name."""
    await told_by(server, "export", slug, "--to", str(folder), "--format", "json")
    return read_sheets(folder)


def read_sheets(folder: Path) -> dict[str, list[dict[str, Any]]]:
    [file] = folder.glob("*.json")
    sheets: dict[str, list[dict[str, Any]]] = json.loads(file.read_text())
    return sheets


async def told_by(server: Killable, *words: str) -> str:
    """Run one of Plenary's commands over the server's database and return its output."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "server", *words), env=server.environment, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed.decode()
