"""The three people of the demo: each link gives its person the rights of the role."""

from datetime import UTC, datetime

from sqlmodel import select

from server.demo.furnishing import PackagedFilm
from server.demo.guests import SPEAKER, address, new_links
from server.demo.laying import lay
from server.demo.script import read_script
from server.models import Announcement, Event, GrantRow, Person, Session, SessionSpeaker, Speaker
from server.rules.permissions import Grant as Granted
from server.rules.permissions import allows
from server.store import join_links, registrations
from server.store.engine.database import Database
from server.trust.sign_in import Viewer, viewer_with

NOW = datetime(2025, 6, 28, 13, 42, 17, tzinfo=UTC)
SCRIPT = read_script()
FILMS: list[PackagedFilm] = []


async def joined(database: Database, role: str) -> tuple[Event, Viewer]:
    """Open the printed link of a role, and return the event and the viewer that the browser is then."""
    event = await lay(database, SCRIPT, FILMS, NOW)
    tokens = await new_links(database, event)
    assert list(tokens) == ["delegate", "speaker", "organiser"]
    async with database.writing() as db:
        link, person, leads_to = await join_links.find(db, tokens[role], NOW)
        cookie = await join_links.use(db, link, person, "a test")
        assert leads_to == event
        return event, await viewer_with(db, cookie)


async def test_the_delegate_is_registered(database: Database) -> None:
    event, viewer = await joined(database, "delegate")
    assert viewer.person is not None
    async with database.reading() as db:
        registration = await registrations.of_person(db, event.id, viewer.person.id)
    assert registration is not None
    assert registration.state == "confirmed"


async def test_the_speaker_may_open_their_page_and_speaks_in_the_live_session(database: Database) -> None:
    event, viewer = await joined(database, "speaker")
    assert viewer.person is not None
    assert allows(viewer.grants, "speaker.open", event_id=event.id)
    async with database.reading() as db:
        statement = (
            select(Session.state).join(SessionSpeaker).join(Speaker).where(Speaker.person_id == viewer.person.id)
        )
        assert "live" in set(await db.exec(statement))


async def test_the_organiser_may_open_the_console_and_make_events(database: Database) -> None:
    event, viewer = await joined(database, "organiser")
    assert all(allows(viewer.grants, action, event_id=event.id) for action in ("console.open", "report.read"))
    assert Granted("organiser", "installation", None) in viewer.grants


async def test_they_are_the_same_people_however_often_the_demo_is_laid(database: Database) -> None:
    for _ in range(2):
        await lay(database, SCRIPT, FILMS, NOW)
    async with database.reading() as db:
        guests = list(await db.exec(select(Person).where(Person.synthetic == False)))  # noqa: E712
        grants = list(await db.exec(select(GrantRow)))
        announcements = list(await db.exec(select(Announcement)))
    assert {person.email for person in guests} == {address(role) for role in ("delegate", "speaker", "organiser")}
    assert len(grants) == len({(grant.person_id, grant.role, grant.scope, grant.scope_id) for grant in grants}) == 3
    assert [announcement.text for announcement in announcements] == [SCRIPT.event.announcement]


def test_the_speaker_who_signs_in_hosts_a_table() -> None:
    assert SPEAKER in {table.host for table in SCRIPT.tables}
