"""Every setting, read once from the environment into one frozen object."""

import re
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MAIL_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")

MOST_PORTS = 65_535


class Settings(BaseSettings):
    """The choices of an installation. The README's table documents each (a test holds it)."""

    model_config = SettingsConfigDict(env_prefix="PLENARY_", frozen=True, populate_by_name=True, extra="ignore")

    host: str = "127.0.0.1"
    """The address to listen on."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""
    data: Path = Path(".plenary")
    """The data directory: database, secret, media."""
    secret: str = ""
    """The installation's secret; made in the data directory at first start when not set."""
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    """PostgreSQL's address; empty: SQLite in the data directory."""
    redis_url: str = Field(default="", validation_alias="REDIS_URL")
    """Redis, for more than one web process."""
    public_url: str = ""
    """The address that people see, for links in mail; empty: the address listened on."""
    proxies: str = "127.0.0.1,::1"
    """The addresses and networks, separated by commas, that are believed whom they ask for (X-Forwarded-For)."""
    mail_server: str = ""
    """The SMTP server as host or host:port; empty: mail is kept in the local outbox and not sent."""
    mail_user: str = ""
    """The user name at the SMTP server."""
    mail_password: str = ""
    """The password at the SMTP server."""
    mail_tls: Literal["starttls", "tls", "none"] = "starttls"
    """The protection of mail on its way to the SMTP server."""
    mail_from: str = "Plenary <conference@localhost>"
    """The sender of mail."""
    store_url: str = ""
    """An S3-compatible store for stages' segments, as s3://bucket/prefix; empty: the data directory serves them."""
    store_public_url: str = ""
    """The address from which browsers fetch from that store."""
    speech_to_text: str = ""
    """A command that is given a WAVE file's path and prints WebVTT; empty: captions are not drafted."""
    metrics_token: str = ""
    """The bearer token for /metrics from another machine."""
    media_listen: str = ""
    """The address at which the media process listens for web processes, host:port; empty: `plenary serve` runs one."""
    media_port: int = Field(default=0, ge=0, le=65535)
    """The one UDP port for picture and sound; 0 takes a free one."""
    media_address: str = ""
    """The address at which browsers reach the media process; empty: this machine's own addresses."""
    turn_urls: str = ""
    """TURN servers for those who cannot send UDP, separated by commas: turn:turn.example.org:3478?transport=tcp."""
    turn_secret: str = ""
    """The secret shared with the TURN servers, for credentials that last a day."""

    @field_validator("mail_from")
    @classmethod
    def mail_has_a_sender(cls, sender: str) -> str:
        """The sender, which must hold one mail address. Raises ValueError."""
        if not MAIL_ADDRESS.fullmatch(parseaddr(sender)[1]):
            raise ValueError(f"{sender!r} holds no mail address: write it like 'Plenary <conference@example.org>'")
        return sender

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, url: str) -> str:
        if url and url.partition("://")[0].partition("+")[0] not in ("postgres", "postgresql", "sqlite"):
            raise ValueError("it has to begin with postgresql://, or be empty for SQLite in the data directory")
        return url

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, url: str) -> str:
        if url and url.partition("://")[0] not in ("redis", "rediss", "unix"):
            raise ValueError("it has to begin with redis:// or rediss://")
        return url

    @field_validator("store_url")
    @classmethod
    def _has_scheme(cls, url: str) -> str:
        if url and not url.partition("://")[2]:
            raise ValueError("it has to be an address such as s3://bucket/prefix")
        return url

    @field_validator("media_listen")
    @classmethod
    def _has_port(cls, address: str) -> str:
        host, _, port = address.rpartition(":")
        if address and not address.startswith("/") and not (host and port.isdecimal() and int(port) <= MOST_PORTS):
            raise ValueError("it has to be host:port, such as 127.0.0.1:8300")
        return address

    def open_data(self) -> Path:
        """Make the data directory if it is missing, and close it to other users of this machine."""
        self.data.mkdir(parents=True, exist_ok=True)
        if self.data.stat().st_mode & 0o077:
            with suppress(PermissionError):  # a volume that belongs to somebody else is closed by its owner
                self.data.chmod(0o700)
        return self.data

    @property
    def base_url(self) -> str:
        """The public address without a trailing slash."""
        if self.public_url:
            return self.public_url.rstrip("/")
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    @property
    def is_https(self) -> bool:
        """Cookies are Secure and carry the __Host- prefix exactly then."""
        return urlsplit(self.base_url).scheme == "https"

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database, with its async driver."""
        if not self.database_url:
            return f"sqlite+aiosqlite:///{(self.data / 'plenary.sqlite3').absolute()}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+asyncpg://{rest}"
        return self.database_url


def unknown_names(environment: Iterable[str]) -> dict[str, str]:
    """The names that look like our settings and are none, each with the setting that may be meant, or nothing."""
    prefix = Settings.model_config["env_prefix"]
    known = [f"{prefix}{name.upper()}" for name, field in Settings.model_fields.items() if not field.validation_alias]
    strange = sorted({name for name in environment if name.upper().startswith(prefix)} - set(known))
    return {name: next(iter(get_close_matches(name, known, 1)), "") for name in strange if name.upper() not in known}
