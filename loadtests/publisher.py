"""A publisher that sends pre-encoded packets by WHIP: `python -m loadtests.publisher ADDRESS [KEY]`.

It sends 720p30 H.264 at 2.5 Mbit/s and Opus, in real time, until it is ended. All encoding is done before the start, so
that it does not cost processor time during a measurement.
"""

import asyncio
import sys
import time
from fractions import Fraction
from typing import Any

import av
import httpx
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription

WIDTH, HEIGHT, FRAMES_PER_S, LOOP_S = 1280, 720, 30, 2
BITS_PER_S = 2_500_000
AWAY, AGAIN_AFTER_S = 503, 1.0
SOUND_HZ, PACKET = 48_000, 960
PICTURE_BASE, SOUND_BASE = Fraction(1, 90_000), Fraction(1, SOUND_HZ)


class Encoded(MediaStreamTrack):
    """A loop of encoded packets, each sent when it is due; each lasts `ticks` of the time base `base`."""

    def __init__(self, kind: str, packets: list[bytes], ticks: int, base: Fraction) -> None:
        super().__init__()
        self.kind = kind
        self._packets, self._ticks, self._base = packets, ticks, base
        self._sent, self._began_s = 0, 0.0

    async def recv(self) -> Any:
        self._began_s = self._began_s or time.monotonic()
        due_s = self._began_s + float(self._sent * self._ticks * self._base)
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        packet = av.Packet(self._packets[self._sent % len(self._packets)])
        packet.pts, packet.time_base = self._sent * self._ticks, self._base
        self._sent += 1
        return packet


def pictures() -> list[bytes]:
    """Two seconds of moving noise, which begin with a keyframe."""
    encoder: Any = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate, encoder.time_base, encoder.bit_rate = FRAMES_PER_S, Fraction(1, FRAMES_PER_S), BITS_PER_S
    count = LOOP_S * FRAMES_PER_S
    rate = f"vbv-maxrate={BITS_PER_S // 1000}:vbv-bufsize={BITS_PER_S // 1000}:nal-hrd=none"
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "profile": "baseline",
        "x264-params": f"keyint={count}:min-keyint={count}:scenecut=0:repeat-headers=1:annexb=1:{rate}",
    }
    noise = np.random.default_rng(1).integers(0, 255, (HEIGHT * 3 // 2, WIDTH + count * 8), np.uint8)
    packets = []
    for number in range(count):
        shown = np.ascontiguousarray(noise[:, number * 8 : number * 8 + WIDTH])
        frame = av.VideoFrame.from_ndarray(shown, format="yuv420p")
        frame.pts = number
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets + [bytes(packet) for packet in encoder.encode(None)]


def sound() -> list[bytes]:
    """Two seconds of a tone."""
    encoder: Any = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = SOUND_HZ, "stereo", "flt"
    encoder.bit_rate, encoder.time_base = 64_000, SOUND_BASE
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(LOOP_S * SOUND_HZ) / SOUND_HZ)
    samples = np.repeat(tone[:, None], 2, axis=1).astype(np.float32)
    packets = []
    for position in range(0, len(samples), PACKET):
        piece = samples[position : position + PACKET].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(piece, format="flt", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, position, SOUND_BASE
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


async def publish(address: str, key: str) -> None:
    """Publish until the process is ended; prints `on` once the connection is established."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTrack(Encoded("audio", sound(), PACKET, SOUND_BASE))
    sender = connection.addTrack(Encoded("video", pictures(), 90_000 // FRAMES_PER_S, PICTURE_BASE))
    capabilities: Any = type(sender).getCapabilities("video").codecs
    for transceiver in connection.getTransceivers():
        if transceiver.kind == "video":
            transceiver.setCodecPreferences([each for each in capabilities if each.mimeType == "video/H264"])
    await connection.setLocalDescription(await connection.createOffer())
    headers = {"content-type": "application/sdp", "authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(timeout=60) as http:
        offer = connection.localDescription.sdp
        while (answer := await http.post(address, content=offer, headers=headers)).status_code == AWAY:  # noqa: ASYNC110
            await asyncio.sleep(AGAIN_AFTER_S)
        answer.raise_for_status()
    stands = asyncio.Event()
    connection.on("connectionstatechange", lambda: connection.connectionState == "connected" and stands.set())
    await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
    await stands.wait()
    print("on", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(publish(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "none"))
