"""`plenary migrate`: bring the database to the newest schema."""

from argparse import ArgumentParser, Namespace

from sqlalchemy.exc import SQLAlchemyError

from server.commands import UsersError
from server.settings import Settings
from server.store import migrations
from server.trust.secret import load_secret


def add_arguments(parser: ArgumentParser) -> None:
    """Add nothing: this command has no arguments."""


def run(arguments: Namespace, settings: Settings) -> int:
    upgrade(settings)
    print("The database has the newest schema.")
    return 0


def upgrade(settings: Settings) -> None:
    """Apply the migrations that are missing. Raises UsersError when the database does not answer, and SecretRefused."""
    load_secret(settings)
    try:
        migrations.upgrade(settings.database)
    except (SQLAlchemyError, OSError) as error:
        raise UsersError(f"the database does not answer: {error}. Run plenary doctor.") from error
