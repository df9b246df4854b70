"""Sending to a stage while no media process runs: one is started for a publisher who tries."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from server.acts import publishing
from server.models import Event
from server.store import stages
from server.store.engine.database import Database
from tests.factory import Factory

SDP = {"content-type": "application/sdp"}
OFFER = (Path(__file__).parents[2] / "stage" / "offer.sdp").read_text()


async def test_who_tries_to_send_is_asked_to_come_again_and_has_the_media_process_started(
    client: httpx.AsyncClient, event: Event, make: Factory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "OPENS_WITHIN_S", 0.0)

    async def is_any_wanted() -> bool:
        async with database.reading() as db:
            return await stages.is_any_wanted(db, datetime.now(UTC))

    stage = await make.stage(event)
    client.cookies.update(await make.cookie(await make.organiser(event), strong=True))
    assert not await is_any_wanted()
    for _ in range(2):
        answer = await client.post(f"/stages/{stage.id}/whip", content=OFFER, headers=SDP)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert await is_any_wanted()
    async with database.reading() as db:
        assert await stages.sources_of(db, stage.id) == []
