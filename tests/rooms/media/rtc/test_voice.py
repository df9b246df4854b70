"""The picture follows the voice, without jumping at every cough."""

from rooms.media.rtc.voice import QUIET_DB, SETTLES_S, STAYS_S, Voices

PACKET_S = 0.02
BOTH = ["amara", "ben"]


def speak(voices: Voices, source: str, begins: float, seconds: float, level: int = 20) -> float:
    """A source speaks; when it has stopped."""
    for n in range(round(seconds / PACKET_S)):
        voices.note(source, level, begins + n * PACKET_S)
    return begins + seconds


def test_whoever_speaks_for_a_while_is_shown():
    voices = Voices()
    now = speak(voices, "ben", 0, SETTLES_S + 0.1)
    assert voices.choose(BOTH, "amara", now) == "ben"


def test_a_cough_changes_nothing():
    voices = Voices()
    now = speak(voices, "ben", 0, 0.4)
    assert voices.choose(BOTH, "amara", now) == "amara"


def test_a_quiet_room_changes_nothing():
    voices = Voices()
    now = speak(voices, "ben", 0, 5, level=QUIET_DB + 1)
    assert voices.choose(BOTH, "amara", now) == "amara"


def test_nobody_is_talked_over():
    voices = Voices()
    speak(voices, "amara", 0, 5)
    now = speak(voices, "ben", 0, 5)
    assert voices.choose(BOTH, "amara", now) == "amara"


def test_the_picture_stays_a_while():
    voices = Voices()
    now = speak(voices, "ben", 0, 2)
    assert voices.choose(BOTH, "amara", now) == "ben"
    soon = speak(voices, "amara", now + 0.5, SETTLES_S + 0.1)
    assert voices.choose(BOTH, "ben", soon) == "ben"
    later = speak(voices, "amara", soon, STAYS_S)
    assert voices.choose(BOTH, "ben", later) == "amara"


def test_somebody_who_is_not_on_air_is_not_shown():
    voices = Voices()
    now = speak(voices, "ben", 0, 5)
    assert voices.choose(["amara"], "amara", now) == "amara"
