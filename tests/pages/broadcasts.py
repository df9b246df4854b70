"""A session that is broadcast from a stage: a real programme of a synthetic speaker."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rooms.media.air.programme import Programme
from server.models import Session
from tests.rooms.media.speaker import Speaker, feed

SOURCE = "speaker"
NewSession = Callable[..., Awaitable[Session]]
"""Makes a session; keywords override its columns."""


def open_programme(directory: Path, epoch_s: float, *, in_parts: bool = False) -> Programme:
    """A programme with the speaker on air."""
    programme = Programme(directory, epoch_s=epoch_s, ask_keyframe=lambda source: None, in_parts=in_parts)
    programme.add(SOURCE)
    programme.on_air([SOURCE])
    programme.take(SOURCE)
    return programme


def broadcast(directory: Path, seconds: float, *, ago_s: float = 0.0, is_over: bool = False) -> datetime:
    """Write a programme of `seconds` into `directory`, which ended `ago_s` seconds ago; when it began."""
    speaker = Speaker()
    began_s = time.time() - ago_s - seconds
    programme = open_programme(directory, began_s - speaker.begins_s)
    feed(programme, speaker, seconds=seconds)
    if is_over:
        programme.end().result()
    else:
        programme.stop()
    return datetime.now(UTC) - timedelta(seconds=ago_s + seconds)
