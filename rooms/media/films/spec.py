"""The description of a title-card film, read from JSON."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any
from zlib import crc32

LONGEST_S = 3600
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class SpecRefused(ValueError):
    """A description that no film can be made from; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Card:
    """The words of one card, and the seconds that they are shown."""

    text: str
    seconds: float


@dataclass(frozen=True, slots=True)
class FilmSpec:
    """A title-card film. `accent` is its colour, `#rrggbb`; `seed` chooses its shapes and its music."""

    title: str
    speaker: str
    cards: tuple[Card, ...]
    accent: str
    seed: int

    @classmethod
    def from_json(cls, spec: dict[str, Any]) -> "FilmSpec":
        """Read a description; without a `seed`, the seed is made from the title. Raises SpecRefused."""
        try:
            title = str(spec["title"])
            made = cls(
                title=title,
                speaker=str(spec["speaker"]),
                cards=tuple(Card(str(card["text"]), float(card["seconds"])) for card in spec["cards"]),
                accent=str(spec["accent"]),
                seed=int(spec.get("seed", crc32(title.encode()))),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SpecRefused(
                f"a film needs title, speaker, accent and cards with text and seconds: {error}"
            ) from error
        if not COLOUR.fullmatch(made.accent):
            raise SpecRefused(f"the accent must be a colour like #005a66, not {made.accent}")
        if not all(card.text.strip() for card in made.cards):
            raise SpecRefused("every card needs words")
        if not made.cards or any(card.seconds < 1 for card in made.cards) or made.seconds > LONGEST_S:
            raise SpecRefused(f"the cards must last a second or more each, and {LONGEST_S} seconds at most in all")
        return made

    @property
    def seconds(self) -> float:
        return sum(card.seconds for card in self.cards)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the whole description."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()
