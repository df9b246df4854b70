"""The security log's vocabulary: closed, and complete beside the table of permissions."""

import uuid

import pytest

from server.rules.permissions import ACTIONS, Grant
from server.rules.security_log import ACTS, ROLES, STRONG, strongest_role

EVENT, OTHER = uuid.uuid4(), uuid.uuid4()
WITHOUT_PERMISSION = {
    "sign-in",
    "sign-out",
    "password.set",
    "link.create",
    "link.use",
    "stream-key.use",
    "grant.give",
    "grant.take",
    "data.erase",
}
"""Acts that no action of the table of permissions stands for."""


def test_every_strong_action_and_every_sign_in_has_words_and_nothing_else_has() -> None:
    assert set(ACTS) == STRONG | WITHOUT_PERMISSION
    assert set(ACTIONS) - STRONG == {"event.attend", "survey.answer"}


def test_every_role_but_that_of_everybody_has_its_place_in_the_order() -> None:
    assert set(ROLES) == frozenset().union(*ACTIONS.values()) - {"delegate"}


@pytest.mark.parametrize(
    "grants, role",
    [
        ([], ""),
        ([Grant("delegate", "event", EVENT)], "delegate"),
        ([Grant("delegate", "event", EVENT), Grant("speaker", "event", EVENT)], "speaker"),
        ([Grant("producer", "event", EVENT), Grant("organiser", "event", EVENT)], "organiser"),
        ([Grant("organiser", "event", OTHER), Grant("host", "table", uuid.UUID(int=1))], "host"),
        ([Grant("organiser", "installation", None)], "organiser"),
    ],
    ids=["nobody", "a delegate", "a speaker", "two roles", "an organiser elsewhere", "an organiser everywhere"],
)
def test_an_actor_has_the_strongest_role_that_counts_there(grants: list[Grant], role: str) -> None:
    assert strongest_role(grants, EVENT) == role
