"""How soon a media process that has died is started again."""

from server.media.process import FIRST_BACK_OFF_S, HEALTHY_AFTER_S, LAST_BACK_OFF_S, back_off_s


def test_one_that_was_healthy_is_started_at_once_again_whatever_was_before() -> None:
    assert back_off_s(lived_s=HEALTHY_AFTER_S + 1, before_s=LAST_BACK_OFF_S) == 0


def test_one_that_keeps_dying_is_started_ever_more_seldom() -> None:
    waited, waits = 0.0, []
    for _ in range(8):
        waited = back_off_s(lived_s=1, before_s=waited)
        waits.append(waited)
    assert waits[0] == FIRST_BACK_OFF_S
    assert waits == sorted(waits)
    assert waits[-1] == LAST_BACK_OFF_S
