"""The security log from the table of addresses: what is changed by a strong right or refused leaves an entry."""

import ast
import base64
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlmodel import col, delete, select

from server.models import FilmUpload, Job, Keeping, Mail, SecurityEntry, Session, Speaker, TableStay
from server.recordings.packaging import uploaded
from server.rules.security_log import STRONG
from server.store import jobs, keeping, uploads
from server.web.security_log import RoomForRefusals
from tests.everywhere import cases
from tests.everywhere.cases import CASES, address
from tests.everywhere.conftest import Demo
from tests.everywhere.world import World
from tests.imports import modules

HERE = "127.0.0.1"
NO_ENTRY = {
    ("PATCH", "/{event}/console/films/{upload:uuid}"): "the upload that its pieces belong to was noted",
    ("POST", "/sign-in/security"): "the two passwords of its case differ; `test_security_log.py` of the pages sets one",
}
"""Changing addresses of the crew that leave no entry here, and the reason."""
READ_OUT = {
    "/{event}/report/export.{format}": "export.read",
    "/{event}/console/security-log.csv.zip": "log.read",
}
"""Addresses from which data leave in a file."""
FILM = {"upload-length": "10", "upload-metadata": f"title {base64.b64encode(b'Hearts').decode()}"}
"""The headers that announce a film."""
AT_REST = {
    "/{event}/console/sessions/{session}",
    "/{event}/console/sessions/{session}/delete",
}
"""Addresses that take a session only before it has begun."""
RECORDED = {
    "/{event}/console/sessions/{session}/recording",
    "/{event}/console/sessions/{session}/recording/cut",
    "/{event}/console/sessions/{session}/recording/check",
    "/{event}/console/sessions/{session}/recording/draft",
}
"""Addresses that take a session only with its recording."""
STRONG_VISITORS = (cases.CREW, cases.STRONG)
CHANGING = sorted(key for key, case in CASES.items() if key[0] != "GET" and case.open_to in STRONG_VISITORS)
CREWS_PAGES = sorted(path for (method, path), case in CASES.items() if method == "GET" and case.open_to == cases.CREW)


async def entries(world: World) -> Sequence[SecurityEntry]:
    async with world.make.database.reading() as db:
        return (await db.exec(select(SecurityEntry).order_by(col(SecurityEntry.at)))).all()


async def prepared(world: World, path: str) -> World:
    """The world with rows with which the organiser's form is accepted at an address."""
    async with world.make.database.writing() as db:
        (await db.exec(select(Mail).where(Mail.state == "kept"))).one().state = "failed"
        people = select(Speaker.person_id).where(col(Speaker.person_id).is_not(None))
        speaker = (await db.exec(select(Speaker).where(Speaker.id == world.params["speaker"]))).one()
        speaker.person_id = (await db.exec(people)).first()
        await db.exec(delete(TableStay))  # a table at which somebody has sat is not deleted
        scheduled = (await db.exec(select(Session.slug).where(Session.state == "scheduled"))).first()
        recorded = (await db.exec(select(Session).where(Session.slug == world.params["recorded"]))).one()
        upload = await db.get_one(FilmUpload, uuid.UUID(world.params["upload"]))
        upload.received = upload.size
        for kind, subject in ((uploads.KIND, upload), (keeping.CHECK, recorded)):
            now = datetime.now(UTC)
            await jobs.ask(db, kind, subject.id, event_id=subject.event_id, now=now, again=jobs.ANY)
            (await db.exec(select(Job).where(Job.subject_id == subject.id, Job.kind == kind))).one().state = "failed"
        await db.merge(Keeping(session_id=recorded.id))
    file = uploaded(world.make.settings, upload)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(bytes(upload.size))
    session = scheduled if path in AT_REST else world.params["recorded" if path in RECORDED else "session"]
    return replace(world, params=world.params | {"session": str(session)})


@pytest.mark.parametrize("method, path", [key for key in CHANGING if key not in NO_ENTRY])
async def test_whatever_the_crew_changes_leaves_an_entry(method: str, path: str, demo: Demo) -> None:
    world = await prepared(demo.world, path)
    before = len(await entries(world))
    fields = world.fill(CASES[method, path].fields)
    answer = await demo.come("organiser").request(method, address(path, world), data=fields, headers=FILM)
    made = (await entries(world))[before:]
    assert answer.status_code < 400, answer.status_code
    assert [each.outcome for each in made if each.action in STRONG] == ["done"]
    assert {(each.role, each.address) for each in made} == {("organiser", HERE)}
    assert all(each.person_id for each in made)
    assert all(each.event_id for each in made if each.action in STRONG)


@pytest.mark.parametrize("path", READ_OUT)
async def test_whatever_leaves_in_a_file_leaves_an_entry(path: str, demo: Demo) -> None:
    before = len(await entries(demo.world))
    assert (await demo.come("organiser").get(address(path, demo.world))).status_code == 200
    assert [each.action for each in (await entries(demo.world))[before:]] == [READ_OUT[path]]


async def test_no_other_page_leaves_an_entry_by_being_read(demo: Demo) -> None:
    before = len(await entries(demo.world))
    for path in set(CREWS_PAGES) - set(READ_OUT):
        await demo.come("organiser").get(address(path, demo.world))
    assert len(await entries(demo.world)) == before


@pytest.mark.parametrize("method, path", [key for key in sorted(CASES) if CASES[key].open_to == cases.CREW])
async def test_whoever_may_not_is_noted_as_refused(method: str, path: str, shared: Demo) -> None:
    world, before = shared.world, len(await entries(shared.world))
    shared.app.state.refusals = RoomForRefusals()
    answer = await shared.come("delegate").request(method, address(path, world), data=CASES[method, path].fields)
    made = (await entries(world))[before:]
    assert answer.status_code == 403
    [entry] = made
    assert (entry.outcome, entry.role, entry.address) == ("refused", "delegate" if "{event}" in path else "", HERE)
    assert entry.action in STRONG


async def test_a_form_with_a_mistake_and_a_stranger_leave_no_entry(shared: Demo) -> None:
    world, before = shared.world, len(await entries(shared.world))
    answer = await shared.come("organiser").post(address("/{event}/edit", world), data={"title": ""})
    assert answer.status_code == 422
    for path in CREWS_PAGES:
        assert (await shared.come("stranger").get(address(path, world))).status_code in (303, 401, 404)
    assert len(await entries(world)) == before


def test_no_page_writes_without_saying_who_acts() -> None:
    """A page opens its transaction by `entering` or `acting`, which put the viewer into it."""
    wrong = [
        f"{module}:{node.lineno}"
        for module, path in modules("server/pages").items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "writing"
    ]
    assert not wrong
