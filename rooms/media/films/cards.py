"""Draws the pictures of a title-card film. The colours are those of the interface (static/css/tokens.css)."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw, ImageFont

from rooms.media.films.spec import FilmSpec

WIDTH, HEIGHT = 640, 360
MARGIN = 44
TEXT_WIDTH = 452
GROUND, INK, SOFT_INK, LINE = "#faf7f2", "#1b2227", "#56616a", "#e4ddd2"
WHITE = "#ffffff"
REGULAR, STRONG = 400, 650
QUOTE_SIZES = (34, 31, 28, 25, 22)
MOST_LINES = 5
BARS = 7
FRAMING = 2
"""Shapes are drawn larger by this factor and then reduced, for smooth edges."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Typeface:
    """A variable font from a file (WOFF2 works), or Pillow's own font without one."""

    path: Path | None = None

    @lru_cache(maxsize=64)  # noqa: B019 - a film is drawn with one typeface
    def at(self, size: int, weight: int = REGULAR) -> Font:
        if self.path is None:
            return ImageFont.load_default(size)
        font = ImageFont.truetype(self.path, size)
        font.set_variation_by_axes([weight])
        return font


@dataclass(frozen=True)
class Palette:
    """The colours of one card, on the film's accent colour or on the warm ground."""

    ground: str
    ink: str
    soft: str
    accent: str
    line: str


def palettes(accent: str) -> tuple[Palette, Palette]:
    """Return the palette of the first and last card, and the palette of the others."""
    bold = Palette(accent, WHITE, mixed(accent, WHITE, 0.82), WHITE, mixed(accent, WHITE, 0.28))
    calm = Palette(GROUND, INK, SOFT_INK, accent, LINE)
    return bold, calm


def mixed(below: str, above: str, share: float) -> str:
    """Mix two colours: `above` laid over `below` with opacity `share`."""
    pairs = zip(ImageColor.getrgb(below)[:3], ImageColor.getrgb(above)[:3], strict=True)
    return "#" + "".join(f"{round(low + (high - low) * share):02x}" for low, high in pairs)


class CardPainter:
    """Paints one film's cards and, on each frame, the moving parts: clock, sound levels, progress line."""

    def __init__(self, spec: FilmSpec, typeface: Typeface) -> None:
        self.spec = spec
        self.typeface = typeface
        self.bold, self.calm = palettes(spec.accent)

    @cached_property
    def cards(self) -> list[tuple[Image.Image, Palette]]:
        """Every card without its moving parts."""
        first, *others = [card.text for card in self.spec.cards]
        drawn = [(self._title_card(first), self.bold)]
        for number, text in enumerate(others, start=1):
            palette = self.bold if number == len(others) else self.calm
            drawn.append((self._quote_card(text, number, palette), palette))
        return drawn

    def finish(self, picture: Image.Image, palette: Palette, at_s: float, levels: Sequence[float]) -> None:
        """Draw the moving parts on a picture: the clock, the last `BARS` sound levels (0 to 1), the progress."""
        draw = ImageDraw.Draw(picture)
        minutes, seconds = divmod(int(at_s), 60)
        clock = self.typeface.at(17, STRONG)
        draw.text((WIDTH - MARGIN, 318), f"{minutes}:{seconds:02}", palette.ink, clock, anchor="rm")
        for number, level in enumerate(levels):
            x, half = WIDTH - MARGIN - 104 + 7 * number, 2 + 8 * level
            draw.rounded_rectangle((x, 318 - half, x + 3, 318 + half), 1.5, palette.accent)
        draw.rectangle((0, HEIGHT - 5, WIDTH, HEIGHT), palette.line)
        draw.rectangle((0, HEIGHT - 5, WIDTH * at_s / self.spec.seconds, HEIGHT), palette.accent)

    def _title_card(self, text: str) -> Image.Image:
        picture = self._ground(self.bold, shapes=5, number=0)
        draw = ImageDraw.Draw(picture)
        draw.rectangle((MARGIN, 64, MARGIN + 48, 68), self.bold.ink)
        heading, size = self._fitted(self.spec.title, (44, 40, 36), most_lines=3)
        bottom = self._lines(draw, (MARGIN, 84), heading, size, STRONG, self.bold.ink)
        words, size = self._fitted(text, (20, 18, 16), most_lines=4)
        self._lines(draw, (MARGIN, bottom + 14), words, size, REGULAR, self.bold.ink)
        self._speaker(draw, self.bold)
        return picture

    def _quote_card(self, text: str, number: int, palette: Palette) -> Image.Image:
        picture = self._ground(palette, shapes=4, number=number)
        draw = ImageDraw.Draw(picture)
        draw.text((MARGIN, 42), self.spec.title, palette.accent, self.typeface.at(16, STRONG), anchor="lm")
        lines, size = self._fitted(text, QUOTE_SIZES, MOST_LINES)
        height = len(lines) * _leading(size)
        self._lines(draw, (MARGIN, 172 - height / 2), lines, size, STRONG, palette.ink)
        self._speaker(draw, palette)
        return picture

    def _speaker(self, draw: ImageDraw.ImageDraw, palette: Palette) -> None:
        draw.text((MARGIN, 318), self.spec.speaker, palette.soft, self.typeface.at(17), anchor="lm")

    def _ground(self, palette: Palette, shapes: int, number: int) -> Image.Image:
        """Draw the ground, with a group of round shapes to the right: people who lean together."""
        picture = Image.new("RGB", (WIDTH * FRAMING, HEIGHT * FRAMING), palette.ground)
        draw = ImageDraw.Draw(picture, "RGBA")
        chance = random.Random(f"{self.spec.seed}/{number}")  # noqa: S311 - shapes, not secrets
        red, green, blue = ImageColor.getrgb(palette.accent)[:3]
        for _ in range(shapes):
            radius = chance.randint(46, 118) * FRAMING
            x = chance.randint(560, 690) * FRAMING
            y = chance.randint(20, 250) * FRAMING
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), (red, green, blue, chance.randint(16, 40)))
        return picture.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)

    def _fitted(self, text: str, sizes: Sequence[int], most_lines: int) -> tuple[list[str], int]:
        """Wrap a text at the largest size at which it fits, or at the smallest; returns lines and size."""
        for size in sizes:
            lines = _balanced(text, self.typeface.at(size, STRONG))
            if len(lines) <= most_lines:
                break
        return lines, size

    def _lines(
        self, draw: ImageDraw.ImageDraw, at: tuple[float, float], lines: list[str], size: int, weight: int, ink: str
    ) -> float:
        """Write lines below one another; returns the top of a next line."""
        x, y = at
        for line in lines:
            draw.text((x, y + _leading(size) / 2), line, ink, self.typeface.at(size, weight), anchor="lm")
            y += _leading(size)
        return y


def _leading(size: int) -> float:
    return size * 1.28


def _balanced(text: str, font: Font) -> list[str]:
    """Wrap a text into the fewest lines that fit, as even as possible: no word is left alone."""
    lines = _wrapped(text, font, TEXT_WIDTH)
    for width in range(TEXT_WIDTH, TEXT_WIDTH // 2, -8):
        narrower = _wrapped(text, font, width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _wrapped(text: str, font: Font, width: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
