"""Permissions at every address: each kind of visitor gets the answer, or is refused."""

import pytest

from tests.everywhere.cases import CASES, EVERYONE, address, endpoints
from tests.everywhere.conftest import Demo
from tests.everywhere.world import VISITORS

REFUSALS = (303, 401, 403, 404)


def test_every_address_has_a_case() -> None:
    assert set(CASES) == set(endpoints())


@pytest.mark.parametrize("method, path", [key for key in sorted(CASES) if CASES[key].open_to != EVERYONE])
async def test_a_visitor_without_permission_is_refused_and_changes_nothing(
    method: str, path: str, shared: Demo
) -> None:
    world = shared.world
    before = await world.stored()
    for visitor in VISITORS:
        if visitor in CASES[method, path].open_to:
            continue
        fields = world.fill(CASES[method, path].fields)
        answer = await shared.come(visitor).request(method, address(path, world), data=fields)
        assert answer.status_code in REFUSALS, (visitor, answer.status_code)
    assert await world.stored() == before


@pytest.mark.parametrize("path", sorted(path for method, path in CASES if method == "GET"))
async def test_a_visitor_with_permission_sees_the_page_and_changes_nothing_by_looking(path: str, shared: Demo) -> None:
    before = await shared.world.stored()
    for visitor in sorted(CASES["GET", path].open_to):
        answer = await shared.come(visitor).get(address(path, shared.world))
        assert answer.status_code in (200, 303), (visitor, answer.status_code)
    assert await shared.world.stored() == before
