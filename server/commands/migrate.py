"""`plenary migrate`: bring the database to the newest schema."""

import asyncio
from argparse import ArgumentParser, Namespace

from sqlalchemy.exc import SQLAlchemyError

from server.commands import UsersError
from server.settings import Settings
from server.store import credentials, migrations
from server.store.engine.availability import Trouble, cause_of, trouble_of
from server.store.engine.database import Database
from server.store.migrations.fit import SchemaRefused
from server.trust import one_time_codes
from server.trust.secret import load_secret


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing: this command has no arguments."""


def run(arguments: Namespace, settings: Settings) -> int:
    upgrade(settings)
    print("The database has the newest schema.")
    return 0


def upgrade(settings: Settings) -> None:
    """Apply the migrations that are missing, and seal secrets of earlier versions.

    Raises UsersError when the database does not answer, and SecretRefused.
    """
    secret = load_secret(settings)
    try:
        migrations.upgrade(settings.database)
        asyncio.run(seal_open_secrets(settings, secret))
    except SchemaRefused as refused:
        raise UsersError(str(refused)) from refused
    except (SQLAlchemyError, OSError) as error:
        trouble = trouble_of(error) or Trouble.GONE
        raise UsersError(f"{trouble.value}: {cause_of(error)}. Run plenary doctor.") from error


async def seal_open_secrets(settings: Settings, secret: bytes) -> None:
    """Seal the authenticators that an earlier version stored in the clear. It needs a secret that no migration has."""
    database = Database(settings.database)
    try:
        async with database.reading() as db:
            found = await credentials.open_authenticators(db)
        if found:
            async with database.writing() as db:
                for person_id, authenticator in found:
                    await credentials.set_authenticator(db, person_id, one_time_codes.sealed(secret, authenticator))
            await database.forget()
    finally:
        await database.close()
