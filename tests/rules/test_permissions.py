"""Permissions by the table of actions."""

import uuid

import pytest

from server.rules.permissions import ACTIONS, CREW, Grant, allows, grants_of

EVENT, OTHER, SESSION = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
ROLES = sorted(set().union(*ACTIONS.values()))


@pytest.mark.parametrize("action", sorted(ACTIONS))
@pytest.mark.parametrize("role", ROLES)
def test_a_role_allows_exactly_its_actions_in_its_event(role: str, action: str) -> None:
    grants = {Grant(role, "event", EVENT)}
    assert allows(grants, action, event_id=EVENT) is (role in ACTIONS[action])
    assert not allows(grants, action, event_id=OTHER)
    assert not allows(grants, action)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_nobody_may_do_anything(action: str) -> None:
    assert not allows([], action, event_id=EVENT)


def test_an_organiser_of_the_installation_may_edit_every_event() -> None:
    grants = {Grant("organiser", "installation", None)}
    assert allows(grants, "event.edit", event_id=EVENT)
    assert allows(grants, "event.create")


def test_a_grant_on_a_session_reaches_that_session_alone() -> None:
    grants = {Grant("producer", "session", SESSION)}
    assert allows(grants, "session.move", event_id=EVENT, session_id=SESSION)
    assert not allows(grants, "session.move", event_id=EVENT, session_id=uuid.uuid4())


@pytest.mark.parametrize("state", [None, "held", "confirmed", "waitlisted", "released", "cancelled"])
@pytest.mark.parametrize("is_strong", [False, True])
@pytest.mark.parametrize("role", ROLES)
def test_crew_counts_in_a_strong_sign_in_alone_and_a_confirmed_registration_makes_a_delegate(
    role: str, is_strong: bool, state: str | None
) -> None:
    held = Grant(role, "event", OTHER)
    counted = grants_of([held], is_strong=is_strong, event_id=EVENT, registration_state=state)
    assert (held in counted) is (is_strong or role not in CREW)
    assert (Grant("delegate", "event", EVENT) in counted) is (state == "confirmed")
    assert counted <= {held, Grant("delegate", "event", EVENT)}


def test_grants_counted_twice_are_the_same() -> None:
    held = [Grant(role, "event", EVENT) for role in ROLES]
    once = grants_of(held, is_strong=False)
    assert grants_of(once, is_strong=False) == once


def test_a_grant_without_its_id_reaches_nothing() -> None:
    assert not allows({Grant("organiser", "event", None)}, "event.edit", event_id=None)


def test_an_unknown_action_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        allows([], "event.explode")
