"""The sound of all who are on air: decoded, set on one time line, mixed and encoded once.

Positions are samples at 48 kHz on our monotonic clock; sound is float32 of shape (2, samples), -1 to 1.
"""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from av.audio.codeccontext import AudioCodecContext

from rooms.media.air.cmaf import AAC_FRAME_SAMPLES, SOUND_HZ, Sample, SoundSetup
from rooms.media.rtc.samples import Sound

Samples = npt.NDArray[np.float32]

LOOKAHEAD_SAMPLES = 312
"""By so many samples libopus delivers late: the usual pre-skip (RFC 7845, 4.2)."""
LEAP_SAMPLES = SOUND_HZ // 50
"""What is off by more is not drift: it is set anew, with silence or a cut."""
SLACK_SAMPLES = SOUND_HZ // 1000
"""What is off by less is left as it is."""
STRETCH = 0.01
"""The most by which a packet's sound is stretched to follow a drift."""
LONGEST_S = 5
"""Sound so far ahead of the mix is left out: the buffer's bound."""
LOUD = 0.8
"""From here on the sum of many voices is bent towards 1 instead of being cut off."""
AAC_BITS_PER_S = 96_000


class Voice:
    """One source's sound on the time line. `head_sample` follows its last sample; None before its first."""

    def __init__(self) -> None:
        self.head_sample: int | None = None
        self._following_ticks: int | None = None
        self._decoder = _opus_decoder()

    def hear(self, sound: Sound, at_s: float) -> tuple[int, Samples]:
        """The packet's sound and the position at which it belongs; `at_s` is its time."""
        samples = self._decode(sound.data)
        length = samples.shape[1]
        wanted_sample = round(at_s * SOUND_HZ) - LOOKAHEAD_SAMPLES
        comes_next = self.head_sample is not None and sound.rtp_ticks == self._following_ticks
        self._following_ticks = sound.rtp_ticks + length
        if self.head_sample is None or not comes_next or abs(wanted_sample - self.head_sample) > LEAP_SAMPLES:
            overlap = max(0, (self.head_sample or wanted_sample) - wanted_sample)
            at_sample, samples = wanted_sample + overlap, samples[:, overlap:]
        else:
            at_sample, samples = self.head_sample, stretched(samples, wanted_sample - self.head_sample)
        self.head_sample = max(at_sample + samples.shape[1], self.head_sample or 0)
        return at_sample, samples

    def _decode(self, data: bytes) -> Samples:
        """A packet that cannot be decoded is as good as lost."""
        try:
            frames = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            return np.zeros((2, 0), np.float32)
        return np.concatenate([np.zeros((2, 0), np.float32), *(frame.to_ndarray() for frame in frames)], axis=1)


class Mixer:
    """The sum of all voices, from `at_sample` on. Where nobody speaks it is silence."""

    def __init__(self, at_sample: int) -> None:
        self.at_sample = at_sample
        self._sum = np.zeros((2, LONGEST_S * SOUND_HZ), np.float32)

    def add(self, at_sample: int, samples: Samples) -> None:
        """Sound that belongs at this position; what is past already is left out."""
        late = max(0, self.at_sample - at_sample)
        begins = at_sample + late - self.at_sample
        samples = samples[:, late : late + max(0, self._sum.shape[1] - begins)]
        self._sum[:, begins : begins + samples.shape[1]] += samples

    def take(self, until_sample: int) -> Samples:
        """The mix up to a position, which is the mixer's position from then on."""
        known = self._sum[:, : max(0, until_sample - self.at_sample)]
        mix = np.zeros((2, max(0, until_sample - self.at_sample)), np.float32)
        mix[:, : known.shape[1]] = known
        self.skip(until_sample)
        return limited(mix)

    def skip(self, until_sample: int) -> None:
        """Go on from a later position; what belongs before it is left out."""
        length = max(0, until_sample - self.at_sample)
        rest = max(0, self._sum.shape[1] - length)
        self._sum[:, :rest] = self._sum[:, length : length + rest]
        self._sum[:, rest:] = 0
        self.at_sample += length


class SoundEncoder:
    """AAC from the first sample on. Each frame lasts 1024 samples; the last one is filled up with silence."""

    def __init__(self) -> None:
        self._encoder = _aac_encoder()
        self.setup = SoundSetup(bytes(self._encoder.extradata or b""), AAC_BITS_PER_S)
        self._rest = np.zeros((2, 0), np.float32)
        self._encoded_samples = 0

    def encode(self, samples: Samples) -> Iterator[Sample]:
        whole = np.concatenate([self._rest, samples], axis=1)
        count = whole.shape[1] // AAC_FRAME_SAMPLES
        self._rest = whole[:, count * AAC_FRAME_SAMPLES :]
        for number in range(count):
            yield from self._frame(whole[:, number * AAC_FRAME_SAMPLES : (number + 1) * AAC_FRAME_SAMPLES])

    def finish(self) -> Iterator[Sample]:
        """What is still inside; nothing may be encoded afterwards."""
        if self._rest.shape[1]:
            yield from self._frame(np.pad(self._rest, ((0, 0), (0, AAC_FRAME_SAMPLES - self._rest.shape[1]))))
        yield from self._samples(None)

    def _frame(self, samples: Samples) -> Iterator[Sample]:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, self._encoded_samples, Fraction(1, SOUND_HZ)
        self._encoded_samples += AAC_FRAME_SAMPLES
        yield from self._samples(frame)

    def _samples(self, frame: av.AudioFrame | None) -> Iterator[Sample]:
        """Without the first packet, which only primes a decoder: it is dated before the first sample."""
        for packet in self._encoder.encode(frame):
            if packet.pts is not None and packet.pts >= 0:
                yield Sample(AAC_FRAME_SAMPLES, True, bytes(packet))


def stretched(samples: Samples, by_samples: int) -> Samples:
    """The same sound, longer by so many samples or as many as nobody hears."""
    length = samples.shape[1]
    most = int(length * STRETCH)
    if abs(by_samples) <= SLACK_SAMPLES or most == 0:
        return samples
    wanted = length + min(max(by_samples, -most), most)
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
