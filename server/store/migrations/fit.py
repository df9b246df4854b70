"""The comparison of a database with the schema that it claims to have, before a migration touches it."""

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.engine import Inspector
from sqlmodel import SQLModel

Columns = dict[str, set[str]]
"""The names of columns by their relation."""
A_NEW_ONE = "set PLENARY_DATA to a new directory, or DATABASE_URL to an empty database"
SHOWN = 3


class SchemaRefused(Exception):
    """A database that no migration leads on from; the message says why, and what to do."""


def refusal_of(connection: Connection, scripts: ScriptDirectory) -> str:
    """The reason why this version of Plenary cannot use a database, with what to do; empty when it can, or will."""
    revision, found = MigrationContext.configure(connection).get_current_revision(), inspect(connection)
    if revision is None:
        foreign = found.has_table("person") or found.has_table("event")
        return f"the database has the relations of something else. For Plenary, {A_NEW_ONE}" if foreign else ""
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        return (
            f"the database has the schema {revision} of a later version of Plenary; this version knows "
            f"{scripts.get_current_head()} at most. Install the later version again, or restore a backup from before it"
        )
    wanted = _columns_of_models() if revision == scripts.get_current_head() else _columns_at(revision, scripts)
    if differing := _differing(found, wanted):
        told = ", ".join(differing[:SHOWN]) + (f" and {len(differing) - SHOWN} more" if len(differing) > SHOWN else "")
        return (
            f"the database was made before the first release, by another edit of the schema {revision} ({told}), and "
            f"cannot be brought to this version. Run it with the version that made it, or {A_NEW_ONE}"
        )
    return ""


def _columns_of_models() -> Columns:
    return {name: {column.name for column in table.columns} for name, table in SQLModel.metadata.tables.items()}


def _columns_at(revision: str, scripts: ScriptDirectory) -> Columns:
    """The columns after this migration, which is run on an empty database for it, with all before it."""
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            with Operations.context(MigrationContext.configure(connection)):
                for script in reversed(list(scripts.iterate_revisions(revision, "base"))):
                    script.module.upgrade()
            made = inspect(connection)
            return {name: _columns(made, name) for name in made.get_table_names()}
    finally:
        engine.dispose()


def _differing(found: Inspector, wanted: Columns) -> list[str]:
    """The columns that are missing, or are more than there should be."""
    relations = set(found.get_table_names())
    differing = []
    for name in sorted(wanted):
        has = _columns(found, name) if name in relations else set()
        differing += [f"{name}.{column} is missing" for column in sorted(wanted[name] - has)]
        differing += [f"{name}.{column} is no more" for column in sorted(has - wanted[name])]
    return differing


def _columns(of: Inspector, name: str) -> set[str]:
    return {column["name"] for column in of.get_columns(name)}
