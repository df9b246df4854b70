"""The changes of the schema in order (Alembic), applied by `plenary serve` at its start and by `plenary migrate`."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory


def configuration(url: str) -> Config:
    """Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to a revision of the schema, the newest by default.

    It blocks, and may not be called inside a running event loop.
    """
    command.upgrade(configuration(url), revision)


def revise(url: str, message: str) -> None:
    """Write a new migration from the difference between the models and the database at `url`."""
    command.revision(configuration(url), message, autogenerate=True)


def newest() -> str | None:
    """The newest revision of the schema."""
    return ScriptDirectory.from_config(configuration("")).get_current_head()
