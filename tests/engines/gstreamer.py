"""GStreamer's webrtcbin as an encoder, run by the system's Python, because only that finds GStreamer's bindings."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.engines import EngineMissing

PYTHON = "/usr/bin/python3"
PUBLISHER = Path(__file__).with_name("gstreamer_publisher.py")
ANSWERED_WITHIN_S = 90


def gstreamer_version() -> str:
    """The version of GStreamer. Raises EngineMissing when it is missing, or an element of the publisher is."""
    said = subprocess.run([PYTHON, PUBLISHER, "--version"], capture_output=True, text=True, check=False)
    if said.returncode:
        raise EngineMissing("There is no GStreamer that can publish: `make test` installs it or says what to install")
    return said.stdout.strip()


@asynccontextmanager
async def publishing(address: str, key: str) -> AsyncIterator[None]:
    """A GStreamer process that publishes to a WHIP address with a stream key; it is killed at the end."""
    process = await asyncio.create_subprocess_exec(PYTHON, PUBLISHER, address, key, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        said = await asyncio.wait_for(process.stdout.readline(), ANSWERED_WITHIN_S)
        assert said == b"published\n", said
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
