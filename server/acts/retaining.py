"""The promises to people about their data: an event's privacy notice, its retention day, and news of a later one."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from server.acts.privacy_form import NoticeForm, RetentionForm
from server.mail.occasions import EventMail
from server.models import Event, RetentionMove
from server.rules.retention import trouble_with
from server.rules.wording import plural, whole_date
from server.running.jobs import HeldJob, JobKind
from server.store import jobs, people, registrations, retention
from server.store.engine.database import Database
from server.web.errors import Conflict

TELLING = "retention news"
"""The kind of job that tells people of a later retention day."""
AT_ONCE = 20
"""The number of people to whom one transaction writes."""
NO_CONTROLLER = (
    "Please say first who is responsible for people’s data and whom they can ask: in the console, under Privacy."
    " Then the event can open."
)


def must_name_controller(event: Event) -> None:
    """Raises Conflict for an event that does not name its controller and a contact."""
    if not event.names_controller:
        raise Conflict(NO_CONTROLLER)


async def change_notice(db: AsyncSession, event: Event, form: NoticeForm) -> None:
    """Keep the organiser's part of the privacy notice."""
    await retention.change(db, event.id, **form.model_dump())


async def problems(db: AsyncSession, event: Event, form: RetentionForm, now: datetime) -> dict[str, str]:
    """The reasons against a new retention day, a sentence by field.

    People were told the present day when they registered. It may become earlier; a later one needs a reason, which
    they are told (UK GDPR, Articles 5(1)(e) and 13(2)(a)).
    """
    if trouble := trouble_with(event, form.retention_on, now):
        return {"retention_on": trouble}
    told = len(await registrations.standing(db, event.id))
    if form.retention_on <= event.retention_day or not told or form.reason:
        return {}
    number = plural(told, "person was told", "people were told")
    return {
        "reason": f"{number} that it is {whole_date(event.retention_day)}. Please give a reason: it is mailed to them."
    }


async def move_day(db: AsyncSession, event: Event, form: RetentionForm, now: datetime) -> None:
    """Set the retention day. People who know an earlier one are told by mail. The form has none of the `problems`."""
    before = event.retention_day
    await retention.change(db, event.id, retention_on=form.retention_on)
    if form.retention_on > before and await registrations.standing(db, event.id):
        move = await retention.note_move(db, event.id, before, form.retention_on, form.reason, now)
        await jobs.ask(db, TELLING, move.id, event_id=event.id, now=now)


async def tell(app: Starlette, held: HeldJob) -> None:
    """Write to everybody who is registered that the retention day is later, to each person once."""
    database: Database = app.state.db
    async with database.reading() as db:
        move = await db.get(RetentionMove, held.job.subject_id)
        event = await db.get(Event, move.event_id) if move else None
        told = await registrations.standing(db, event.id) if event else []
    if move is None or event is None:
        return
    for begin in range(0, len(told), AT_ONCE):
        await _write_to(database, event, move, told[begin : begin + AT_ONCE], app.state.settings.base_url)
        held.progress(min(begin + AT_ONCE, len(told)), len(told))


async def _write_to(database: Database, event: Event, move: RetentionMove, some: "list[UUID]", base_url: str) -> None:
    async with database.writing() as db:
        mail = EventMail(db, event, base_url, move.moved_at)
        for person in await people.with_ids(db, some):
            await mail.retention_moved(person, move)


RETENTION_NEWS = JobKind(TELLING, tell)
