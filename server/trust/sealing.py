"""Secrets that are stored: sealed under a key derived from the installation's secret (AES-256-GCM, HKDF-SHA-256)."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.models import Sealed

NONCE_BYTES, KEY_BYTES = 12, 32


class CannotOpen(Exception):
    """The content was sealed under another secret or for another purpose, or has been changed."""


def seal(secret: bytes, purpose: str, content: bytes) -> Sealed:
    """Seal content for one purpose. The same content is sealed differently each time."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(key(secret, purpose)).encrypt(nonce, content, purpose.encode())
    return Sealed(base64.b64encode(sealed).decode())


def unseal(secret: bytes, purpose: str, sealed: Sealed) -> bytes:
    """The content that was sealed for this purpose. Raises CannotOpen."""
    try:
        kept = base64.b64decode(sealed.text, validate=True)
        return AESGCM(key(secret, purpose)).decrypt(kept[:NONCE_BYTES], kept[NONCE_BYTES:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise CannotOpen from error


def key(secret: bytes, purpose: str) -> bytes:
    """The key of one purpose (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"sealed {purpose}".encode()).derive(secret)
