"""Stream keys and TURN credentials: derived, never stored."""

import base64
import hashlib
import hmac
import uuid

from server.rules.stream_keys import TURN_LASTS_S, ice_servers, stream_key

SECRET, STAGE = b"s" * 32, uuid.UUID(int=7)


def test_a_stream_key_can_be_shown_again_and_made_anew():
    key = stream_key(SECRET, STAGE, 1)
    assert key == stream_key(SECRET, STAGE, 1)
    assert (
        len({key, stream_key(SECRET, STAGE, 2), stream_key(SECRET, uuid.UUID(int=8), 1), stream_key(b"x", STAGE, 1)})
        == 4
    )
    assert len(key) == 32


def test_turn_credentials_are_those_that_coturn_checks():
    [server] = ice_servers("turn:a.example:3478?transport=tcp, turns:b.example", "shared", "amara", 1_000.0)
    assert server["urls"] == ["turn:a.example:3478?transport=tcp", "turns:b.example"]
    assert server["username"] == f"{1_000 + TURN_LASTS_S}:amara"
    digest = hmac.new(b"shared", server["username"].encode(), hashlib.sha1).digest()
    assert server["credential"] == base64.b64encode(digest).decode()


def test_without_a_turn_server_there_is_none():
    assert ice_servers("", "", "amara", 1_000.0) == []
    assert ice_servers(" , ", "shared", "amara", 1_000.0) == []
