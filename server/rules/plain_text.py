"""Text that people type: the spelling in which it is kept, and the characters that are refused. Pure."""

import re
import unicodedata

MOST_MARKS = 4
"""Marks on one letter of a name: more than any script needs, too few to cover the rows above and below."""
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters other than a line break or a tab, halves of surrogate pairs, and the two code points that no XML,
and so no workbook, may hold."""
NOT_IN_LINE = re.compile(r"[\n\r\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Line breaks, and the characters that turn all text after them around, beyond the field in which they stand."""
BLANK = re.compile(r"[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Tabs, and what Unicode calls a space separator."""
UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
"""Letters and symbols that show nothing, in spite of their categories."""
ADDRESS = re.compile(r"[^\W_]\.(?=[^\W_]{2}|\d)|[/\\@]")
"""Text of which mail programs make a link. A dot before one letter belongs to initials, as in J.R.R. Tolkien."""
FULL_STOPS = str.maketrans({"。": "."})


class BadCharacter(ValueError):
    """The text holds a character that may not stand in it."""


def line(text: str) -> str:
    """The text of a field of one line, as it is kept: composed (NFC), and every kind of blank as a plain one.

    Direction marks, joiners and soft hyphens are ordinary text. Raises BadCharacter for line breaks, other control
    characters, halves of surrogate pairs, and whatever turns the direction of text around.
    """
    spelled = BLANK.sub(" ", text)
    if has_control_character(spelled) or NOT_IN_LINE.search(spelled):
        raise BadCharacter
    return unicodedata.normalize("NFC", spelled)


def lines(text: str) -> str:
    """The text of a field of several lines, as it is kept: composed (NFC). Raises BadCharacter as `line` does."""
    if has_control_character(text):
        raise BadCharacter
    return unicodedata.normalize("NFC", text)


def has_control_character(text: str) -> bool:
    """True for a control character in the text, other than a line break or a tab, or half of a surrogate pair."""
    return CONTROL.search(text) is not None


def is_seen(text: str) -> bool:
    """True for a text of which something can be seen."""
    return any(unicodedata.category(char)[0] not in "CZM" and char not in UNSEEN for char in text)


def holds_address(text: str) -> bool:
    """True for a text of which a mail program would make a link, however the address is spelled."""
    compatible = unicodedata.normalize("NFKC", text).translate(FULL_STOPS)
    bare = "".join(char for char in compatible if unicodedata.category(char)[0] not in "CM")
    return bool(ADDRESS.search(bare))


def is_piled_up(text: str) -> bool:
    """True for a text with more marks on one letter than any script needs."""
    run = 0
    for char in unicodedata.normalize("NFC", text):
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if run > MOST_MARKS:
            return True
    return False
