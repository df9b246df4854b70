"""Random tokens, and what is stored of them."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is stored of a token: SHA-256, hex. A random token of 256 bits needs no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
