"""What every test may ask for: the engines, the application, and how long the long checks run."""

import pytest
from hypothesis import settings

settings.register_profile("plenary", deadline=None)  # a busy machine is no counterexample
settings.load_profile("plenary")
pytest_plugins = ["tests.engines.fixtures", "tests.fixtures"]

LONGEST = ("tests/test_replay.py", "tests/test_wheel.py", "tests/journey/", "tests/everywhere/test_axe.py")
"""They begin the suite: at its end one of them would leave a core idle."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--soak` is what `make soak` adds."""
    parser.addoption("--soak", action="store_true", help="run the long checks in full, not in their short form")


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """Whether a long check runs in full: the same code with larger numbers."""
    return bool(pytestconfig.getoption("soak"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
