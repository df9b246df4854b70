"""Pseudonyms: keyed hashes of a person's id, different for each event, purpose and installation.

A pseudonym is an HMAC (RFC 2104) over the event's random salt and the id, under a key derived from the installation's
secret. Nobody can find the person by trying all ids without the secret; once the salt is deleted, nobody can at all.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from uuid import UUID

from server.trust.secret import derive

LENGTH = 20
"""Hexadecimal digits of a pseudonym: 80 bits, so that no two of a million people are expected to share one."""

Pseudonym = Callable[[UUID], str]


def pseudonyms(secret: bytes, salt: bytes, purpose: str) -> Pseudonym:
    """The pseudonyms of one event for one purpose: a person always has the same one there, and another elsewhere.

    An event whose salt was deleted has no lasting pseudonyms: each call makes new ones.
    """
    key = derive(secret, f"pseudonyms for {purpose}")
    pepper = salt or secrets.token_bytes(32)

    def pseudonym(person: UUID) -> str:
        return hmac.new(key, pepper + person.bytes, hashlib.sha256).hexdigest()[:LENGTH]

    return pseudonym
