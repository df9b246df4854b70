"""A child process reports its progress, gives back what it prints, and says why it failed; nothing of it is left."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from server.running import child
from server.running.child import LONGEST_LINE, ChildFailed
from tests.waiting import until

WITHIN_S = 60


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


async def test_progress_is_told_and_the_rest_is_the_result() -> None:
    told: list[tuple[int, int | None]] = []
    script = "print('done 40 %\\n{\\ndone 3 of 12\\n}\\ndone 7\\nall done 1 %')"
    result = await child.run(python(script), progress=lambda done, total: told.append((done, total)))
    assert told == [(40, 100), (3, 12), (7, None)]
    assert result == "{\n}\nall done 1 %\n"


async def test_it_reads_what_it_is_given() -> None:
    given = b"x" * 1_000_000
    assert await child.run(python("import sys; print(len(sys.stdin.read()))"), given=given) == "1000000\n"


async def test_one_that_reads_nothing_is_given_nothing() -> None:
    assert await child.run(python("print('ready')"), given=b"x" * 1_000_000) == "ready\n"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import sys; print('40'); sys.exit('warning\\nThis is no film.')", "This is no film."),
        ("import sys; sys.exit(2)", ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", ""),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import sys; sys.stderr.write('x' * 1_000_000); sys.exit(1)", "x" * child.LAST_WORDS),
    ],
)
async def test_the_last_line_that_it_wrote_is_the_reason(script: str, reason: str) -> None:
    with pytest.raises(ChildFailed) as failed:
        await child.run(python(script))
    assert str(failed.value) == reason


async def test_what_it_writes_to_standard_error_is_no_failure() -> None:
    assert await child.run(python("import sys; sys.stderr.write('a warning'); print('ready')")) == "ready\n"


async def test_one_that_prints_without_end_is_stopped() -> None:
    with pytest.raises(ChildFailed, match="more than can be read"):
        await child.run(python(f"print('x' * {2 * LONGEST_LINE})"))


async def test_it_is_killed_with_its_own_children_when_the_work_is_cancelled(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    script = f"""
import os, subprocess, sys
own = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
open({str(pids)!r}, "w").write(f"{{os.getpid()}} {{own.pid}}")
print("done 1 %", flush=True)
own.wait()
"""
    began = asyncio.Event()
    work = asyncio.create_task(child.run(python(script), progress=lambda done, total: began.set()))
    async with asyncio.timeout(WITHIN_S):
        await began.wait()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        assert work.cancelled()
        for pid in map(int, pids.read_text().split()):
            await until(lambda pid=pid: not is_running(pid))


def is_running(pid: int) -> bool:
    """True while a process runs. A zombie, whose end nobody has collected, does not run any more."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
