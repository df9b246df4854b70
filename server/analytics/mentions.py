"""Reader of a CSV file of posts: it keeps those with the event's hashtag and names the line of any error."""

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

COLUMNS = ("posted_at", "network", "impressions")
"""The columns that a file of mentions must have. `text` and `reference` (the post's address or number) are optional."""
MAX_NETWORK = 60
MAX_REFERENCE = 200
MAX_IMPRESSIONS = 2**31 - 1


class Mention(NamedTuple):
    """A post; its `reference` is unique on its network."""

    posted_at: datetime
    network: str
    reference: str
    impressions: int


class MentionsUnreadable(ValueError):
    """Raised for a file of mentions that cannot be read; the message names the line and the reason."""


def carries(text: str, hashtag: str) -> bool:
    """True when a post contains the whole hashtag, in any capitals: #MSEinActionPlan is a different hashtag."""
    tag = re.escape(hashtag.lstrip("#").casefold())
    return re.search(rf"(?<!\w)[#＃]{tag}(?!\w)", text.casefold()) is not None


def read_mentions(lines: Iterable[str], hashtag: str, zone: ZoneInfo) -> tuple[list[Mention], int]:
    """The posts of a CSV file that carry the hashtag, and the number of posts left out because they do not.

    A time without an offset is in `zone`, the event's. Without a `text` column, every row counts as carrying the
    hashtag. A row without a `reference` gets a hash of its content, so the same file read twice gives the same
    references. Raises MentionsUnreadable, naming the line.
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
    """Each row as column names (casefolded) and values (stripped), with the number of the line on which it ends."""
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
    posted_at = _posted_at(row["posted_at"], line, zone)
    return Mention(posted_at, network, reference, _impressions(row["impressions"], line))


def _digest(row: dict[str, str]) -> str:
    return hashlib.sha256("\x1f".join(f"{name}={row[name]}" for name in sorted(row)).encode()).hexdigest()


def _posted_at(text: str, line: int, zone: ZoneInfo) -> datetime:
    try:
        posted_at = datetime.fromisoformat(text)
        return (posted_at if posted_at.tzinfo else posted_at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        reason = f"line {line}: posted_at is not a time: {text[:40]!r}; write it like 2022-06-28T09:30"
        raise MentionsUnreadable(reason) from None


def _impressions(text: str, line: int) -> int:
    digits = text.replace(",", "") or "0"
    if not (digits.isascii() and digits.isdigit() and len(digits) < 12 and int(digits) <= MAX_IMPRESSIONS):
        raise MentionsUnreadable(f"line {line}: impressions is not a whole number: {text[:40]!r}")
    return int(digits)
