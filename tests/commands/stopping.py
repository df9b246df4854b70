"""`python -m tests.commands.stopping SLUG FILE LAST`: an import that kills itself while it registers person LAST."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from server.acts import registering
from server.commands.people import import_people
from server.settings import Settings


async def main(slug: str, content: bytes, last: int) -> None:
    """Import a list; in the middle of the transaction of person `last`, the process is killed."""
    registered, enrol = [], registering.enrol

    async def counted(*arguments: Any) -> registering.Fate:
        fate = await enrol(*arguments)
        registered.append(fate)
        if len(registered) == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return fate

    registering.enrol = counted
    await import_people(slug, content, Settings(), dry_run=False)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]).read_bytes(), int(sys.argv[3])))
