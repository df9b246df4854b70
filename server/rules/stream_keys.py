"""Stream keys, by which an encoder may publish, and TURN credentials, by which a browser may be relayed. Pure.

Neither is stored: both are derived from a secret, so they can be shown again and cannot be guessed.
"""

import base64
import hashlib
import hmac
import uuid
from typing import Any

TURN_LASTS_S = 24 * 3600
KEY_BYTES = 20


def stream_key(secret: bytes, stage_id: uuid.UUID, number: int) -> str:
    """The bearer token of a stage's encoder; another `number` gives another key."""
    digest = hmac.new(secret, f"stream key {stage_id} {number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:KEY_BYTES]).decode().lower()


def is_stream_key(key: str, secret: bytes, stage_id: uuid.UUID, number: int) -> bool:
    """True for the stream key of this stage and number; the time that it takes tells nothing of the key."""
    return hmac.compare_digest(key.encode(), stream_key(secret, stage_id, number).encode())


def ice_servers(urls: str, secret: str, name: str, epoch_s: float) -> list[dict[str, Any]]:
    """The `iceServers` of a browser's RTCPeerConnection: TURN servers, with credentials for a day from `epoch_s` on.

    The credentials are those of coturn's `use-auth-secret` (draft-uberti-behave-turn-rest-00).
    """
    servers = [url.strip() for url in urls.split(",") if url.strip()]
    if not servers:
        return []
    username = f"{int(epoch_s) + TURN_LASTS_S}:{name}"
    signature = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return [{"urls": servers, "username": username, "credential": base64.b64encode(signature).decode()}]
