"""Slugs: the part of an address that names an event, a session or a track. Pure."""

import re
import unicodedata

PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST = 60
HINT = "Up to 60 small letters, digits and single hyphens, for example mse-in-action."


def is_slug(text: str) -> bool:
    return len(text) <= LONGEST and PATTERN.fullmatch(text) is not None


def slug_of(title: str) -> str:
    """Make a slug of a title: "Healthy Hearts: 2026!" becomes healthy-hearts-2026. Empty for a title without Latin
    letters or digits."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST].strip("-")


def free_slug(wanted: str, taken: set[str], otherwise: str) -> str:
    """The wanted slug, or the same with the lowest number that makes it unique."""
    base = wanted or otherwise
    numbered = (f"{base[: LONGEST - 4].strip('-')}-{n}" for n in range(2, len(taken) + 3))
    return next(slug for slug in (base, *numbered) if slug not in taken)
