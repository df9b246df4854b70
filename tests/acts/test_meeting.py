"""Each refusal at a table has a sentence that says what to do instead."""

import ast
import inspect

import pytest

from server.acts import meeting
from server.models import Event
from server.store import seating
from server.store.engine.database import Database
from server.web.errors import Conflict
from tests.factory import Factory


def reasons() -> set[str]:
    """The reasons for which the seating refuses an act."""
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(seating))) if isinstance(node, ast.Call)]
    raised = [call.args[0] for call in calls if getattr(call.func, "id", "") == "SeatRefused"]
    return {reason.value for reason in raised if isinstance(reason, ast.Constant) and isinstance(reason.value, str)}


def test_every_reason_has_its_sentence() -> None:
    assert reasons() == set(meeting.REFUSALS)


async def test_the_host_is_told_that_a_free_seat_is_free(make: Factory, database: Database) -> None:
    event: Event = await make.event()
    table = await make.table(event, await make.speaker(event), seats=2)
    with pytest.raises(Conflict, match="free already"):
        async with database.writing() as db:
            await meeting.free_seat(db, table, 1, now=event.created_at)
