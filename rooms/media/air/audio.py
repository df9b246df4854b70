"""The sound of all who are on air: decoded, set on one time line, mixed and encoded once.

Positions are samples at 48 kHz on our monotonic clock; sound is float32 of shape (2, samples), -1 to 1.
"""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext

from rooms.media.air.cmaf import AAC_FRAME, SOUND_HZ, Sample, SoundSetup
from rooms.media.rtc.samples import Sound

Samples = npt.NDArray[np.float32]

LOOKAHEAD = 312
"""By so many samples libopus delivers late: the usual pre-skip (RFC 7845, 4.2)."""
LEAP = SOUND_HZ // 50
"""What is off by more is not drift: it is set anew, with silence or a cut."""
SLACK = SOUND_HZ // 1000
"""What is off by less is left as it is."""
STRETCH = 0.01
"""The most by which a packet's sound is stretched to follow a drift."""
LONGEST_S = 5
"""Sound so far ahead of the mix is left out: the buffer's bound."""
LOUD = 0.8
"""From here on the sum of many voices is bent towards 1 instead of being cut off."""
AAC_BITS_PER_S = 96_000


class Voice:
    """One source's sound on the time line. `head` is the position after its last sample, None before its first."""

    def __init__(self) -> None:
        self.head: int | None = None
        self._following_at: int | None = None
        self._decoder = _opus_decoder()

    def hear(self, sound: Sound, moment: float) -> tuple[int, Samples]:
        """The packet's sound and the position at which it belongs; `moment` is its time, seconds."""
        samples = self._decode(sound.data)
        length = samples.shape[1]
        wanted = round(moment * SOUND_HZ) - LOOKAHEAD
        follows = self.head is not None and sound.at == self._following_at and abs(wanted - self.head) <= LEAP
        self._following_at = sound.at + length
        if self.head is None or not follows:
            overlap = max(0, (self.head or wanted) - wanted)
            position, samples = wanted + overlap, samples[:, overlap:]
        else:
            position, samples = self.head, stretched(samples, wanted - self.head)
        self.head = max(position + samples.shape[1], self.head or 0)
        return position, samples

    def _decode(self, data: bytes) -> Samples:
        """A packet that cannot be decoded is as good as lost."""
        try:
            frames = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            return np.zeros((2, 0), np.float32)
        return np.concatenate([np.zeros((2, 0), np.float32), *(frame.to_ndarray() for frame in frames)], axis=1)


class Mixer:
    """The sum of all voices, from `position` on. Where nobody speaks it is silence."""

    def __init__(self, position: int) -> None:
        self.position = position
        self._sum = np.zeros((2, LONGEST_S * SOUND_HZ), np.float32)

    def add(self, position: int, samples: Samples) -> None:
        """Sound that belongs at this position; what is past already is left out."""
        late = max(0, self.position - position)
        begins = position + late - self.position
        samples = samples[:, late : late + max(0, self._sum.shape[1] - begins)]
        self._sum[:, begins : begins + samples.shape[1]] += samples

    def take(self, until: int) -> Samples:
        """The mix up to a position, which is the mixer's position from then on."""
        known = self._sum[:, : max(0, until - self.position)]
        mix = np.zeros((2, max(0, until - self.position)), np.float32)
        mix[:, : known.shape[1]] = known
        self.skip(until)
        return limited(mix)

    def skip(self, until: int) -> None:
        """Go on from a later position; what belongs before it is left out."""
        length = max(0, until - self.position)
        rest = max(0, self._sum.shape[1] - length)
        self._sum[:, :rest] = self._sum[:, length : length + rest]
        self._sum[:, rest:] = 0
        self.position += length


class SoundEncoder:
    """AAC from the first sample on. Each frame lasts 1024 samples; the last one is filled up with silence."""

    def __init__(self) -> None:
        self._encoder = _aac_encoder()
        self.setup = SoundSetup(bytes(self._encoder.extradata or b""), AAC_BITS_PER_S)
        self._rest = np.zeros((2, 0), np.float32)
        self._encoded = 0

    def encode(self, samples: Samples) -> Iterator[Sample]:
        whole = np.concatenate([self._rest, samples], axis=1)
        count = whole.shape[1] // AAC_FRAME
        self._rest = whole[:, count * AAC_FRAME :]
        for number in range(count):
            yield from self._frame(whole[:, number * AAC_FRAME : (number + 1) * AAC_FRAME])

    def finish(self) -> Iterator[Sample]:
        """What is still inside; nothing may be encoded afterwards."""
        if self._rest.shape[1]:
            yield from self._frame(np.pad(self._rest, ((0, 0), (0, AAC_FRAME - self._rest.shape[1]))))
        yield from self._samples(None)

    def _frame(self, samples: Samples) -> Iterator[Sample]:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, self._encoded, Fraction(1, SOUND_HZ)
        self._encoded += AAC_FRAME
        yield from self._samples(frame)

    def _samples(self, frame: av.AudioFrame | None) -> Iterator[Sample]:
        """Without the first packet, which only primes a decoder: it is dated before the first sample."""
        for packet in self._encoder.encode(frame):
            if packet.pts is not None and packet.pts >= 0:
                yield Sample(AAC_FRAME, True, bytes(packet))


def stretched(samples: Samples, by: int) -> Samples:
    """The same sound, longer by so many samples or as many as nobody hears."""
    length = samples.shape[1]
    most = int(length * STRETCH)
    if abs(by) <= SLACK or most == 0:
        return samples
    wanted = length + min(max(by, -most), most)
    at = np.linspace(0, length - 1, wanted)
    return np.stack([np.interp(at, np.arange(length), channel) for channel in samples]).astype(np.float32)


def limited(samples: Samples) -> Samples:
    """Loud sound bent so that it never reaches 1; what is not loud stays as it is."""
    if not samples.size or np.abs(samples).max() <= LOUD:
        return samples
    loudness = np.abs(samples)
    bent = LOUD + (1 - LOUD) * np.tanh((loudness - LOUD) / (1 - LOUD))
    return np.where(loudness > LOUD, np.sign(samples) * bent, samples).astype(np.float32)


def _opus_decoder() -> AudioCodecContext:
    decoder = av.CodecContext.create("opus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate, decoder.layout = SOUND_HZ, "stereo"
    return decoder


def _aac_encoder() -> AudioCodecContext:
    encoder = av.CodecContext.create("aac", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = SOUND_HZ, "stereo", "fltp"
    encoder.bit_rate, encoder.time_base = AAC_BITS_PER_S, Fraction(1, SOUND_HZ)
    encoder.options = {"aac_coder": "fast", "aac_ms": "0"}  # what two channels share is a long search for a mere tone
    encoder.open()
    return encoder
