"""Every setting, read once from the environment into one frozen object."""

import re
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from email.utils import parseaddr
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MAIL_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")

MOST_PORTS = 65_535

TURN = re.compile(r"turns?:(?P<host>\[[0-9a-fA-F:.]+\]|[\w.-]+)(:(?P<port>\d{1,5}))?(\?transport=(udp|tcp))?", re.ASCII)
"""The address of a TURN server (RFC 7065)."""


class NoDataDirectory(OSError):
    """The data directory cannot be made, or something else has its name."""

    def __str__(self) -> str:
        return f"{self.filename} cannot be the data directory: {self.strerror}. Set PLENARY_DATA to another."


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

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, url: str) -> str:
        if url and (wrong := wrong_in(url)):
            raise ValueError(f"{wrong}: write it like https://conference.example.org")
        if url and urlsplit(url).path not in ("", "/"):
            raise ValueError(
                "Plenary has a host to itself: write it without a path, like https://conference.example.org"
            )
        return url

    @field_validator("proxies")
    @classmethod
    def _are_networks(cls, proxies: str) -> str:
        if proxies != "*":
            for proxy in filter(None, map(str.strip, proxies.split(","))):
                try:
                    ip_network(proxy)
                except ValueError as error:
                    raise ValueError(f"{error}: write addresses or networks like 10.0.0.5,10.1.0.0/16") from error
        return proxies

    @field_validator("mail_server")
    @classmethod
    def _is_mail_server(cls, server: str) -> str:
        host, colon, port = server.partition(":")
        if server and not (re.fullmatch(r"[\w.-]+", host) and (not colon or is_port(port))):
            raise ValueError("it has to be host or host:port, such as smtp.example.org:587")
        return server

    @field_validator("mail_password")
    @classmethod
    def _has_password(cls, password: str, info: ValidationInfo) -> str:
        if info.data.get("mail_user") and not password:
            raise ValueError("PLENARY_MAIL_USER is set, so the password at the SMTP server has to be set too")
        return password

    @field_validator("store_url")
    @classmethod
    def _is_bucket(cls, url: str) -> str:
        if url and not (url.startswith("s3://") and url[5:].partition("/")[0]):
            raise ValueError("it has to be an address such as s3://bucket/prefix")
        return url

    @field_validator("store_public_url")
    @classmethod
    def _is_public_store(cls, url: str, info: ValidationInfo) -> str:
        if info.data.get("store_url") and not url:
            raise ValueError("PLENARY_STORE_URL is set, so the address from which browsers fetch has to be set too")
        if url and (wrong := wrong_in(url)):
            raise ValueError(f"{wrong}: write it like https://segments.example.org/bucket")
        return url

    @field_validator("media_listen")
    @classmethod
    def _has_port(cls, address: str) -> str:
        host, _, port = address.rpartition(":")
        if address and not address.startswith("/") and not (host and is_port(port)):
            raise ValueError("it has to be host:port, such as 127.0.0.1:8300")
        return address

    @field_validator("media_address")
    @classmethod
    def _is_address(cls, address: str) -> str:
        try:
            return str(ip_address(address)) if address else ""
        except ValueError as error:
            raise ValueError(f"{address!r} is no IP address: write one like 203.0.113.7, not a name") from error

    @field_validator("turn_urls")
    @classmethod
    def _are_turn(cls, urls: str) -> str:
        for url in filter(None, map(str.strip, urls.split(","))):
            found = TURN.fullmatch(url)
            if not found or not is_port(found["port"] or "3478"):
                raise ValueError(f"{url!r} is no TURN server: write it like turn:turn.example.org:3478?transport=tcp")
        return urls

    @field_validator("turn_secret")
    @classmethod
    def _has_turn_secret(cls, secret: str, info: ValidationInfo) -> str:
        if info.data.get("turn_urls") and not secret:
            raise ValueError("PLENARY_TURN_URLS is set, so the secret shared with those servers has to be set too")
        return secret

    def open_data(self) -> Path:
        """Make the data directory if it is missing, and close it to other users of this machine.

        Raises NoDataDirectory.
        """
        try:
            self.data.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NoDataDirectory(error.errno, error.strerror, str(self.data)) from error
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


def is_port(port: str) -> bool:
    """True for the number of a port that one can connect to."""
    return port.isascii() and port.isdecimal() and 0 < int(port) <= MOST_PORTS


def wrong_in(url: str) -> str:
    """The reason why an address cannot be the start of others on the web; empty when it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        return str(error)
    if parts.scheme not in ("http", "https") or not host:
        return f"{url!r} has to begin with https:// or http:// and a host"
    if "?" in url or "#" in url:
        return "it may have no part after ? or #"
    if "@" in parts.netloc or re.search(r"\s", url):
        return "it may hold no spaces, no user name and no password"
    return ""


def unknown_names(environment: Iterable[str]) -> dict[str, str]:
    """The names that look like our settings and are none, each with the setting that may be meant, or nothing."""
    prefix = Settings.model_config["env_prefix"]
    known = [f"{prefix}{name.upper()}" for name, field in Settings.model_fields.items() if not field.validation_alias]
    strange = sorted({name for name in environment if name.upper().startswith(prefix)} - set(known))
    return {name: next(iter(get_close_matches(name, known, 1)), "") for name in strange if name.upper() not in known}
