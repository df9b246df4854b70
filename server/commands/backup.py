"""`plenary backup`: one file with all that an installation needs to begin again, taken while it runs."""

import sqlite3
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import make_url

from server.commands import UsersError
from server.running import archive
from server.running.archive import ArchiveDamaged, FileChanged
from server.settings import Settings
from server.store.engine import sqlite
from server.trust.secret import derive, load_secret

DATABASE, SECRET, MEDIA = "database.sqlite3", "secret", "media"
"""The names in the archive."""
BUSY_TIMEOUT_MS = 15_000


class Manifest(BaseModel):
    """The first member of a backup: what it is, of which version, and under which secret."""

    format: Literal[1] = 1
    plenary: str
    engine: Literal["sqlite"] = "sqlite"
    schema_revision: str
    taken_at: datetime
    secret_fingerprint: str

    @classmethod
    def of(cls, file: Path) -> "Manifest":
        """The manifest of a backup. Raises UsersError for a file that is none, or that this version does not know."""
        try:
            return cls.model_validate_json(archive.read_manifest(file))
        except ArchiveDamaged as error:
            raise UsersError(f"{file} cannot be restored: {error}. Take another backup") from error
        except ValidationError as error:
            raise UsersError(
                f"{file} is a backup in a form that this version of Plenary does not know. Restore it with the "
                "version that made it, or a later one"
            ) from error
        except OSError as error:
            raise UsersError(f"cannot read {file}: {error.strerror or error}") from error


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("to", type=Path, metavar="TO.tar", help="the file to write, which does not exist yet")


def run(arguments: Namespace, settings: Settings) -> int:
    target: Path = arguments.to.absolute()
    database = database_file(settings)
    if not database.is_file():
        raise UsersError(f"there is no database at {database}. Set PLENARY_DATA to the data directory of the server")
    secret = load_secret(settings)
    try:
        with archive.writing(target, DATABASE) as (writer, copy):
            revision = sqlite.copy_to(str(database), copy, BUSY_TIMEOUT_MS)
            writer.add_bytes(archive.MANIFEST, _manifest(revision, secret).model_dump_json().encode())
            writer.add_file(DATABASE, copy)
            copy.unlink()
            if not settings.secret:
                writer.add_file(SECRET, settings.data / SECRET)
            writer.add_folder(MEDIA, settings.data / MEDIA)
            files = writer.files
    except FileExistsError as error:
        raise UsersError(f"{target} exists already, and is left as it is. Choose another name") from error
    except FileChanged as error:
        raise UsersError(f"{error} changed while it was copied. Take the backup again") from error
    except sqlite3.Error as error:
        raise UsersError(f"cannot copy {database}: {error}. Run plenary doctor") from error
    except OSError as error:
        raise UsersError(f"the backup cannot be taken: {error}") from error
    print(f"{target}: {files} files, {target.stat().st_size / 1e6:.1f} MB")
    if settings.secret:
        print("PLENARY_SECRET is not in it: keep it in a place of its own.")
    else:
        print("It holds the installation's secret and people's details: keep it where nobody else can read it.")
    return 0


def database_file(settings: Settings) -> Path:
    """The path of the SQLite database. Raises UsersError for PostgreSQL."""
    if not settings.database.startswith("sqlite"):
        raise UsersError(
            "this command copies SQLite. With PostgreSQL, run pg_dump --format=custom first, then copy the data "
            "directory; pg_restore and the copied directory bring both back"
        )
    return Path(make_url(settings.database).database or "").absolute()


def fingerprint(secret: bytes) -> str:
    """A number by which a secret is known again, and from which it cannot be computed."""
    return sha256(derive(secret, "fingerprint in backups")).hexdigest()


def _manifest(revision: str, secret: bytes) -> Manifest:
    return Manifest(
        plenary=version("plenary"),
        schema_revision=revision,
        taken_at=datetime.now(UTC),
        secret_fingerprint=fingerprint(secret),
    )
