"""Directing a stage, by the producer: its countdown, its picture, its sound and its sign-language window."""

import uuid
from contextlib import suppress
from datetime import datetime
from typing import Literal

from sqlmodel.ext.asyncio.session import AsyncSession

from server.media.line import MediaAway, MediaLine
from server.models import Stage
from server.store import stages
from server.web.errors import Conflict, Invalid

COUNTDOWN_S = 10

Direction = Literal[
    "count-down",
    "go",
    "clear",
    "stand-by",
    "take",
    "hear",
    "mute",
    "sign",
    "unsign",
    "follow-voice",
    "by-hand",
]
"""One act of the producer; take, hear, mute and sign name the source that they are about."""


async def direct(db: AsyncSession, stage: Stage, wanted: Direction, source: uuid.UUID | None, now: datetime) -> None:
    """Do one act of the producer. Raises Conflict when it is too late for it, Invalid when its source is missing."""
    match wanted:
        case "count-down":
            done = await stages.move(db, stage, wanted, at=stages.countdown_end(now, COUNTDOWN_S))
        case "go" | "clear" | "stand-by":
            done = await stages.move(db, stage, wanted, at=now)
        case "follow-voice" | "by-hand":
            await stages.change(db, stage, follows_voice=wanted == "follow-voice")
            done = True
        case "unsign":
            done = await stages.sign(db, stage, None)
        case "take" | "hear" | "mute" | "sign":
            done = await _direct_source(db, stage, wanted, source)
    if not done:
        raise Conflict("The stage has moved on meanwhile. Please look again.")


async def _direct_source(
    db: AsyncSession, stage: Stage, wanted: Literal["take", "hear", "mute", "sign"], source: uuid.UUID | None
) -> bool:
    if source is None:
        raise Invalid("Please say whose picture or sound.")
    if wanted == "sign":
        return await stages.sign(db, stage, source)
    if wanted == "take":
        if source == stage.signing_id:
            raise Conflict("This picture is the sign-language window’s. Give the window to somebody else first.")
        return await stages.take(db, stage, source)
    return await stages.put_on_air(db, stage, source, is_on_air=wanted == "hear")


async def remove(db: AsyncSession, stage: Stage) -> None:
    """Delete a stage; its sessions stay, without one. Raises Conflict while it is on air."""
    if stage.state == "on-air":
        raise Conflict("This stage is on air. Clear it first.")
    await stages.remove(db, stage)


async def cut_off(line: MediaLine, stage: Stage, connection: str | None) -> None:
    """End the connection of an encoder whose stream key was renewed; a media process that is away has ended it."""
    if connection is not None:
        with suppress(MediaAway):
            await line.let_go(str(stage.id), connection)
