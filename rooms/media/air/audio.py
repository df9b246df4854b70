"""The sound of all sources on air: decoded, placed on one time line, mixed, and encoded once.

Positions are samples at 48 kHz since the zero of our monotonic clock. Sound is float32 of shape (2, samples), -1 to 1.
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
"""The delay of libopus: the usual pre-skip (RFC 7845, 4.2)."""
LEAP_SAMPLES = SOUND_HZ // 50
"""A larger error is not drift: the sound is placed anew, with silence or a cut."""
SLACK_SAMPLES = SOUND_HZ // 1000
"""A smaller error is left uncorrected."""
STRETCH = 0.01
"""The largest share by which a packet's sound is stretched to follow a drift."""
LONGEST_S = 5
"""The bound of the mixer's buffer. Sound further ahead of the mix is left out."""
LOUD = 0.8
"""Above this level the sum of voices is compressed towards 1 instead of clipped."""
AAC_BITS_PER_S = 96_000


class Voice:
    """One source's sound on the time line. `head_sample` is the position after its newest sample, None at first."""

    def __init__(self) -> None:
        self.head_sample: int | None = None
        self._following_ticks: int | None = None
        self._decoder = _opus_decoder()

    def hear(self, sound: Sound, at_s: float) -> tuple[int, Samples]:
        """Decode a packet that was spoken at `at_s`; returns the position of its sound, and the sound."""
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
        """Decode a packet; one that cannot be decoded counts as lost, and gives no samples."""
        try:
            frames = self._decoder.decode(av.Packet(data))
        except av.FFmpegError:
            return np.zeros((2, 0), np.float32)
        return np.concatenate([np.zeros((2, 0), np.float32), *(frame.to_ndarray() for frame in frames)], axis=1)


class Mixer:
    """The sum of all voices from `at_sample` on; silence where nobody speaks."""

    def __init__(self, at_sample: int) -> None:
        self.at_sample = at_sample
        self._sum = np.zeros((2, LONGEST_S * SOUND_HZ), np.float32)

    def add(self, at_sample: int, samples: Samples) -> None:
        """Add sound at this position. The part of it before `self.at_sample` is left out."""
        late_samples = max(0, self.at_sample - at_sample)
        offset_samples = at_sample + late_samples - self.at_sample
        samples = samples[:, late_samples : late_samples + max(0, self._sum.shape[1] - offset_samples)]
        self._sum[:, offset_samples : offset_samples + samples.shape[1]] += samples

    def take(self, until_sample: int) -> Samples:
        """Return the mix up to a position, and go on from there."""
        known = self._sum[:, : max(0, until_sample - self.at_sample)]
        mix = np.zeros((2, max(0, until_sample - self.at_sample)), np.float32)
        mix[:, : known.shape[1]] = known
        self.skip(until_sample)
        return limited(mix)

    def skip(self, until_sample: int) -> None:
        """Go on from a later position. The mix before it is dropped."""
        length = max(0, until_sample - self.at_sample)
        rest = max(0, self._sum.shape[1] - length)
        self._sum[:, :rest] = self._sum[:, length : length + rest]
        self._sum[:, rest:] = 0
        self.at_sample += length


class SoundEncoder:
    """Encodes AAC from the first sample on. A frame lasts 1024 samples; the last frame is padded with silence."""

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
        """Flush the encoder; nothing may be encoded afterwards."""
        if self._rest.shape[1]:
            yield from self._frame(np.pad(self._rest, ((0, 0), (0, AAC_FRAME_SAMPLES - self._rest.shape[1]))))
        yield from self._samples(None)

    def _frame(self, samples: Samples) -> Iterator[Sample]:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_HZ, self._encoded_samples, Fraction(1, SOUND_HZ)
        self._encoded_samples += AAC_FRAME_SAMPLES
        yield from self._samples(frame)

    def _samples(self, frame: av.AudioFrame | None) -> Iterator[Sample]:
        """Encode a frame; None flushes. Leaves out the first packet, of negative time, which only primes a decoder."""
        for packet in self._encoder.encode(frame):
            if packet.pts is not None and packet.pts >= 0:
                yield Sample(AAC_FRAME_SAMPLES, True, bytes(packet))


def stretched(samples: Samples, by_samples: int) -> Samples:
    """Stretch sound by `by_samples`, but by no more than `STRETCH` of its length, which nobody hears."""
    length = samples.shape[1]
    most = int(length * STRETCH)
    if abs(by_samples) <= SLACK_SAMPLES or most == 0:
        return samples
    wanted = length + min(max(by_samples, -most), most)
    at = np.linspace(0, length - 1, wanted)
    return np.stack([np.interp(at, np.arange(length), channel) for channel in samples]).astype(np.float32)


def limited(samples: Samples) -> Samples:
    """Compress samples above `LOUD` so that none reaches 1; the others are unchanged."""
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
    encoder.options = {"aac_coder": "fast", "aac_ms": "0"}  # for a pure tone the search for mid/side coding takes long
    encoder.open()
    return encoder
