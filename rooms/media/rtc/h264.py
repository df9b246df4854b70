"""Reads NAL units and the picture's size from an H.264 stream (ITU-T H.264). Decodes nothing."""

from typing import NamedTuple

SPS, PPS, DELIMITER = 7, 8, 9
"""NAL unit types (table 7-1)."""
START_CODE = b"\x00\x00\x01"
"""A start code may be longer by zeros, and zeros may follow a unit: no unit itself ends with a zero (B.1)."""
WITH_CHROMA = frozenset({44, 83, 86, 100, 110, 118, 122, 128, 138, 139, 134, 135, 244})
"""The values of profile_idc whose sequence parameter sets hold chroma fields (7.3.2.1.1)."""
LONGEST_CODE = 32
MOST_SIZE_BYTES = 1_024
"""The part of a sequence parameter set that is read: its size stands in the first hundred bytes or so."""


class Size(NamedTuple):
    """A picture's width and height after cropping, pixels."""

    width: int
    height: int


def split(access_unit: bytes) -> list[bytes]:
    """Split an access unit in Annex B form into its NAL units."""
    return [unit for piece in access_unit.split(START_CODE) if (unit := piece.rstrip(b"\0"))]


def type_of(unit: bytes) -> int:
    """Return a NAL unit's type (table 7-1)."""
    return unit[0] & 0x1F


def size_of(sps: bytes) -> Size:
    """Read the picture's size from a sequence parameter set. Raises ValueError when the set is cut short."""
    bits = BitReader(sps[1:MOST_SIZE_BYTES])
    profile = bits.take(8)
    bits.take(16)
    bits.code()
    chroma = _skip_chroma(bits) if profile in WITH_CHROMA else 1
    bits.code()
    _skip_order(bits)
    bits.code()
    bits.take(1)
    width = 16 * (bits.code() + 1)
    rows = bits.code() + 1
    fields = 1 if bits.take(1) else 2
    if fields == 2:
        bits.take(1)
    bits.take(1)
    height = 16 * rows * fields
    if not bits.take(1):
        return Size(width, height)
    left, right, top, bottom = (bits.code() for _ in range(4))
    across = 2 if chroma in (1, 2) else 1
    down = (2 if chroma == 1 else 1) * fields
    return Size(width - across * (left + right), height - down * (top + bottom))


class BitReader:
    """Reads a raw byte sequence payload bit by bit, without its emulation prevention bytes (7.4.1)."""

    def __init__(self, payload: bytes) -> None:
        content = payload.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(content, "big")
        self._left = 8 * len(content)

    def take(self, count: int) -> int:
        """Read `count` bits as an unsigned number. Raises ValueError past the end."""
        self._left -= count
        if self._left < 0:
            raise ValueError("the parameter set is cut short")
        return (self._value >> self._left) & ((1 << count) - 1)

    def code(self) -> int:
        """Read an unsigned Exp-Golomb code (9.1). Raises ValueError past the end."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > LONGEST_CODE:
                raise ValueError("the parameter set is damaged")
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """Read a signed Exp-Golomb code (9.1.1). Raises ValueError past the end."""
        code = self.code()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def _skip_chroma(bits: BitReader) -> int:
    """Skip the fields of the higher profiles; returns the chroma format."""
    chroma = bits.code()
    if chroma == 3:
        bits.take(1)
    bits.code()
    bits.code()
    bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    return chroma


def _skip_scaling_list(bits: BitReader, length: int) -> None:
    last = following = 8
    for _ in range(length):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_order(bits: BitReader) -> None:
    """Skip the fields about picture order count."""
    kind = bits.code()
    if kind == 0:
        bits.code()
    elif kind == 1:
        bits.take(1)
        bits.code()
        bits.code()
        for _ in range(bits.code()):
            bits.code()
