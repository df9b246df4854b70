"""A child process that does one piece of work: it reports its progress, and says why it failed.

On standard output, a line `done 42 %`, `done 120 of 5000` or `done 120` reports progress, and every other line is part
of the result. The last line on standard error is the reason of a failure.
"""

import asyncio
import os
import re
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from contextlib import suppress

PROGRESS = re.compile(r"done (?P<done>\d+)(?: (?P<percent>%)| of (?P<total>\d+))?")
LONGEST_LINE = 16_000_000
"""Bytes of standard output without a line break; a child that prints more is stopped."""
LAST_WORDS = 2_000
"""Characters from the end of standard error that are kept."""

Progress = Callable[[int, int | None], None]
"""Told how much is done, and of how much in all; None where the total is not known."""


class ChildFailed(Exception):
    """A child process did not succeed. The message is its last line on standard error, empty where it wrote none."""


async def run(words: Sequence[str], *, given: bytes = b"", progress: Progress | None = None) -> str:
    """Run a child to its end and return its result; `given` is its standard input. Raises ChildFailed.

    The child and its own children are killed when the caller is cancelled.
    """
    process = await asyncio.create_subprocess_exec(
        *words, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=LONGEST_LINE, start_new_session=True
    )
    try:
        _, result, said = await asyncio.gather(
            give(process, given), read(process, progress or (lambda done, total: None)), last_words(process)
        )
        code = await process.wait()
    except ValueError as error:
        raise ChildFailed("It printed more than can be read.") from error
    finally:
        await end(process)
    if code:
        raise ChildFailed(said.splitlines()[-1].strip() if said else "")
    return result


async def give(process: Process, given: bytes) -> None:
    """Write standard input and close it; a child that has ended already does not want it."""
    assert process.stdin is not None
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(given)
        await process.stdin.drain()
    process.stdin.close()


async def read(process: Process, progress: Progress) -> str:
    """Report each line of progress; return the other lines. Raises ValueError for a line that is too long."""
    assert process.stdout is not None
    others = []
    async for line in process.stdout:
        text = line.decode(errors="replace")
        if found := PROGRESS.fullmatch(text.strip()):
            progress(int(found["done"]), 100 if found["percent"] else int(found["total"]) if found["total"] else None)
        else:
            others.append(text)
    return "".join(others)


async def last_words(process: Process, most: int = LAST_WORDS) -> str:
    """The end of what a process writes to standard error, at most `most` characters of it."""
    assert process.stderr is not None
    said = b""
    while piece := await process.stderr.read(65_536):
        said = (said + piece)[-4 * most :]
    return said.decode(errors="replace").strip()[-most:]


async def end(process: Process) -> None:
    """Kill the process with all that it has started, unless it has ended; returns when it is gone."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
