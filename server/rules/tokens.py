"""Random tokens, and the hash that is stored of each."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """The SHA-256 of a token, hex: nothing else of it is stored. 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
