"""The security log in the console: who did what to whom from where, to read and to take along."""

import asyncio
import tempfile
import uuid
from pathlib import Path
from typing import NamedTuple

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from server.analytics.export import files
from server.analytics.export.sheets import Column, Sheet
from server.models import Event
from server.rules.permissions import allows
from server.rules.security_log import ACTS, KEPT
from server.store import people, security_log
from server.store.security_log import LoggedAct
from server.web.entrance import entering
from server.web.paging import page_of, pages
from server.web.security_log import acting, note
from server.web.templating import render

COLUMNS = (
    Column("at", "The moment of the act, in UTC."),
    Column("person", "The id of the person who acted; empty for a stranger, the command line and the application."),
    Column("role", "Their strongest role there, or the command line."),
    Column("action", "The act: an action of the table of permissions, a sign-in, or a change of rights."),
    Column("detail", "The button that was pressed, else the verb of the page; or the role that was given or taken."),
    Column("subject", "The kind of thing or person that the act was about."),
    Column("subject_id", "Its id."),
    Column("address", "The network address from which the request came."),
    Column("outcome", "done; refused; or full: refused, and later refusals of that hour were not noted."),
)
ABOUT = (
    f"The security log of the event and of its crew, the newest first, kept for {KEPT.days} days. It holds ids and "
    "words of the program, never anything that somebody typed."
)


class LogFilter(NamedTuple):
    """The filter that an address asks for; a part that is none is left out."""

    action: str
    person_id: uuid.UUID | None

    def query(self) -> dict[str, str]:
        return {"action": self.action, "person": str(self.person_id or "")}


async def index(request: Request) -> Response:
    """One page of the log; `?action=` shows one kind of act, `?person=` those of or about one person."""
    wanted = wanted_by(request)
    async with entering(request, "log.read") as (db, event):
        acts, total = await security_log.entries_of(
            db, event.id, everywhere=is_everywhere(request, event), page=page_of(request), **wanted._asdict()
        )
        known = await people.with_ids(db, [wanted.person_id]) if wanted.person_id else []
    return render(
        request,
        "console/security_log/index.html",
        acts=acts,
        total=total,
        wanted=wanted,
        person=known[0].name if known else "",
        words=ACTS,
        kept_days=KEPT.days,
        pages=pages(total, security_log.PAGE, page_of(request)),
    )


async def export(request: Request) -> Response:
    """Everything that the filter finds as CSV, with a readme, in one archive. The export is noted before it leaves."""
    wanted = wanted_by(request)
    async with entering(request, "log.read") as (db, event):
        acts, _ = await security_log.entries_of(
            db, event.id, everywhere=is_everywhere(request, event), page=None, **wanted._asdict()
        )
    async with acting(request) as db:
        note(request, db, "log.read")
    folder = tempfile.TemporaryDirectory(prefix="plenary-export-")
    path = Path(folder.name) / f"{event.slug}-security-log.csv.zip"
    await asyncio.to_thread(lambda: files.write_zip([sheet_of(acts)], path, lambda name: None))
    headers = {"cache-control": "private, no-store"}
    return FileResponse(
        path,
        filename=path.name,
        media_type="application/zip",
        headers=headers,
        background=BackgroundTask(folder.cleanup),
    )


def sheet_of(acts: list[LoggedAct]) -> Sheet:
    """The entries as a sheet, without names."""
    rows = [
        (
            entry.at.isoformat(timespec="seconds"),
            str(entry.person_id or ""),
            entry.role,
            entry.action,
            entry.detail,
            entry.subject,
            str(entry.subject_id or ""),
            entry.address,
            entry.outcome,
        )
        for entry, _, _ in acts
    ]
    return Sheet("security_log", ABOUT, COLUMNS, rows)


def wanted_by(request: Request) -> LogFilter:
    action = request.query_params.get("action", "")
    try:
        person_id = uuid.UUID(request.query_params.get("person", ""))
    except ValueError:
        person_id = None
    return LogFilter(action if action in ACTS else "", person_id)


def is_everywhere(request: Request, event: Event) -> bool:
    """True for an organiser of the whole installation, who sees the sign-ins of everybody."""
    return allows(request.state.viewer.grants, "log.read", event_id=None)
