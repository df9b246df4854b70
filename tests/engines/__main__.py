"""A check before the suite: it starts each engine once and prints their names; a missing engine is the last line."""

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.engines import EngineMissing
from tests.engines.chromium import running_chromium
from tests.engines.coturn import Coturn
from tests.engines.gstreamer import gstreamer_version
from tests.engines.nginx import nginx_program
from tests.engines.object_store import rclone_program
from tests.engines.postgresql import PostgreSQL
from tests.engines.process import ServerProcess
from tests.engines.redis import Redis, redis_program


def try_server(kind: Callable[[Path], ServerProcess]) -> None:
    folder = Path(tempfile.mkdtemp(prefix="plenary-"))
    try:
        server = kind(folder)
        server.start()
        server.stop()
    finally:
        shutil.rmtree(folder)


async def browser_version() -> str:
    async with running_chromium() as browser:
        return browser.version


def main() -> None:
    try_server(Redis)
    try_server(PostgreSQL)
    try_server(Coturn)
    nginx = Path(nginx_program()).name
    chromium = f"Chromium {asyncio.run(browser_version())}"
    redis = Path(redis_program()).name
    store = Path(rclone_program()).name
    print(f"Engines: {redis}, PostgreSQL 18, coturn, {nginx}, {store}, {gstreamer_version()}, {chromium}")


if __name__ == "__main__":
    try:
        main()
    except EngineMissing as problem:
        sys.exit(f"An engine is missing. {problem}")
