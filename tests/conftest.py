"""What every test may ask for: the engines, the application, and how long the long checks run."""

import asyncio
import gc
from collections.abc import Generator, Iterator
from typing import Any

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of what took too long it is shown where each task waits: in an event loop that is all that a stack tells."""
    report = yield
    if call.excinfo is not None and "Timeout" in call.excinfo.exconly() and (tasks := waiting_tasks()):
        report.sections.append(("Tasks that still run", tasks))
    return report


def waiting_tasks() -> str:
    """Each task that is not done, in whichever loop, and where it waits."""
    tasks = [each for each in gc.get_objects() if isinstance(each, asyncio.Task) and not each.done()]
    return "\n".join(line for task in tasks for line in (task.get_name(), *waits_at(task)))


def waits_at(task: "asyncio.Task[Any]") -> Iterator[str]:
    """From its outermost coroutine to the innermost: the stack that a task can print holds the first alone."""
    waiting: Any = task.get_coro()
    while frame := getattr(waiting, "cr_frame", None):
        yield f"  {frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_qualname}"
        waiting = waiting.cr_await
