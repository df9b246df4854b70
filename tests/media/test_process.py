"""The media process as a child: started once it is wanted, beside a spare, and more seldom when it keeps dying."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette

from server.media.process import FIRST_BACK_OFF_S, LAST_BACK_OFF_S, MediaProcess, back_off_s, begin, start, stop
from server.media.whereabouts import listen_address
from server.settings import Settings
from server.store import stages
from server.store.engine.database import Database
from server.trust.secret import load_secret
from tests.factory import Factory
from tests.waiting import until


async def test_a_stage_that_is_wanted_in_one_web_process_has_one_started_by_another(
    database: Database, database_url: str, settings: Settings, make: Factory
) -> None:
    load_secret(settings)
    stage = await make.stage(await make.event())
    other = Starlette()
    other.state.settings, other.state.db = settings, Database(database_url)
    keeper = MediaProcess()
    assert await keeper.keep(other) is None
    async with database.writing() as db:
        await stages.want(db, stage, datetime.now(UTC))
    keeping = asyncio.create_task(keeper.keep(other))
    await until(Path(listen_address(settings)).exists)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await other.state.db.close()


async def test_a_spare_listens_only_when_told_to_and_ends_with_whoever_started_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    load_secret(settings)
    address = Path(listen_address(settings))
    spare, next_one = await start(settings), await start(settings)
    try:
        begin(next_one)
        await until(address.exists)
        assert spare.returncode is None
        for process in (spare, next_one):
            assert process.stdin is not None
            process.stdin.close()
            assert await process.wait() == 0
    finally:
        for process in (spare, next_one):
            await stop(process)


def test_one_that_keeps_dying_is_started_ever_more_seldom() -> None:
    waits = [back_off_s(0)]
    while waits[-1] < LAST_BACK_OFF_S:
        waits.append(back_off_s(waits[-1]))
    assert waits[0] == FIRST_BACK_OFF_S
    assert waits == sorted(waits)
