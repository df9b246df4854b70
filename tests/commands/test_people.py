"""`plenary people import` registers everybody in the file, or nobody."""

from pathlib import Path

import pytest
from sqlmodel import select

from server.__main__ import main
from server.commands import UsersError
from server.commands.people import import_people
from server.models import Mail, Person, Registration
from server.settings import Settings
from tests.factory import Factory

TWO = b"name,email\nAmina,amina@example.org\nBen,ben@example.org\n"


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
