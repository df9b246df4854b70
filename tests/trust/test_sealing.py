"""Secrets that are stored are sealed under the installation's secret, by type; none lies open in the data directory."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pyotp
import pytest
from sqlalchemy import String, type_coerce
from sqlalchemy.exc import StatementError
from sqlmodel import SQLModel, col, select, update
from starlette.applications import Starlette

from server.app import create_app
from server.commands.migrate import seal_open_secrets
from server.models import Person, Sealed, SealedText
from server.rules.stream_keys import stream_key
from server.settings import Settings
from server.store import credentials, join_links
from server.store.engine.database import Database
from server.trust import one_time_codes
from server.trust.sealing import CannotOpen, key, seal, unseal
from server.trust.secret import derive, load_secret
from tests.factory import Factory

SECRET, OTHER = b"the installation's secret", b"another installation's secret"
AUTHENTICATOR = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "kettle orbit maple"
SECRET_COLUMN = re.compile(r"secret|password|token|private|credential")
HASHED = {"joinlink.token_hash", "signin.token_hash", "person.password_hash"}
"""Columns of secrets of which only a hash is stored."""


def test_what_was_sealed_opens_again_and_looks_different_each_time() -> None:
    first, second = seal(SECRET, "a test", b"hello"), seal(SECRET, "a test", b"hello")
    assert first != second
    assert unseal(SECRET, "a test", first) == unseal(SECRET, "a test", second) == b"hello"


def test_what_was_changed_or_sealed_elsewhere_does_not_open() -> None:
    sealed = seal(SECRET, "a test", b"hello")
    changed = Sealed(("B" if sealed.text[20] == "A" else "A").join((sealed.text[:20], sealed.text[21:])))
    for secret, purpose, text in (
        (OTHER, "a test", sealed),
        (SECRET, "another purpose", sealed),
        (SECRET, "a test", changed),
        (SECRET, "a test", Sealed("no base64 ü")),
        (SECRET, "a test", Sealed("")),
    ):
        with pytest.raises(CannotOpen):
            unseal(secret, purpose, text)


def test_keys_of_two_purposes_differ() -> None:
    purposes = ("media", "bus", "pseudonyms for exports")
    keys = [derive(SECRET, each) for each in purposes] + [key(SECRET, "a test"), key(SECRET, "another")]
    assert len(set(keys)) == len(keys)


def test_a_sealed_secret_is_not_shown_by_accident() -> None:
    assert seal(SECRET, "a test", b"hello").text not in repr(seal(SECRET, "a test", b"hello"))


def test_every_column_of_a_secret_is_sealed_or_a_hash() -> None:
    columns = {
        f"{relation.name}.{column.name}": column.type
        for relation in SQLModel.metadata.sorted_tables
        for column in relation.columns
        if SECRET_COLUMN.search(column.name)
    }
    assert {name for name, kind in columns.items() if not isinstance(kind, SealedText)} == HASHED


async def test_a_secret_in_the_clear_is_not_stored(database: Database, make: Factory) -> None:
    person = await make.person()
    with pytest.raises(StatementError, match="sealed before it is stored"):
        async with database.writing() as db:
            await db.exec(update(Person).where(col(Person.id) == person.id).values(totp_secret=AUTHENTICATOR))


async def test_an_authenticator_of_an_earlier_version_is_sealed_at_the_start_and_stays(
    database: Database, make: Factory, settings: Settings
) -> None:
    old, new = await make.person("Old"), await make.person("New", authenticator=AUTHENTICATOR)
    open_text = type_coerce(col(Person.totp_secret), String)
    async with database.writing() as db:
        await db.exec(update(Person).where(col(Person.id) == old.id).values({open_text: AUTHENTICATOR}))
    for _ in range(2):
        await seal_open_secrets(settings, load_secret(settings))
    async with database.reading() as db:
        kept = {each.name: each.totp_secret for each in await db.exec(select(Person))}
        assert await credentials.open_authenticators(db) == []
    assert kept["New"] == new.totp_secret
    assert one_time_codes.opened(load_secret(settings), kept["Old"]) == AUTHENTICATOR
    assert one_time_codes.opened(OTHER, kept["Old"]) is None


@pytest.mark.one_engine
async def test_no_secret_lies_open_in_the_data_directory(
    settings: Settings, tmp_path: Path, make: Factory, database: Database
) -> None:
    """An installation that was used: an organiser has set a password, a delegate has come in, a stage has a key."""
    chosen = {"secret": "s" * 40 + "-of-all", "mail_password": "mail-pass-1", "turn_secret": "turn-secret-1"}
    settings = settings.model_copy(update={**chosen, "metrics_token": "metrics-token-1"})
    app = create_app(settings)
    event = await make.event()
    olive, amina, stage = await make.organiser(event), await make.delegate(event), await make.stage(event)
    async with database.writing() as db:
        links = [
            await join_links.create(db, olive, event, strong=True),
            await join_links.create(db, amina, event),
        ]
    known, cookies = [], []
    for link in links:
        async with coming(app) as client:
            await client.post(f"/join/{link}")
            cookies += list(client.cookies.values())
            if link == links[0]:
                known.append(await set_password(client))
                assert (await client.get(f"/{event.slug}/console/stages/{stage.id}")).status_code == 200
    await app.state.db.close()
    secrets = [*chosen.values(), "metrics-token-1", PASSWORD, *links, *cookies, *known]
    secrets.append(stream_key(app.state.secret, stage.id, stage.key_number))
    raw = [derive(app.state.secret, "media"), key(app.state.secret, one_time_codes.PURPOSE)]
    raw.append(pyotp.TOTP(known[0]).byte_secret())
    kept = all_bytes(tmp_path)
    assert olive.email.encode() in kept
    assert len(cookies) == 2
    assert [each for each in (*map(str.encode, secrets), *raw) if each in kept] == []


def all_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def coming(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://plenary.test")


async def set_password(client: httpx.AsyncClient) -> str:
    """Set a password and the authenticator that the page offers; its secret."""
    page = (await client.get("/sign-in/security")).text
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', page)
    assert found
    code = pyotp.TOTP(found[1]).at(datetime.now(UTC))
    typed = {"password": PASSWORD, "again": PASSWORD, "secret": found[1], "code": code}
    assert (await client.post("/sign-in/security", data=typed)).status_code == 303
    return found[1]
