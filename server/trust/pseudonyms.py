"""Names that lead to no one: keyed hashes of a person's id, different for each event, purpose and installation.

An HMAC (RFC 2104) under a key derived from the installation's secret, over the event's random salt: without the
secret nobody can try all ids, and once the salt is deleted nobody can, with it or without.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from uuid import UUID

from server.trust.secret import derive

LENGTH = 20
"""Hexadecimal digits: 80 bits, so that no two of a million people are expected to share one."""

Pseudonym = Callable[[UUID], str]


def pseudonyms(secret: bytes, salt: bytes, purpose: str) -> Pseudonym:
    """The pseudonyms of one event for one purpose: the same person has the same one, and another for another purpose.

    An event whose salt was deleted has no lasting pseudonyms: each call makes new ones.
    """
    key = derive(secret, f"pseudonyms for {purpose}")
    pepper = salt or secrets.token_bytes(32)

    def pseudonym(person: UUID) -> str:
        return hmac.new(key, pepper + person.bytes, hashlib.sha256).hexdigest()[:LENGTH]

    return pseudonym
