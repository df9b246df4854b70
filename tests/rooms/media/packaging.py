"""A process that packages a synthetic speaker in real time, to be killed: `python -m tests.rooms.media.packaging`.

It reads one command per line: `size WIDTH HEIGHT` changes the size of the speaker's picture, `end` ends the session.
"""

import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from rooms.media.air.programme import Programme
from tests.rooms.media.speaker import Speaker, feed

BEAT_S = 0.1


class Packaging:
    """A test's handle on the process. The speaker has been speaking since `began_s`, seconds since 1970.

    `small` is the size of a second picture, such as `80x60`; empty, there is none.
    """

    def __init__(self, directory: Path, began_s: float, *, small: str = "") -> None:
        self.directory, self.began_s, self.small = directory, began_s, small
        self._process = self._start(began_s)

    def kill(self) -> None:
        """Kill the process by SIGKILL, and start another that goes on in the same directory."""
        self.close()
        self._process = self._start(time.time())

    def tell(self, command: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()

    def end(self) -> None:
        """End the session; returns once all of it is on the disk."""
        self.tell("end")
        assert self._process.wait() == 0

    def take_up(self) -> None:
        """End the session, and take it up again in another process and the same directory."""
        self.end()
        self.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _start(self, since_s: float) -> subprocess.Popen[str]:
        words = [
            sys.executable,
            "-m",
            "tests.rooms.media.packaging",
            self.directory,
            str(self.began_s),
            str(since_s),
            self.small,
        ]
        return subprocess.Popen(words, stdin=subprocess.PIPE, text=True)


def package(directory: Path, began_s: float, since_s: float, small: str, commands: "SimpleQueue[str]") -> None:
    """Package the speaker's pictures and sound from `since_s` on, in real time, until told to end."""
    width, _, height = small.partition("x")
    speaker = Speaker(small_size=(int(width), int(height)) if small else None)
    programme = Programme(directory, epoch_s=began_s - speaker.begins_s, ask_keyframe=lambda source: None)
    programme.add(speaker.name)
    programme.on_air([speaker.name])
    programme.take(speaker.name)
    sent_s = since_s - began_s
    while not said(commands, speaker, BEAT_S):
        now_s = time.time() - began_s
        feed(programme, speaker, seconds=now_s, since_s=sent_s)
        sent_s = now_s
    programme.end().result()


def said(commands: "SimpleQueue[str]", speaker: Speaker, within_s: float) -> bool:
    """Obey the next command that comes within this time. True when it is `end`."""
    with suppress(Empty):
        word, *size = commands.get(timeout=within_s).split()
        if word == "end":
            return True
        speaker.size = int(size[0]), int(size[1])
    return False


def listen(commands: "SimpleQueue[str]") -> None:
    for line in sys.stdin:
        commands.put(line)


def main() -> None:
    commands: SimpleQueue[str] = SimpleQueue()
    threading.Thread(target=listen, args=(commands,), daemon=True).start()
    package(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), sys.argv[4], commands)


if __name__ == "__main__":
    main()
