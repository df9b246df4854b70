"""Finishes what an erasure began: the write-ahead log holds the erased rows until no reader keeps it any more."""

import structlog
from starlette.applications import Starlette

from server.store.engine.database import Database

EVERY_S = 2.0
SAID_EVERY = 150
"""Refusals from one log line to the next: five minutes of them."""

log = structlog.get_logger("plenary.forgetting")


async def go_on(app: Starlette) -> None:
    """A duty: empty the write-ahead log, after an erasure for which a reader has kept it."""
    database: Database = app.state.db
    refused = database.kept_from_forgetting
    if not refused:
        return
    if refused % SAID_EVERY == 1:
        log.warning("erased rows are still in the write-ahead log: a reader keeps it", refused=refused)
    if await database.forget():
        log.info("erased rows are gone from the write-ahead log too", refused=refused)
