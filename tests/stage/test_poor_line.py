"""A speaker who publishes over a slow line that loses packets is recorded without a fault."""

import io
import re
from collections.abc import AsyncIterator
from itertools import groupby
from pathlib import Path

import av
import pytest
from playwright.async_api import Route

from rooms.media.air.disk import read_journals
from rooms.media.recordings.check import check
from rooms.playback.recording import RENDITIONS, init_name
from server.settings import Settings
from server.store.engine.database import Database
from tests.engines.process import free_port
from tests.stage.conftest import House, Open
from tests.stage.directing import go_on_air, listed, recorded
from tests.stage.lossy_line import LossyLine
from tests.stage.speaking import join
from tests.waiting import until

LOST, LATE_S = 0.05, 0.04
"""One packet in twenty, and a round trip of 80 ms."""
LOST_FOR_GOOD = 0.01
"""The accepted share of packets of sound that are missing at the end, those just requested again included."""
SEGMENTS, SEGMENTS_IN_FULL = 3, 60
CANDIDATE = re.compile(r"(a=candidate:\S+ \d \S+ \d+) \S+ \d+ ")
PEERS_KEPT = """
window.peers = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...wanted) {
    super(...wanted);
    window.peers.push(this);
  }
};
"""
SOUND_SENT = """async () => {
  const stats = (await Promise.all(window.peers.map((peer) => peer.getStats()))).flatMap((each) => [...each.values()]);
  const sound = (type) => stats.findLast((each) => each.type === type && each.kind === "audio");
  const [ours, theirs] = [sound("outbound-rtp"), sound("remote-inbound-rtp")];
  return { sent: ours.packetsSent, again: ours.retransmittedPacketsSent, lost: theirs.packetsLost };
}"""
"""A page's packets of sound: sent, retransmitted, and not received."""
NOWHERE = "127.0.0.1 9"
"""The discard port."""


@pytest.fixture
async def line() -> AsyncIterator[LossyLine]:
    """A poor line to the port of the media process."""
    async with LossyLine(free_port(), share=LOST, delay_s=LATE_S).running() as line:
        yield line


@pytest.fixture
def surroundings(line: LossyLine) -> dict[str, str]:
    return {"PLENARY_MEDIA_ADDRESS": "127.0.0.1", "PLENARY_MEDIA_PORT": str(line.to)}


@pytest.mark.soak
@pytest.mark.one_engine
async def test_a_speaker_who_loses_one_packet_in_twenty_is_recorded_without_a_decode_error(
    house: House, settings: Settings, database: Database, open_as: Open, line: LossyLine, soak: bool
) -> None:
    page = await open_as(house.amara, f"/{house.event.slug}/stages/{house.stage.id}", PEERS_KEPT)
    await page.route(f"**{house.whip}", lambda route: through(line, route))
    await join(page)
    await go_on_air(database, house)
    for count in range(1, (SEGMENTS_IN_FULL if soak else SEGMENTS) + 1):
        await until(lambda count=count: listed(settings, house) >= count)
    sound = await page.evaluate(SOUND_SENT)
    directory = await recorded(settings, database, house)
    assert line.lost > 0
    assert check(directory).faults == []
    assert decoded(directory, "video") > SEGMENTS
    assert decoded(directory, "audio") > SEGMENTS
    assert sound["again"] > 0
    assert sound["lost"] <= sound["sent"] * LOST_FOR_GOOD


async def through(line: LossyLine, route: Route) -> None:
    """Replace the addresses in offer and answer, so that each side knows only the line's."""
    offer = CANDIDATE.sub(rf"\1 {NOWHERE} ", route.request.post_data or "")
    answer = await route.fetch(post_data=offer)
    await route.fulfill(response=answer, body=CANDIDATE.sub(rf"\1 127.0.0.1 {line.port} ", await answer.text()))


def decoded(directory: Path, rendition: str) -> int:
    """Count a rendition's frames, each run decoded as a whole. Raises FFmpegError at a damaged frame."""
    count = 0
    for run, segments in groupby(read_journals(directory)[rendition].listed, key=lambda segment: segment.run):
        names = [init_name(RENDITIONS[rendition], run), *(segment.name for segment in segments)]
        content = b"".join((directory / name).read_bytes() for name in names)
        with av.open(io.BytesIO(content), "r") as container:
            stream = container.streams[0]
            stream.codec_context.options = {"err_detect": "explode"}
            for frame in container.decode(stream):
                assert not frame.is_corrupt
                count += 1
    return count
