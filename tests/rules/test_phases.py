"""The phase of a session: the table that page and player share."""

import json
from typing import Any, get_args

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

from server.rules.lifecycles import RECORDING, SESSION, STAGE, Lifecycle
from server.rules.phases import PHASES, Phase, PhaseFacts, rule_of
from tests.imports import ROOT

SHARED = json.loads((ROOT / "tests/js/models/phases.json").read_text())
"""The file that the JavaScript tests read: the table, and cases that both look up."""


def states(lifecycle: Lifecycle) -> set[str]:
    return {state for move in lifecycle.values() for state in {*move.sources, move.target}}


KNOWN = {
    "state": states(SESSION),
    "recording": states(RECORDING) | {"none", "closed"},
    "air": states(STAGE) | {"none"},
    "source": {"film", "stage", "none"},
}


@pytest.mark.parametrize(("facts", "phase", "card"), SHARED["cases"])
def test_a_session_is_in_the_phase_that_its_player_finds(facts: dict[str, str], phase: str, card: str | None) -> None:
    rule = rule_of(PhaseFacts(**facts))
    assert (rule.phase, rule.card) == (phase, card)


def test_the_player_is_tested_with_the_table_that_its_page_gives_it() -> None:
    assert SHARED["rules"] == json.loads(json.dumps(PHASES))


def test_the_table_speaks_of_states_that_there_are() -> None:
    assert set(PhaseFacts._fields) == set(KNOWN)
    for rule in PHASES:
        for name, values in rule.when.items():
            assert set(values) <= KNOWN[name]


def test_every_phase_is_reached_and_every_card_is_drawn() -> None:
    assert {rule.phase for rule in PHASES} == set(get_args(Phase))
    templates = Environment(loader=FileSystemLoader(ROOT / "templates"))
    source = (ROOT / "templates/components/player.html").read_text()
    drawn = {card_of(call) for call in templates.parse(source).find_all(nodes.Call)}
    assert {rule.card for rule in PHASES if rule.card} <= drawn


def card_of(call: nodes.Call) -> Any:
    """The name of the card that a template draws; None for another call."""
    is_card = isinstance(call.node, nodes.Name) and call.node.name == "card"
    return call.args[0].as_const() if is_card else None
