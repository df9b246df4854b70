"""The bounds of an offer (SDP), and of the offers that one person makes. No I/O; told the time.

A web process checks them before it calls the media process, and the media process checks them again: the first hop
saves work, the second protects every stage.
"""

import re

from rooms.errors import OfferRefused

OFFER_LIMIT_BYTES = 98_304
"""The largest offer, and the largest answer. Chrome's offer for every slot is 48 KB."""
LINE_LIMIT = 1_024
"""The longest line, in characters."""
MOST_LINES = 3_000
"""The most lines of an offer. Chrome's offer for every slot has 1,600."""
MOST_SECTIONS = 16
"""The most media sections: sound and picture for each slot."""
MOST_SECTION_LINES = 400
"""The most lines of one section. Chrome's sections of pictures have 170."""
MOST_CODECS = 64
"""The most codecs of one section: payload types are few (RFC 3551, 6)."""
MOST_CANDIDATES = 64
"""The most candidates of one section. A laptop with several networks names some twenty."""
MOST_FEEDBACK_FOR_ALL = 16
"""The most kinds of feedback that one section names for all its codecs at once (RFC 4585, 4.2)."""
MOST_CREDENTIAL = 256
"""The longest ICE user name fragment and password, in characters (RFC 8839, 5.4)."""

OFFERS_AT_ONCE = 16
"""The offers that one person, or one stage's encoder, may make at once; a page backstage makes two."""
OFFER_EVERY_S = 2.0
"""Afterwards one more every so many seconds: browsers that have lost their connection wait longer between offers."""
MOST_REMEMBERED = 10_000
"""The most people whose offers are remembered; beyond that the ones who have waited longest are forgotten."""

MEDIA_LINE = re.compile(r"m=(\S+) \d+ [A-Z/]+ .+")
OTHER_LINE_END = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
"""Control characters, of which a parser of lines may take some for the end of a line."""


def sections_of(offer: str) -> list[tuple[str, list[str]]]:
    """Check an offer, and return the kind and the lines of each media section. Raises OfferRefused."""
    lines = _lines_of(offer)
    starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
    if len(starts) > MOST_SECTIONS:
        raise OfferRefused("too-large")
    if not starts:
        raise OfferRefused("bad-offer")
    sections = [
        (_kind_of(lines[start]), lines[start:end]) for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]
    for _, section in sections:
        _check_section(section)
    _check_bundle(lines[: starts[0]], [_values(section, "mid") for _, section in sections])
    return sections


def _lines_of(offer: str) -> list[str]:
    if len(offer.encode(errors="replace")) > OFFER_LIMIT_BYTES:
        raise OfferRefused("too-large")
    if OTHER_LINE_END.search(offer):
        raise OfferRefused("bad-offer")
    lines = offer.splitlines()
    if len(lines) > MOST_LINES or any(len(line) > LINE_LIMIT for line in lines):
        raise OfferRefused("too-large")
    if any(len(value) > MOST_CREDENTIAL for name in ("ice-ufrag", "ice-pwd") for value in _values(lines, name)):
        raise OfferRefused("too-large")
    return lines


def _kind_of(line: str) -> str:
    found = MEDIA_LINE.fullmatch(line)
    if found is None:
        raise OfferRefused("bad-offer")
    if found[1] not in ("audio", "video"):
        raise OfferRefused("only-media")
    return found[1]


def _check_section(section: list[str]) -> None:
    payload_types = [value.partition(" ")[0] for value in _values(section, "rtpmap")]
    if len(section) > MOST_SECTION_LINES or len(payload_types) > MOST_CODECS:
        raise OfferRefused("too-large")
    for_all = sum(value.startswith("*") for value in _values(section, "rtcp-fb"))
    if len(_values(section, "candidate")) > MOST_CANDIDATES or for_all > MOST_FEEDBACK_FOR_ALL:
        raise OfferRefused("too-large")
    if len(set(payload_types)) < len(payload_types):
        raise OfferRefused("bad-offer")


def _check_bundle(session: list[str], mids: list[list[str]]) -> None:
    """Refuse sections that do not all share one transport: each of them would have checks and packets of its own."""
    if len(mids) == 1:
        return
    named = [mid for each in mids for mid in each]
    bundled = next((value.split()[1:] for value in _values(session, "group") if value.startswith("BUNDLE ")), [])
    if sorted(named) != sorted(bundled) or len(set(named)) != len(mids):
        raise OfferRefused("bad-offer")


def _values(lines: list[str], name: str) -> list[str]:
    """Return the values of the attributes of this name."""
    start = f"a={name}:"
    return [line[len(start) :] for line in lines if line.startswith(start)]


class OfferBudgets:
    """The offers that each person may still make: OFFERS_AT_ONCE, and one more every OFFER_EVERY_S seconds."""

    def __init__(self) -> None:
        self._owed_until_s: dict[str, float] = {}
        """By person: the time at which all of the budget is there again."""

    def spend(self, person: str, now_s: float) -> float:
        """Spend an offer; returns 0, or the seconds to wait for one when none is left."""
        owed_s = max(self._owed_until_s.pop(person, now_s) - now_s, 0.0)
        wait_s = max(owed_s - (OFFERS_AT_ONCE - 1) * OFFER_EVERY_S, 0.0)
        self._owed_until_s[person] = now_s + owed_s + (OFFER_EVERY_S if not wait_s else 0.0)
        if len(self._owed_until_s) > MOST_REMEMBERED:
            del self._owed_until_s[next(iter(self._owed_until_s))]
        return wait_s
