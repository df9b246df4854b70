"""The bounds of an offer (SDP), and of the offers that one person makes. No I/O; told the time.

A web process checks them before it calls the media process, and the media process checks them again: the first hop
saves work, the second protects every stage.
"""

import re
from collections import defaultdict
from typing import NamedTuple

from rooms.errors import OfferRefused

OFFER_LIMIT_BYTES = 65_536
"""The largest offer, and the largest answer. Chrome's offer for every slot is 48 KB."""
LINE_LIMIT = 512
"""The longest line, in characters. Chrome's longest has 144."""
MOST_LINES = 2_400
"""The most lines of an offer. Chrome's offer for every slot has 1,600."""
MOST_SECTIONS = 16
"""The most media sections of a watcher's offer: sound and picture for each slot."""
MOST_SENT_SECTIONS = 4
"""The most media sections of a publisher's offer: browsers send sound and two sizes of picture."""
MOST_SECTION_LINES = 300
"""The most lines of one section. Chrome's sections of pictures have 170."""
MOST_CODECS = 64
"""The most codecs of one section: payload types are few (RFC 3551, 6). Chrome names 34."""
MOST_CANDIDATES = 32
"""The most candidates of an offer, of which one transport is checked. A laptop with several networks names some twenty,
and an encoder may repeat them in its second section."""
MOST_EXTENSIONS = 24
"""The most header extensions of one section. Chrome names 11."""
MOST_STREAM_LINES = 24
"""The most lines of one section about its SSRCs. Chrome writes five or six, older browsers four for each of two."""
MOST_FEEDBACK_FOR_ALL = 16
"""The most kinds of feedback that one section names for all its codecs at once (RFC 4585, 4.2)."""
MOST_CREDENTIAL = 256
"""The longest ICE user name fragment and password, in characters (RFC 8839, 5.4)."""
MOST_KEPT_CODECS = 8
"""The codecs of one section that are compared with ours; Chrome names four that fit. RTX is not counted."""

OFFERS_AT_ONCE = 8
"""The offers that one person, or one stage's encoder, may make at once; a page backstage makes two as it opens."""
OFFER_EVERY_S = 2.0
"""Afterwards one more every so many seconds: browsers that have lost their connection wait longer between offers."""
MOST_REMEMBERED = 10_000
"""The most people whose offers are remembered; beyond that the ones who have waited longest are forgotten."""

MEDIA_LINE = re.compile(r"m=(\S+) \d+ [A-Z/]+ .+")
OTHER_LINE_END = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029]")
"""Control characters, of which a parser of lines may take some for the end of a line."""


class Offer(NamedTuple):
    """An offer within its bounds."""

    media: list[str]
    """The kind of each section: audio or video."""
    essence: str
    """The offer without what no answer depends on: other codecs and their feedback, candidates of further transports.

    Answering takes the media process many times longer than reading, and the longer the more an offer names.
    """


def text_of(content: bytes) -> str:
    """An offer as it was sent, as text. Raises OfferRefused."""
    if len(content) > OFFER_LIMIT_BYTES:
        raise OfferRefused("too-large")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise OfferRefused("bad-offer") from error


def read_offer(offer: str, most_sections: int = MOST_SECTIONS) -> Offer:
    """Check an offer within its bounds. Raises OfferRefused."""
    lines = _lines_of(offer)
    starts = [number for number, line in enumerate(lines) if line.startswith("m=")]
    if len(starts) > most_sections:
        raise OfferRefused("too-large")
    if not starts:
        raise OfferRefused("bad-offer")
    session = lines[: starts[0]]
    parts = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    sections = [OfferSection(_kind_of(part[0]), part) for part in parts]
    if sum(len(section.values["candidate"]) for section in sections) > MOST_CANDIDATES:
        raise OfferRefused("too-large")
    bundled = _bundle_of(session, sections)
    kept = [line for line in session if not line.startswith("a=") or _name_of(line) in SESSION_ATTRIBUTES]
    for section in sections:
        kept += section.essence(has_transport=section.mid == bundled[0] if bundled else True)
    return Offer([section.kind for section in sections], "\r\n".join(kept) + "\r\n")


class OfferSection:
    """One media section: its lines, and the values of its attributes by name. Raises OfferRefused over a bound."""

    def __init__(self, kind: str, lines: list[str]) -> None:
        self.kind, self.lines = kind, lines
        if len(lines) > MOST_SECTION_LINES:
            raise OfferRefused("too-large")
        self.values: defaultdict[str, list[str]] = defaultdict(list)
        for line in lines:
            if line.startswith("a="):
                name, _, value = line[2:].partition(":")
                self.values[name].append(value)
        self._check()

    @property
    def mid(self) -> str:
        return self.values["mid"][0] if self.values["mid"] else ""

    def essence(self, *, has_transport: bool) -> list[str]:
        """The lines that an answer depends on. Raises OfferRefused when there is no codec that a stage takes."""
        codecs = self._kept_codecs()
        if not codecs:
            raise OfferRefused("no-h264")
        head = self.lines[0].split(" ", 3)[:3]
        kept = [" ".join([*head, *codecs])]
        kept += [line for line in self.lines[1:] if self._counts(line, codecs, has_transport)]
        return list(dict.fromkeys(kept))

    def _counts(self, line: str, codecs: list[str], has_transport: bool) -> bool:
        if not line.startswith("a="):
            return line.startswith("c=")
        name, _, value = line[2:].partition(":")
        payload_type, _, rest = value.partition(" ")
        if name == "rtcp-fb":
            return payload_type in (*codecs, "*") and rest in FEEDBACK
        if name == "extmap":
            return rest in EXTENSIONS
        if name in ("rtpmap", "fmtp"):
            return payload_type in codecs
        return name in SECTION_ATTRIBUTES or (has_transport and name in TRANSPORT_ATTRIBUTES)

    def _kept_codecs(self) -> list[str]:
        """The payload types of the codecs that a stage takes, with those of their retransmissions."""
        names = {kind: name.partition("/")[0].lower() for kind, _, name in _pairs(self.values["rtpmap"])}
        formats = {kind: value for kind, _, value in _pairs(self.values["fmtp"])}
        wanted = [kind for kind, name in names.items() if name == CODEC_OF[self.kind]]
        if self.kind == "video":
            wanted = [kind for kind in wanted if H264_MODE in formats.get(kind, "")]
        wanted = wanted[:MOST_KEPT_CODECS]
        repaired = {f"apt={kind}" for kind in wanted}
        repairs = [kind for kind, value in formats.items() if names.get(kind) == "rtx" and value in repaired]
        return [*wanted, *repairs]

    def _check(self) -> None:
        payload_types = [kind for kind, _, _ in _pairs(self.values["rtpmap"])]
        for_all = sum(value.startswith("*") for value in self.values["rtcp-fb"])
        streams = len(self.values["ssrc"]) + len(self.values["ssrc-group"])
        if (
            len(payload_types) > MOST_CODECS
            or len(self.values["extmap"]) > MOST_EXTENSIONS
            or for_all > MOST_FEEDBACK_FOR_ALL
            or streams > MOST_STREAM_LINES
        ):
            raise OfferRefused("too-large")
        if len(set(payload_types)) < len(payload_types):
            raise OfferRefused("bad-offer")


H264_MODE = "packetization-mode=1"
"""The way in which H.264 is put into packets (RFC 6184, 6.3): the only one that a stage takes."""
CODEC_OF = {"audio": "opus", "video": "h264"}
FEEDBACK = {"nack", "nack pli", "ccm fir", "transport-cc"}
EXTENSIONS = {
    "urn:ietf:params:rtp-hdrext:sdes:mid",
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
}
SESSION_ATTRIBUTES = {
    *("group", "msid-semantic", "fingerprint", "setup", "ice-ufrag", "ice-pwd", "ice-options", "ice-lite"),
}
TRANSPORT_ATTRIBUTES = {"candidate", "end-of-candidates"}
SECTION_ATTRIBUTES = {
    *("mid", "msid", "ssrc", "ssrc-group", "rtcp", "rtcp-mux"),
    *("sendonly", "recvonly", "sendrecv", "inactive"),
    *("fingerprint", "setup", "ice-ufrag", "ice-pwd", "ice-options"),
}


def _pairs(values: list[str]) -> list[tuple[str, str, str]]:
    return [value.partition(" ") for value in values]


def _name_of(line: str) -> str:
    return line[2:].partition(":")[0]


def _lines_of(offer: str) -> list[str]:
    if len(offer.encode(errors="replace")) > OFFER_LIMIT_BYTES:
        raise OfferRefused("too-large")
    if OTHER_LINE_END.search(offer):
        raise OfferRefused("bad-offer")
    lines = offer.splitlines()
    if len(lines) > MOST_LINES or any(len(line) > LINE_LIMIT for line in lines):
        raise OfferRefused("too-large")
    credentials = [line.partition(":")[2] for line in lines if line.startswith(("a=ice-ufrag:", "a=ice-pwd:"))]
    if any(len(value) > MOST_CREDENTIAL for value in credentials):
        raise OfferRefused("too-large")
    return lines


def _kind_of(line: str) -> str:
    found = MEDIA_LINE.fullmatch(line)
    if found is None:
        raise OfferRefused("bad-offer")
    if found[1] not in ("audio", "video"):
        raise OfferRefused("only-media")
    return found[1]


def _bundle_of(session: list[str], sections: list[OfferSection]) -> list[str]:
    """Return the names of the sections that share one transport, the one that describes it first.

    Raises OfferRefused when several do not all share it: each of them would have checks and packets of its own.
    """
    groups = (line.removeprefix("a=group:BUNDLE ").split() for line in session if line.startswith("a=group:BUNDLE "))
    bundled = next(groups, [])
    if len(sections) == 1:
        return []
    named = [mid for section in sections for mid in section.values["mid"]]
    if sorted(named) != sorted(bundled) or len(set(named)) != len(sections):
        raise OfferRefused("bad-offer")
    return bundled


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
