"""What runs beside the pages goes on when a turn of it fails, and ends with the application."""

import asyncio

from starlette.applications import Starlette

from server.background import Duty, keep_doing


async def test_a_duty_that_fails_is_done_again() -> None:
    turns = 0
    thrice = asyncio.Event()

    async def work(_: Starlette) -> None:
        nonlocal turns
        turns += 1
        if turns == 3:
            thrice.set()
        raise RuntimeError("the database is away")

    task = asyncio.create_task(keep_doing(Duty("mail", 0.0, work), Starlette()))
    await asyncio.wait_for(thrice.wait(), 60)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
