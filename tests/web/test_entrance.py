"""The way into a page: its event is read once, and an error undoes what was written."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from server.trust.sign_in import NOBODY
from server.web.entrance import entering, event_at, person_who
from server.web.errors import NotFound, SignInNeeded
from tests.factory import Factory


def a_request(app: Starlette, event: str) -> Request:
    """A stranger's request for a page of an event."""
    scope = {"type": "http", "app": app, "path_params": {"event": event}, "state": {"viewer": NOBODY}}
    return Request(scope)


async def test_a_request_reads_its_event_once(app: Starlette, make: Factory) -> None:
    request = a_request(app, (await make.event()).slug)
    known = await event_at(request)
    async with entering(request) as (_, event):
        assert event is known


async def test_a_stranger_is_stopped_before_the_page_begins(app: Starlette, make: Factory) -> None:
    request = a_request(app, (await make.event()).slug)
    with pytest.raises(SignInNeeded):
        async with entering(request, "event.attend"):
            pytest.fail("the page has begun")
    with pytest.raises(SignInNeeded):
        person_who(request, "event.attend")


async def test_what_was_written_is_undone_when_the_page_ends_in_an_error(app: Starlette, make: Factory) -> None:
    wanted = await make.event()
    with pytest.raises(NotFound):
        async with entering(a_request(app, wanted.slug), writing=True) as (db, event):
            event.title = "Another title"
            db.add(event)
            await db.flush()
            raise NotFound
    assert (await event_at(a_request(app, wanted.slug))).title == wanted.title
