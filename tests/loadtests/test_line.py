"""The connection of a simulated page reconnects after the same waits as a browser's."""

import re
from pathlib import Path

from loadtests.line import FIRST_TRY_WITHIN_S, LATER_TRIES_WITHIN_S, pause

JS = Path(__file__).parents[2] / "static" / "js"


def milliseconds(file: str, name: str) -> int:
    """The value of a constant in a script."""
    found = re.search(rf"const {name} = ([\d_]+);", (JS / file).read_text(encoding="utf-8"))
    assert found, name
    return int(found[1])


def test_it_reconnects_when_a_browser_would():
    assert milliseconds("helpers/connection.js", "FIRST_TRY_WITHIN_MS") == FIRST_TRY_WITHIN_S * 1000
    assert milliseconds("models/backoff.js", "LONGEST_MS") == LATER_TRIES_WITHIN_S * 1000
    first, last = [pause(0) for _ in range(500)], [pause(20) for _ in range(500)]
    assert 0 <= min(first) < 0.5 and 2.5 < max(first) <= FIRST_TRY_WITHIN_S
    assert 0 <= min(last) < 2.5 and 12.5 < max(last) <= LATER_TRIES_WITHIN_S
