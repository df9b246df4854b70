"""A house for each test."""

import pytest

from tests.rooms.fakes import House


@pytest.fixture
def house() -> House:
    return House()
