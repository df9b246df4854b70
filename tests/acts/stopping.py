"""`python -m tests.acts.stopping DATABASE_URL N`: a worker of retentions that kills itself at the Nth person."""

import asyncio
import os
import signal
import sys
import uuid

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.applications import Starlette

from server.acts.anonymising import RETENTION
from server.models import Event
from server.running.jobs import work_off
from server.store import retention
from server.store.engine.database import Database


async def main(url: str, last: int) -> None:
    """Work off retentions; in the middle of the transaction of person `last`, the process is killed."""
    app = Starlette()
    app.state.db = Database(url)
    taken, take_out = [], retention.take_out

    async def counted(db: AsyncSession, event: Event, person_id: uuid.UUID) -> None:
        await take_out(db, event, person_id)
        taken.append(person_id)
        if len(taken) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    retention.take_out = counted
    await work_off(RETENTION, app)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
