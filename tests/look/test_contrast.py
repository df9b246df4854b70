"""The colours hold the contrast that LOOK promises, in both themes: computed from the stylesheets themselves."""

import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from server.web.folders import static_dir

COLOUR = re.compile(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", re.IGNORECASE)
TEXT, CONTROL = 4.5, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11."""

GROUNDS = ("ground", "raised")
INKS = ("ink", "soft", "brand", "brand-strong", "live", "good", "warn", "bad")
TRACKS = ("teal", "indigo", "plum", "moss", "ochre", "slate", "sky", "heather")
TEXT_PAIRS = [
    *product((*INKS, *TRACKS), GROUNDS),
    *product(("ink", "soft"), ("sunken", "brand-tint", "live-tint", "good-tint", "warn-tint", "bad-tint")),
    ("brand-strong", "brand-tint"),
    ("good", "good-tint"),
    ("warn", "warn-tint"),
    ("bad", "bad-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-strong"),
    ("on-focus", "focus"),
    ("on-band", "band"),
    ("on-band", "band-hover"),
    ("on-live", "live"),
    ("on-live", "live-strong"),
    ("on-picture", "picture"),
    ("soft-on-picture", "picture"),
    ("brand-on-picture", "picture"),
    ("live-on-picture", "picture"),
]
CONTROL_PAIRS = [*product(("control", "brand", "bad", "ink"), GROUNDS)]


def css(name: str) -> str:
    return (static_dir() / "css" / name).read_text()


@cache
def colours(theme: str) -> dict[str, str]:
    light = dict(COLOUR.findall(css("tokens.css")))
    return light if theme == "light" else {**light, **dict(COLOUR.findall(css("dark.css")))}


def luminance(colour: str) -> float:
    """The relative luminance of #rrggbb, 0 to 1 (WCAG 2.2)."""

    def linear(hexes: str) -> float:
        part = int(hexes, 16) / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(colour[at : at + 2]) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black on white)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_the_most_there_is() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(theme: str) -> None:
    palette = colours(theme)
    faint = {
        (ink, ground): round(found, 2)
        for ink, ground in TEXT_PAIRS
        if (found := contrast(palette[ink], palette[ground])) < TEXT
    }
    assert not faint


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_controls_can_be_seen(theme: str) -> None:
    palette = colours(theme)
    faint = {pair for pair in CONTROL_PAIRS if contrast(palette[pair[0]], palette[pair[1]]) < CONTROL}
    assert not faint


def test_initials_can_be_read_on_every_face() -> None:
    faces = re.findall(r"--hue: (#\w{6}); --hue-ink: (#\w{6})", css("components/person.css"))
    assert len(faces) == 8
    assert all(contrast(hue, ink) >= TEXT for hue, ink in faces)


def test_the_dark_theme_names_no_colour_that_the_light_one_lacks() -> None:
    assert dict(COLOUR.findall(css("dark.css"))).keys() <= dict(COLOUR.findall(css("tokens.css"))).keys()


def test_colours_stand_in_the_tokens_alone() -> None:
    """A colour written elsewhere would not follow the theme. Faces do not follow it."""
    allowed = {"tokens.css", "dark.css", "person.css"}
    strays = [
        f"{path.name}: {found}"
        for path in Path(static_dir() / "css").rglob("*.css")
        if path.name not in allowed
        for found in re.findall(r"#[0-9a-f]{3,8}\b", path.read_text(), re.IGNORECASE)
    ]
    assert not strays
