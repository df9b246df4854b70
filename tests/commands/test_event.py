"""`plenary event …`: events from the command line."""

import re
from pathlib import Path

import pytest
from sqlmodel import select

from server.__main__ import main
from server.models import Event, GrantRow, HashtagMention, JoinLink, Person
from server.settings import Settings
from server.store.engine.database import Database
from tests.databases import aside
from tests.factory import Factory

BARE = ["create", "mse-2026", "--title", "MSE in Action", "--starts", "2026-06-28"]
CREATE = [*BARE, "--controller", "Mid and South Essex", "--contact", "privacy@example.org"]


@pytest.fixture
def environment(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings by which the command line finds the test's database."""
    monkeypatch.setenv("PLENARY_DATA", str(settings.data))
    monkeypatch.setenv("PLENARY_PUBLIC_URL", settings.public_url)
    monkeypatch.setenv("DATABASE_URL", settings.database_url)


pytestmark = pytest.mark.usefixtures("environment")


def plenary(*words: str) -> int:
    return int(aside(main, ["event", *words]))


async def stored(database: Database, slug: str = "mse-2026") -> Event:
    async with database.reading() as db:
        return (await db.exec(select(Event).where(Event.slug == slug))).one()


async def test_an_event_is_made_as_a_draft_opened_and_closed(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plenary(*CREATE, "--ends", "2026-06-29", "--target", "300", "--hashtag", "#MSEinAction") == 0
    event = await stored(database)
    assert (event.state, event.target, event.hashtag, event.ends_on.day) == ("draft", 300, "MSEinAction", 29)
    assert event.hold_hours == 48
    assert plenary("open", "mse-2026") == 0
    assert (await stored(database)).state == "open"
    assert plenary("close", "mse-2026") == 0
    assert (await stored(database)).state == "closed"
    capsys.readouterr()
    assert plenary("list") == 0
    assert re.search(r"mse-2026\s+closed", capsys.readouterr().out)
    assert plenary("show", "mse-2026") == 0
    assert "0 of 300 hoped for" in capsys.readouterr().out


async def test_an_event_opens_once_it_names_its_controller(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plenary(*BARE) == 0
    assert plenary("open", "mse-2026") != 0
    assert "Please say first who is responsible for people’s data" in capsys.readouterr().err
    assert (await stored(database)).state == "draft"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([*BARE, "--controller", "A council", "--contact", "nobody"], "--contact: Please give a whole e-mail address"),
        (["create", "static", "--title", "An event", "--starts", "2026-06-28"], "needs the address /static itself"),
        (["create", "ok", "--title", "x", "--starts", "2026-06-28"], "--title: Please write at least 3"),
        (["create", "No Spaces", "--title", "An event", "--starts", "2026-06-28"], "EVENT: Up to 60 small letters"),
        (["create", "ok", "--title", "An event", "--starts", "tomorrow"], "--starts: Please give a date"),
        ([*CREATE, "--ends", "2026-06-27"], "--ends: The last day is before the first day"),
        ([*CREATE, "--zone", "Mars/Olympus"], "--zone: Please choose a time zone"),
        ([*CREATE, "--target", "lots"], "--target: Please give a whole number"),
        (["show", "nowhere"], "there is no event 'nowhere'"),
        (["open", "'; DROP TABLE event"], "there is no event"),
    ],
)
async def test_an_error_is_printed_in_one_line(
    words: list[str], sentence: str, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert plenary(*words) == 2
    printed = capsys.readouterr().err
    assert sentence in printed
    assert printed.count("\n") == 1
    async with database.reading() as db:
        assert (await db.exec(select(Event))).all() == []


async def test_two_events_cannot_share_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    assert plenary(*CREATE) == 0
    assert plenary(*CREATE) == 2
    assert "Another event has the address" in capsys.readouterr().err


async def test_an_organisers_first_link_signs_in_strongly(
    make: Factory, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    event = await make.event()
    assert plenary("organiser", event.slug, "Olive@Example.org", "--name", "Olive Green") == 0
    assert re.search(r"http://plenary\.test/join/\S{43}\n", capsys.readouterr().out)
    async with database.reading() as db:
        person = (await db.exec(select(Person))).one()
        grant = (await db.exec(select(GrantRow))).one()
        link = (await db.exec(select(JoinLink))).one()
    assert (person.email, person.name) == ("olive@example.org", "Olive Green")
    assert (grant.role, grant.scope, grant.scope_id) == ("organiser", "event", event.id)
    assert link.strong
    assert link.lands_on == "/sign-in/security"


async def test_appointing_twice_grants_once(make: Factory, database: Database) -> None:
    event = await make.event()
    for _ in range(2):
        assert plenary("organiser", event.slug, "olive@example.org", "--everywhere") == 0
    async with database.reading() as db:
        assert [grant.scope for grant in await db.exec(select(GrantRow))] == ["installation"]


async def test_an_organiser_needs_a_mail_address(make: Factory, capsys: pytest.CaptureFixture[str]) -> None:
    event = await make.event()
    assert plenary("organiser", event.slug, "olive") == 2
    assert "is not a mail address" in capsys.readouterr().err


async def test_mentions_are_counted_once_however_often_they_are_imported(
    make: Factory, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    event = await make.event(hashtag="MSEinAction")
    posts = tmp_path / "posts.csv"
    posts.write_text(
        "posted_at,network,impressions,reference,text\n"
        "2026-06-28T09:30,Bluesky,120,1,Proud of #mseinaction\n"
        "2026-06-28T10:00,LinkedIn,80,2,#MSEinAction is on\n"
        "2026-06-28T10:05,LinkedIn,9,3,About something else\n"
    )
    for _ in range(2):
        assert plenary("mentions", event.slug, str(posts)) == 0
    assert "2 posts carry #MSEinAction: 0 are new, 2 were known. 1 others were left out." in capsys.readouterr().out
    async with database.reading() as db:
        assert len((await db.exec(select(HashtagMention))).all()) == 2


@pytest.mark.parametrize("content", ["posted_at\n", "posted_at,network,impressions\nyesterday,X,1\n", None])
async def test_a_file_that_cannot_be_read_changes_nothing(
    make: Factory, database: Database, tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    event = await make.event(hashtag="MSEinAction")
    posts = tmp_path / "posts.csv"
    if content is not None:
        posts.write_text(content)
    assert plenary("mentions", event.slug, str(posts)) == 2
    assert "Nothing was imported" in capsys.readouterr().err
    async with database.reading() as db:
        assert (await db.exec(select(HashtagMention))).all() == []
