"""GStreamer's webrtcbin publishes by a stream key, as any encoder may."""

import pytest

from rooms.media.recordings.check import check
from server.rules.stream_keys import stream_key
from server.settings import Settings
from server.store.engine.database import Database
from server.trust.secret import load_secret
from tests.engines.gstreamer import publishing
from tests.stage.conftest import House, Open
from tests.stage.directing import go_on_air, listed, recorded
from tests.stage.speaking import sees
from tests.waiting import until


@pytest.fixture
def surroundings() -> dict[str, str]:
    return {"PLENARY_MEDIA_ADDRESS": "127.0.0.1"}


@pytest.mark.one_engine
async def test_gstreamer_is_recorded_and_the_producer_sees_it(
    house: House, served: str, open_as: Open, settings: Settings, database: Database
) -> None:
    async with publishing(f"{served}{house.whip}", stream_key(load_secret(settings), house.stage.id, 1)):
        producer = await open_as(house.olive, f"/{house.event.slug}/console/stages/{house.stage.id}")
        await sees(producer, 1)
        await go_on_air(database, house)
        await until(lambda: listed(settings, house) >= 1)
        assert check(await recorded(settings, database, house)).faults == []
