"""Reading a file of posts: which of them carry the event's hashtag, and what is wrong with a line."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

COLUMNS = ("posted_at", "network", "impressions")
"""What a file of mentions must have; `text` and `reference` (the post's address or number) may be there too."""
MAX_NETWORK = 60
MAX_REFERENCE = 200
MAX_IMPRESSIONS = 2**31 - 1


class Mention(NamedTuple):
    """One post; `reference` tells it from every other on its network."""

    posted_at: datetime
    network: str
    reference: str
    impressions: int


class MentionsUnreadable(ValueError):
    """A file of mentions that cannot be read; the message says in which line and why."""


def carries(text: str, hashtag: str) -> bool:
    """Whether a post uses the hashtag as a whole, whatever its capitals: #MSEinActionPlan is another one."""
    tag = re.escape(hashtag.lstrip("#").casefold())
    return re.search(rf"(?<!\w)[#＃]{tag}(?!\w)", text.casefold()) is not None


def read_mentions(lines: Iterable[str], hashtag: str, zone: ZoneInfo) -> tuple[list[Mention], int]:
    """The posts of a CSV file that carry the hashtag, and how many others were passed over.

    A time without an offset is the event's. A row without a `text` column is taken at its word; one without a
    `reference` is known by what it says, so that the same file read twice gives the same references.
    Raises MentionsUnreadable, naming the line.
    """
    mentions: dict[tuple[str, str], Mention] = {}
    alike: Counter[str] = Counter()
    passed_over = 0
    for line, row in _rows(lines):
        if "text" in row and not carries(row["text"], hashtag):
            passed_over += 1
            continue
        reference = row.get("reference", "")
        if not reference:
            digest = _digest(row)
            alike[digest] += 1
            reference = f"{digest}-{alike[digest]}"
        mention = _mention(row, reference, line, zone)
        if mentions.setdefault((mention.network, reference), mention) is not mention:
            raise MentionsUnreadable(f"line {line}: the reference {reference} is there twice")
    return list(mentions.values()), passed_over


def _rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the line it ends on, its names casefolded and its values stripped."""
    reader = csv.reader(lines, strict=True)
    try:
        names = [name.strip().casefold().lstrip("\ufeff") for name in next(reader, [])]
        if missing := [name for name in COLUMNS if name not in names]:
            raise MentionsUnreadable(f"line 1: there is no column {missing[0]}; {', '.join(COLUMNS)} are needed")
        for values in reader:
            if not values:
                continue
            if len(values) != len(names):
                raise MentionsUnreadable(f"line {reader.line_num}: {len(values)} values for {len(names)} columns")
            yield reader.line_num, dict(zip(names, map(str.strip, values), strict=True))
    except csv.Error as error:
        raise MentionsUnreadable(f"line {reader.line_num}: {error}") from error


def _mention(row: dict[str, str], reference: str, line: int, zone: ZoneInfo) -> Mention:
    network = row["network"]
    if not 0 < len(network) <= MAX_NETWORK:
        raise MentionsUnreadable(f"line {line}: network needs 1 to {MAX_NETWORK} characters")
    if len(reference) > MAX_REFERENCE:
        raise MentionsUnreadable(f"line {line}: reference is longer than {MAX_REFERENCE} characters")
    return Mention(_moment(row["posted_at"], line, zone), network, reference, _impressions(row["impressions"], line))


def _digest(row: dict[str, str]) -> str:
    return hashlib.sha256("\x1f".join(f"{name}={row[name]}" for name in sorted(row)).encode()).hexdigest()


def _moment(text: str, line: int, zone: ZoneInfo) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        reason = f"line {line}: posted_at is not a time: {text[:40]!r}; write it like 2022-06-28T09:30"
        raise MentionsUnreadable(reason) from None


def _impressions(text: str, line: int) -> int:
    digits = text.replace(",", "") or "0"
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12 and int(digits) <= MAX_IMPRESSIONS):
        raise MentionsUnreadable(f"line {line}: impressions is not a whole number: {text[:40]!r}")
    return int(digits)
