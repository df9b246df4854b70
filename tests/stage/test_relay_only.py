"""A speaker who can reach only a TURN server, by TCP, is backstage and on air like others."""

import pytest

from rooms.media.recordings.check import check
from server.settings import Settings
from server.store.engine.database import Database
from tests.engines.coturn import SECRET, Coturn
from tests.stage.conftest import House, Open
from tests.stage.directing import go_on_air, listed, recorded
from tests.stage.speaking import join
from tests.waiting import until

RELAYED_ALONE = """
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(wanted) {
    super({ ...wanted, iceTransportPolicy: "relay" });
  }
};
"""


@pytest.fixture
def surroundings(coturn: Coturn) -> dict[str, str]:
    return {"PLENARY_MEDIA_ADDRESS": "127.0.0.1", "PLENARY_TURN_URLS": coturn.url, "PLENARY_TURN_SECRET": SECRET}


@pytest.mark.one_engine
async def test_a_speaker_behind_a_turn_server_alone_is_recorded(
    house: House, settings: Settings, database: Database, open_as: Open
) -> None:
    await join(await open_as(house.amara, f"/{house.event.slug}/stages/{house.stage.id}", RELAYED_ALONE))
    await go_on_air(database, house)
    await until(lambda: listed(settings, house) >= 1)
    assert check(await recorded(settings, database, house)).faults == []
