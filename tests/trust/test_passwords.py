"""Hashes of passwords are computed one at a time, by a thread that steps back behind everything else."""

import os
import sys
import threading

import pytest

from server.trust import passwords


async def test_a_password_fits_its_hash_and_nobodys_fits_none():
    stored = await passwords.hashed("the bread of Thursday")
    assert await passwords.matches(stored, "the bread of Thursday")
    assert not await passwords.matches(stored, "the bread of Friday")
    assert not await passwords.matches(None, "the password of nobody at all")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread has no priority of its own")
def test_whoever_guesses_passwords_does_not_hold_up_an_event():
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    before = niceness()
    assert passwords._hashing.submit(niceness).result() == max(before, passwords.NICENESS)
    assert niceness() == before
