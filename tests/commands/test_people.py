"""`plenary people import` registers everybody in a file that is in order, and nobody of one that is not."""

import asyncio
import os
import signal
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from sqlmodel import select

from server.__main__ import main
from server.acts.registration_form import RegistrationForm
from server.commands import UsersError
from server.commands.people import AT_ONCE, import_people, register_all
from server.models import Event, Mail, Person, Registration
from server.settings import Settings
from server.store.engine.database import Change
from tests.factory import Factory

TWO = b"name,email\nAmina,amina@example.org\nBen,ben@example.org\n"
MANY = b"name,email\n" + b"".join(b"Delegate,delegate-%d@example.org\n" % n for n in range(3 * AT_ONCE))
LISTED = [RegistrationForm(name="Delegate", email=f"delegate-{n}@example.org") for n in range(3 * AT_ONCE)]


async def count(make: Factory, relation: type[object]) -> int:
    async with make.database.reading() as db:
        return len((await db.exec(select(relation))).all())


async def test_everybody_is_registered_and_gets_a_mail(make: Factory, settings: Settings) -> None:
    event = await make.event()
    said = await import_people(event.slug, TWO, settings, dry_run=False)
    assert said == "Registered 2 people. Their mail is in the outbox."
    async with make.database.reading() as db:
        assert {mail.kind for mail in await db.exec(select(Mail))} == {"imported"}
        assert {row.state for row in await db.exec(select(Registration))} == {"held"}


async def test_a_second_time_changes_nothing(make: Factory, settings: Settings) -> None:
    event = await make.event()
    await import_people(event.slug, TWO, settings, dry_run=False)
    said = await import_people(event.slug, TWO, settings, dry_run=False)
    assert said == "Registered 0 people. 2 were registered already and stay as they are."
    assert (await count(make, Person), await count(make, Mail)) == (2, 2)


async def test_a_full_event_lets_them_wait(make: Factory, settings: Settings) -> None:
    event = await make.event(capacity=1)
    said = await import_people(event.slug, TWO, settings, dry_run=False)
    assert said == "Registered 1 people. 1 wait for a place. Their mail is in the outbox."


async def test_one_wrong_line_registers_nobody(
    make: Factory, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    event = await make.event()
    with pytest.raises(UsersError, match="nobody was registered"):
        await import_people(event.slug, TWO + b"Cara,cara\n", settings, dry_run=False)
    assert "line 4, email" in capsys.readouterr().err
    assert await count(make, Person) == 0


async def test_a_dry_run_changes_nothing(make: Factory, settings: Settings) -> None:
    event = await make.event()
    said = await import_people(event.slug, TWO, settings, dry_run=True)
    assert said == "The file is in order: 2 people. Nothing was changed."
    assert await count(make, Person) == 0


@pytest.mark.parametrize("content", [b"", b"name,email\n", b"\xff"])
async def test_a_file_that_names_nobody_is_refused(make: Factory, settings: Settings, content: bytes) -> None:
    event = await make.event()
    with pytest.raises(UsersError):
        await import_people(event.slug, content, settings, dry_run=False)


@pytest.mark.parametrize("state", ["draft", "closed"])
async def test_nobody_is_mailed_a_link_that_leads_nowhere(make: Factory, settings: Settings, state: str) -> None:
    event = await make.event(state=state)
    with pytest.raises(UsersError, match="Open it first"):
        await import_people(event.slug, TWO, settings, dry_run=False)
    assert await count(make, Person) == 0


async def test_a_slug_without_an_event_is_refused(make: Factory, settings: Settings) -> None:
    with pytest.raises(UsersError, match="no event nowhere"):
        await import_people("nowhere", TWO, settings, dry_run=False)


def test_a_missing_file_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PLENARY_DATA", str(tmp_path))
    assert main(["people", "import", "demo", str(tmp_path / "nobody.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


async def test_other_writers_get_their_turn_after_every_few_people(make: Factory, settings: Settings) -> None:
    """At each commit, only a few more people than at the last are registered."""
    event, seen = await make.event(), [0]

    async def look(_: list[Change]) -> None:
        seen.append(await count(make, Registration))

    make.database.after_commit.append(look)
    await register_all(make.database, event, LISTED, settings.base_url)
    assert seen[-1] == len(LISTED)
    assert max(after - before for before, after in pairwise(seen)) <= AT_ONCE


async def test_an_event_that_closes_meanwhile_takes_nobody_more(make: Factory, settings: Settings) -> None:
    event = await make.event()

    async def close(_: list[Change]) -> None:
        make.database.after_commit.clear()
        async with make.database.writing() as db:
            (await db.get_one(Event, event.id)).state = "closed"

    make.database.after_commit.append(close)
    with pytest.raises(UsersError, match=f"Registered {AT_ONCE} people"):
        await register_all(make.database, event, LISTED, settings.base_url)
    assert (await count(make, Registration), await count(make, Mail)) == (AT_ONCE, AT_ONCE)


async def test_an_import_that_was_killed_is_given_again(make: Factory, settings: Settings, tmp_path: Path) -> None:
    """Everybody is registered once, and gets one mail, whoever was registered before the kill."""
    event, file = await make.event(capacity=2 * AT_ONCE), tmp_path / "many.csv"
    file.write_bytes(MANY)
    more = {"PLENARY_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
    dead = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.commands.stopping", event.slug, str(file), str(AT_ONCE + AT_ONCE // 2)),
        env={**os.environ, **more},
    )
    assert await dead.wait() == -signal.SIGKILL
    assert (await count(make, Registration), await count(make, Mail)) == (AT_ONCE, AT_ONCE)
    said = await import_people(event.slug, MANY, settings, dry_run=False)
    assert said == (
        f"Registered {AT_ONCE} people. {AT_ONCE} wait for a place. "
        f"{AT_ONCE} were registered already and stay as they are. Their mail is in the outbox."
    )
    assert [await count(make, relation) for relation in (Person, Registration, Mail)] == [3 * AT_ONCE] * 3
