"""The way into a page: no page goes round it, its event is read once, and an error undoes its writes."""

import ast
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from server.trust.sign_in import NOBODY
from server.web.entrance import entering, event_at, person_who
from server.web.errors import NotFound, SignInNeeded
from tests.factory import Factory
from tests.imports import ROOT

OUTSIDE_EVENTS = {
    "console.events.create": "the event is not there yet",
    "console.security_log.export": "the entry is written once the log is read",
    "devices.destroy": "a browser is signed out of every event",
    "devices.destroy_others": "a browser is signed out of every event",
    "devices.index": "a browser is signed in to every event",
    "downloads.check_again": "the viewer and the event are read anew, not as the request found them",
    "home.index": "the front page lists the events",
    "join.create": "the event, if there is one, is the join link's",
    "join.refuse": "the event, if there is one, is the join link's",
    "join.replace": "the event, if there is one, is the join link's",
    "join.show": "the event, if there is one, is the join link's",
    "machines.health.metrics": "the metrics are of all events",
    "machines.playlists.let_in": "the transaction that finds the viewer of a playlist finds the event too",
    "machines.whip.here_at": "the event is the stage's",
    "report.export": "the entry in the security log is written once the event is read",
    "security.asks_present": "a password opens every event",
    "security.update": "a password opens every event",
    "sign_in.create": "a password opens every event",
    "sign_in.person_tried": "a password opens every event",
    "sign_in.destroy": "a browser is signed out of every event",
    "styleguide.show": "the style guide is about no event",
}
"""The handlers that open a transaction by themselves, each with the reason."""


def openers() -> Iterator[str]:
    """Each function of a page that opens a transaction of the database, as `module.function`."""
    pages = ROOT / "server" / "pages"
    for path in sorted(pages.rglob("*.py")):
        module = ".".join(path.relative_to(pages).with_suffix("").parts)
        for function in ast.parse(path.read_text()).body:
            calls = [each.func for each in ast.walk(function) if isinstance(each, ast.Call)]
            if {getattr(call, "attr", getattr(call, "id", "")) for call in calls} & {"reading", "writing", "acting"}:
                yield f"{module}.{getattr(function, 'name', '')}"


def test_no_page_of_an_event_opens_its_transaction_by_itself() -> None:
    assert set(openers()) == set(OUTSIDE_EVENTS)


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
