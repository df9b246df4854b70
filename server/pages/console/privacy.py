"""The organiser's part of the privacy notice, the retention day, and a preview of what happens on that day."""

from datetime import UTC, datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from server.acts import retaining
from server.acts.privacy_form import NoticeForm, RetentionForm
from server.models import Event
from server.rules.retention import ANONYMOUS, FATES, GOES, is_due, is_over
from server.store import jobs, registrations, retention
from server.web.entrance import entering
from server.web.forms import FormState, read_form
from server.web.templating import redirect, render


async def edit(request: Request) -> Response:
    async with entering(request, "event.edit", is_long=True) as (db, event):
        return await page(request, db, event, FormState(values_of(event)))


async def update(request: Request) -> Response:
    """Keep the organiser's part of the notice."""
    form = await read_form(request, NoticeForm)
    async with entering(request, "event.edit", writing=True, is_long=True) as (db, event):
        if form.input is None:
            return await page(request, db, event, form.with_values(retention_on=event.retention_day), 422)
        await retaining.change_notice(db, event, form.input)
    return redirect(request, "console_privacy", event=event.slug, notice="saved")


async def move_day(request: Request) -> Response:
    """Set the retention day."""
    form = await read_form(request, RetentionForm)
    now = datetime.now(UTC)
    async with entering(request, "event.edit", writing=True, is_long=True) as (db, event):
        if form.input is not None:
            form = form.with_errors(await retaining.problems(db, event, form.input, now))
        if form.input is None:
            return await page(request, db, event, form.with_values(**notice_of(event)), 422)
        is_later = form.input.retention_on > event.retention_day
        await retaining.move_day(db, event, form.input, now)
        is_told = is_later and bool(await registrations.standing(db, event.id))
    notice = "retention-later" if is_told else "retention-day"
    return redirect(request, "console_privacy", event=event.slug, notice=notice)


async def page(
    request: Request, db: AsyncSession, event: Event, form: FormState[Any], status_code: int = 200
) -> Response:
    """The page, with both forms as they stand."""
    begun = is_over(event) or (is_due(event, datetime.now(UTC)) and event.anonymised)
    found = event.anonymised if begun else await retention.counts(db, event.id)
    fates = {kind: rows_of(kind, found) for kind in (ANONYMOUS, GOES)}
    return render(
        request,
        "console/privacy/show.html",
        status_code=status_code,
        form=form,
        fates=fates,
        stays=await retention.stays(db, event.id),
        moves=await retention.moves_of(db, event.id),
        told=len(await registrations.standing(db, event.id)),
        job=await jobs.job_of(db, retention.KIND, event.id),
        is_over=is_over(event),
        is_due=is_due(event, datetime.now(UTC)),
    )


def rows_of(kind: str, found: dict[str, int]) -> list[tuple[str, str, int]]:
    """The words, the meaning and the number of rows of each relation with this fate."""
    return [(fate.words, fate.meaning, found.get(name, 0)) for name, fate in FATES.items() if fate.kind == kind]


def values_of(event: Event) -> dict[str, Any]:
    """An event as the two forms show it."""
    return {**notice_of(event), "retention_on": event.retention_day}


def notice_of(event: Event) -> dict[str, Any]:
    """The organiser's part of the notice as its form shows it."""
    return {name: getattr(event, name) for name in NoticeForm.model_fields}
