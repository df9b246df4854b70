"""The installation's secret and the keys derived from it. It is never in the database, an export or a backup."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from server.settings import Settings


def load_secret(settings: Settings) -> bytes:
    """The secret from the settings, or from `secret` (mode 0600) in the data directory, made at first start."""
    if settings.secret:
        return settings.secret.encode()
    path: Path = settings.data / "secret"
    settings.open_data()
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    return path.read_bytes().strip()


def derive(secret: bytes, purpose: str) -> bytes:
    """A 256-bit key for one purpose (HMAC-SHA-256 of its name under the secret)."""
    return hmac.new(secret, purpose.encode(), hashlib.sha256).digest()
