"""Runs the speech recognition command of the installation's settings.

The command gets the path of a WAVE file (16 kHz, one channel, 16 bits) as its last argument, and prints WebVTT as it
goes along.
"""

import asyncio
import os
import shlex
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path

from rooms.playback.webvtt import end_s_of
from server.running.child import end, last_words
from server.settings import Settings

MOST_BYTES = 8_000_000
"""The most WebVTT that is read; a day of talking is less."""
LAST_WORDS = 600
"""The most characters of the command's error output that the organiser is shown."""
NICENESS = 10
"""The conference itself goes before speech recognition."""
OURS = ("PLENARY_", "AWS_", "DATABASE_URL", "REDIS_URL")
"""Prefixes of our own settings, which are kept from the command."""


class NotUnderstood(Exception):
    """The command has not produced captions; the message tells the organiser why."""


def words_of(settings: Settings) -> list[str]:
    """The command and its arguments. Raises ValueError where a quotation is not closed."""
    return shlex.split(settings.speech_to_text)


class SpeechListener:
    """One run of the command. `reached_s` is the second of the sound at which its last caption so far ends."""

    def __init__(self, settings: Settings) -> None:
        self.reached_s = 0.0
        self._settings = settings

    async def listen(self, sound: Path, within_s: float) -> str:
        """The WebVTT that it prints. Raises NotUnderstood."""
        process = await self._start(sound)
        try:
            async with asyncio.timeout(within_s):
                printed, said = await asyncio.gather(self._read(process), last_words(process, LAST_WORDS))
                code = await process.wait()
        except TimeoutError:
            minutes = round(within_s / 60)
            raise NotUnderstood(f"The command was not done after {minutes} minutes and was stopped.") from None
        except ValueError:
            raise NotUnderstood("The command printed a line that no caption could be.") from None
        finally:
            await end(process)
        if code:
            raise NotUnderstood(f"The command failed ({code}). " + (f"It said: {said}" if said else "It said nothing."))
        return printed

    async def _start(self, sound: Path) -> Process:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        try:
            process = await asyncio.create_subprocess_exec(
                *words_of(self._settings),
                str(sound),
                stdin=DEVNULL,
                stdout=PIPE,
                stderr=PIPE,
                env=environment,
                limit=MOST_BYTES,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise NotUnderstood(f"The command cannot be started: {error}") from error
        with suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PGRP, process.pid, NICENESS)
        return process

    async def _read(self, process: Process) -> str:
        assert process.stdout is not None
        lines: list[str] = []
        room = MOST_BYTES
        async for line in process.stdout:
            lines.append(line.decode(errors="replace"))
            self.reached_s = end_s_of(lines[-1]) or self.reached_s
            room -= len(line)
            if room < 0:
                raise NotUnderstood("The command printed more than any talk can hold and was stopped.")
        return "".join(lines)
