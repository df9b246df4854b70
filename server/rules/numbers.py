"""Numbers in text from outside. Pure."""

import unicodedata

MOST_DIGITS = 18
"""Digits of the longest number that is read: it fits 64 bits."""


def is_number(text: str) -> bool:
    """True for the ASCII digits of a whole number. `str.isdigit` alone is also true of ², which no `int` reads."""
    return text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS


def in_ascii(text: str) -> str:
    """The text with its decimal digits of any script, as ٣ and ３, in ASCII."""
    return "".join(str(unicodedata.decimal(char, char)) for char in text)
