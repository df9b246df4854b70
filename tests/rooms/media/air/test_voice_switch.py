"""The picture follows the voice, without jumping at every cough."""

from rooms.media.air.voice_switch import QUIET_DB, SETTLES_S, STAYS_S, VoiceSwitch

PACKET_S = 0.02
BOTH = ["amara", "ben"]


def speak(voices: VoiceSwitch, source: str, begins_s: float, seconds: float, level_db: int = 20) -> float:
    """Let a source speak; returns the time at which it stops."""
    for n in range(round(seconds / PACKET_S)):
        voices.note(source, level_db, begins_s + n * PACKET_S)
    return begins_s + seconds


def test_whoever_speaks_for_a_while_is_shown():
    voices = VoiceSwitch()
    now_s = speak(voices, "ben", 0, SETTLES_S + 0.1)
    assert voices.choose(BOTH, "amara", now_s) == "ben"


def test_a_cough_changes_nothing():
    voices = VoiceSwitch()
    now_s = speak(voices, "ben", 0, 0.4)
    assert voices.choose(BOTH, "amara", now_s) == "amara"


def test_a_quiet_room_changes_nothing():
    voices = VoiceSwitch()
    now_s = speak(voices, "ben", 0, 5, level_db=QUIET_DB + 1)
    assert voices.choose(BOTH, "amara", now_s) == "amara"


def test_nobody_is_talked_over():
    voices = VoiceSwitch()
    speak(voices, "amara", 0, 5)
    now_s = speak(voices, "ben", 0, 5)
    assert voices.choose(BOTH, "amara", now_s) == "amara"


def test_the_picture_stays_a_while():
    voices = VoiceSwitch()
    now_s = speak(voices, "ben", 0, 2)
    assert voices.choose(BOTH, "amara", now_s) == "ben"
    soon_s = speak(voices, "amara", now_s + 0.5, SETTLES_S + 0.1)
    assert voices.choose(BOTH, "ben", soon_s) == "ben"
    later_s = speak(voices, "amara", soon_s, STAYS_S)
    assert voices.choose(BOTH, "ben", later_s) == "amara"


def test_somebody_who_is_not_on_air_is_not_shown():
    voices = VoiceSwitch()
    now_s = speak(voices, "ben", 0, 5)
    assert voices.choose(["amara"], "amara", now_s) == "amara"
