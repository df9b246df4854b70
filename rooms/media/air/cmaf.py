"""Writes fragmented MP4 that conforms to CMAF: initialisation segments, and media segments of one fragment each.

Boxes are named as in ISO/IEC 14496-12 (the file format), 14496-14 (AAC) and 14496-15 (H.264); numbers in brackets are
clauses. FFmpeg's muxer cannot end a fragment on demand, so this module writes the boxes.
"""

from collections.abc import Sequence
from struct import iter_unpack, pack
from typing import NamedTuple

from rooms.media.rtc.h264 import Size, size_of

PICTURE_HZ, SOUND_HZ = 90_000, 48_000
"""The timescales: ticks per second."""
AAC_FRAME_SAMPLES = 1024
"""PCM samples in an AAC frame."""
TRACK = 1
"""The track's number: each rendition has one track."""
UNITY = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The matrix that leaves a picture as it is (8.3.2)."""
LANGUAGE = 0x55C4
"""`und`, three letters of five bits (8.4.2)."""
SYNC, NOT_SYNC = 0x02000000, 0x01010000
"""sample_flags (8.8.3.1): a sync sample, which depends on no other · a sample that depends on others."""
BASE_IS_MOOF = 0x020000
DURATIONS_SIZES_FLAGS = 0x000701
"""Flags of trun (8.8.8): it holds the data offset, and each sample's duration, size and flags."""


class Sample(NamedTuple):
    """One access unit: its duration, True for `is_sync` when decoding can begin with it, and its bytes."""

    duration_ticks: int
    is_sync: bool
    data: bytes


class PictureSetup(NamedTuple):
    """The configuration of a picture decoder: the parameter sets, as NAL units."""

    sps: bytes
    pps: bytes

    @property
    def codecs(self) -> str:
        """The codec's name by RFC 6381."""
        return f"avc1.{self.sps[1:4].hex()}"

    @property
    def size(self) -> Size:
        """The picture's size. Raises ValueError for a damaged parameter set."""
        return size_of(self.sps)

    @property
    def is_whole(self) -> bool:
        """True when a decoder can be configured with these parameter sets."""
        try:
            return self.size.width > 0 and bool(self.pps)
        except ValueError:
            return False


class SoundSetup(NamedTuple):
    """The configuration of an AAC decoder: the AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1), and the bit rate."""

    configuration: bytes
    bits_per_s: int

    @property
    def codecs(self) -> str:
        """The codec's name by RFC 6381."""
        return f"mp4a.40.{self.configuration[0] >> 3}"


def length_prefixed(units: Sequence[bytes]) -> bytes:
    """Join NAL units to a sample (14496-15, 5.3.4.2.1), each after its length in four bytes."""
    return b"".join(pack(">I", len(unit)) + unit for unit in units)


def init_segment(setup: PictureSetup | SoundSetup) -> bytes:
    """Write the initialisation segment, which goes before all media segments of a track."""
    is_picture = isinstance(setup, PictureSetup)
    size = setup.size if isinstance(setup, PictureSetup) else Size(0, 0)
    volume = 0 if is_picture else 0x100
    track_header = _full_box(
        b"tkhd", 0, 7,
        pack(">5I8xHHHH", 0, 0, TRACK, 0, 0, 0, 0, volume, 0), UNITY, pack(">II", size.width << 16, size.height << 16),
    )  # fmt: skip
    timescale = PICTURE_HZ if is_picture else SOUND_HZ
    media_header = _full_box(b"mdhd", 0, 0, pack(">IIIIHH", 0, 0, timescale, 0, LANGUAGE, 0))
    handler = _full_box(b"hdlr", 0, 0, pack(">I4s12x", 0, b"vide" if is_picture else b"soun"), b"\0")
    kind_header = _full_box(b"vmhd", 0, 1, bytes(8)) if is_picture else _full_box(b"smhd", 0, 0, bytes(4))
    own_file = _box(b"dinf", _full_box(b"dref", 0, 0, pack(">I", 1), _full_box(b"url ", 0, 1)))
    entry = _picture_entry(setup) if isinstance(setup, PictureSetup) else _sound_entry(setup)
    media = _box(b"minf", kind_header, own_file, _sample_table(entry))
    track = _box(b"trak", track_header, _box(b"mdia", media_header, handler, media))
    defaults = _box(b"mvex", _full_box(b"trex", 0, 0, pack(">5I", TRACK, 1, 0, 0, 0)))
    header = _full_box(
        b"mvhd", 0, 0,
        pack(">4IIH10x", 0, 0, 1000, 0, 0x10000, 0x100), UNITY, bytes(24), pack(">I", TRACK + 1),
    )  # fmt: skip
    return _box(b"ftyp", b"iso6", pack(">I", 0), b"iso6cmfcmp41") + _box(b"moov", header, track, defaults)


def media_segment(number: int, begins_ticks: int, samples: Sequence[Sample]) -> bytes:
    """Write a media segment of one fragment. `begins_ticks` is the decode time of its first sample."""
    length = len(_movie_fragment(number, begins_ticks, samples, 0))
    fragment = _movie_fragment(number, begins_ticks, samples, length + 8)
    kind = _box(b"styp", b"msdh", pack(">I", 0), b"msdhmsixcmfs")
    return kind + fragment + _box(b"mdat", *(sample.data for sample in samples))


def duration_ticks_of(segment: bytes) -> int:
    """Read the duration of a segment that `media_segment` made. Raises ValueError, struct.error for another."""
    run = segment.index(b"trun") + 8
    count = int.from_bytes(segment[run : run + 4])
    return sum(ticks for ticks, _, _ in iter_unpack(">III", segment[run + 8 : run + 8 + 12 * count]))


def _movie_fragment(number: int, begins_ticks: int, samples: Sequence[Sample], offset: int) -> bytes:
    """Write the `moof` box. `offset` is the position of the first sample's bytes, from the fragment's first byte."""
    run = b"".join(
        pack(">III", each.duration_ticks, len(each.data), SYNC if each.is_sync else NOT_SYNC) for each in samples
    )
    track = _box(
        b"traf",
        _full_box(b"tfhd", 0, BASE_IS_MOOF, pack(">I", TRACK)),
        _full_box(b"tfdt", 1, 0, pack(">Q", begins_ticks)),
        _full_box(b"trun", 0, DURATIONS_SIZES_FLAGS, pack(">Ii", len(samples), offset), run),
    )
    return _box(b"moof", _full_box(b"mfhd", 0, 0, pack(">I", number)), track)


def _sample_table(entry: bytes) -> bytes:
    """Write an empty sample table: all samples are in fragments."""
    return _box(
        b"stbl",
        _full_box(b"stsd", 0, 0, pack(">I", 1), entry),
        _full_box(b"stts", 0, 0, bytes(4)),
        _full_box(b"stsc", 0, 0, bytes(4)),
        _full_box(b"stsz", 0, 0, bytes(8)),
        _full_box(b"stco", 0, 0, bytes(4)),
    )


def _picture_entry(setup: PictureSetup) -> bytes:
    """Write avc1 with its decoder configuration record (14496-15, 5.3.3.1): one SPS, one PPS, lengths of four bytes."""
    sps, pps = setup
    sets = b"\xe1" + pack(">H", len(sps)) + sps + b"\x01" + pack(">H", len(pps)) + pps
    configuration = _box(b"avcC", b"\x01", sps[1:4], b"\xff", sets)
    resolution = 72 << 16
    fixed = pack(">6xH16xHHIIIH32xHh", 1, *setup.size, resolution, resolution, 0, 1, 24, -1)
    return _box(b"avc1", fixed, configuration)


def _sound_entry(setup: SoundSetup) -> bytes:
    """Write mp4a with its elementary stream descriptor (14496-14, 5.6; 14496-1, 7.2.6)."""
    decoder = b"\x40\x15\0\0\0" + pack(">II", setup.bits_per_s, setup.bits_per_s)
    configuration = _descriptor(4, decoder + _descriptor(5, setup.configuration))
    stream = _descriptor(3, pack(">HB", TRACK, 0) + configuration + _descriptor(6, b"\x02"))
    fixed = pack(">6xH8xHHIHH", 1, 2, 16, 0, SOUND_HZ, 0)
    return _box(b"mp4a", fixed, _full_box(b"esds", 0, 0, stream))


def _descriptor(tag: int, content: bytes) -> bytes:
    """Write a descriptor shorter than 128 bytes, with its length in the usual four bytes (14496-1, 8.3.3)."""
    return bytes([tag, 0x80, 0x80, 0x80, len(content)]) + content


def _box(name: bytes, *content: bytes) -> bytes:
    """Write a box (4.2)."""
    joined = b"".join(content)
    return pack(">I4s", 8 + len(joined), name) + joined


def _full_box(name: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return _box(name, pack(">I", version << 24 | flags), *content)
