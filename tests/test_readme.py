"""The README names every command, and its links lead to existing files."""

import re
from pathlib import Path

from server.__main__ import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_command_is_named() -> None:
    named = set(re.findall(r"^\| `plenary (\w+)` \|", README, re.MULTILINE))
    assert named == set(COMMANDS)


def test_every_linked_file_exists() -> None:
    places = [place for place in re.findall(r"\]\(([^)]+)\)", README) if "://" not in place]
    assert places
    assert not [place for place in places if not (ROOT / place).exists()]
