"""Numbers that stand twice, because a browser or a reader needs them too: both places say the same."""

import re
from datetime import timedelta

import pytest

from rooms.reactions import CREDIT_LIMIT, CREDIT_REFILL_PER_S
from rooms.session import GRACE_MS
from server.acts.watching import MOST_INTERVALS
from server.web.middleware import MAX_BODY_BYTES
from tests.imports import ROOT

IN_BROWSERS = [
    ("models/credits.js", "LIMIT", f"{CREDIT_LIMIT}"),
    ("models/credits.js", "REFILL_PER_MS", f"{CREDIT_REFILL_PER_S:.0f} / 1000"),
    ("models/watched-stretches.js", "MOST", f"{MOST_INTERVALS}"),
    ("helpers/film-upload.js", "PIECE_BYTES", f"{MAX_BODY_BYTES:_}"),
]
"""A script, a constant of it, and the server's number as the script writes it."""


@pytest.mark.parametrize(("script", "name", "number"), IN_BROWSERS, ids=[name for _, name, _ in IN_BROWSERS])
def test_a_script_counts_as_the_server_does(script: str, name: str, number: str) -> None:
    text = (ROOT / "static" / "js" / script).read_text()
    assert re.findall(rf"^(?:export )?const {name} = (.+);$", text, re.MULTILINE) == [number]


def test_the_closing_applause_is_defined_by_the_grace_after_the_end() -> None:
    assert timedelta(milliseconds=GRACE_MS) == timedelta(minutes=2)
    assert "no later than two minutes after its end" in (ROOT / "server" / "analytics" / "DEFINITIONS.md").read_text()
