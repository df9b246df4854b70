"""Fixtures and options of every test: the engines, the application, and the form of the long checks."""

import asyncio
import gc
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("plenary", deadline=None)  # a slow example on a busy machine is not a failure
settings.load_profile("plenary")
pytest_plugins = ["tests.engines.fixtures", "tests.fixtures"]

LONGEST = ("tests/test_replay.py", "tests/test_wheel.py", "tests/journey/", "tests/everywhere/test_axe.py")
"""Tests that run first: at the end of the suite, a long one would leave the other cores idle."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option `--soak`, which `make soak` sets."""
    parser.addoption("--soak", action="store_true", help="run the long checks in full, not in their short form")


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """True when a long check runs in full: the same code with larger numbers."""
    return bool(pytestconfig.getoption("soak"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to the report of a timeout where each task waits, because the stack shows only the event loop."""
    report = yield
    if call.excinfo is not None and "Timeout" in call.excinfo.exconly() and (tasks := waiting_tasks()):
        report.sections.append(("Tasks that still run", tasks))
    return report


def waiting_tasks() -> str:
    """The name of each task that is not done, in any event loop, and the places at which it waits."""
    # isinstance asks a weak proxy for the class of a thing that is gone, and raises
    tasks = [each for each in gc.get_objects() if issubclass(type(each), asyncio.Task) and not each.done()]
    return "\n".join(line for task in tasks for line in (task.get_name(), *waits_at(task)))


def waits_at(task: "asyncio.Task[Any]") -> Iterator[str]:
    """The places of a task from its outermost coroutine to the innermost. Its own stack holds only the outermost."""
    waiting: Any = task.get_coro()
    while frame := getattr(waiting, "cr_frame", None):
        yield f"  {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"
        waiting = waiting.cr_await
