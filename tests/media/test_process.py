"""The media process as a child: another one waits beside it, and one that keeps dying is started ever more seldom."""

from pathlib import Path

from server.media.process import FIRST_BACK_OFF_S, LAST_BACK_OFF_S, back_off_s, begin, start, stop
from server.media.whereabouts import listen_address
from server.settings import Settings
from server.trust.secret import load_secret
from tests.live.waiting import until


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
