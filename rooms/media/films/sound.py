"""Composes quiet music for a film, from sines and the film's seed: slow chords and plucked notes."""

import numpy as np
import numpy.typing as npt

RATE_HZ = 48_000
BAR_S = 6.0
CHORDS = ((0, 7, 12, 16), (-3, 9, 12, 16), (-7, 5, 12, 16), (-5, 7, 14, 19))
"""I, VI, IV and V, semitones above the root, repeated to the end."""
SCALE = (0, 2, 4, 7, 9, 12, 14, 16)
"""Major pentatonic, semitones above the root: no two notes clash."""
ROOTS_HZ = (196.0, 174.6, 207.7, 185.0)
PEAK = 0.5
FADE_S = 1.5

Samples = npt.NDArray[np.float32]


def compose(seconds: float, seed: int) -> Samples:
    """Compose stereo samples of shape (2, n), between -PEAK and PEAK. The same seed gives the same music."""
    chance = np.random.default_rng(seed)
    root_hz = ROOTS_HZ[seed % len(ROOTS_HZ)]
    phrase = np.zeros((2, round(len(CHORDS) * BAR_S * RATE_HZ)), np.float32)
    for bar, chord in enumerate(CHORDS):
        at_sample = round(bar * BAR_S * RATE_HZ)
        for voice, step in enumerate(chord):
            _add(phrase, at_sample, _pad(_pitch(root_hz / 2, step)), pan=voice / (len(chord) - 1))
        for beat in np.flatnonzero(chance.random(12) < 0.6):
            note = _pluck(_pitch(root_hz * 2, int(chance.choice(SCALE))))
            _add(phrase, at_sample + round(beat * BAR_S / 12 * RATE_HZ), note, pan=chance.random())
    count = round(seconds * RATE_HZ)
    music = np.tile(phrase, -(-count // phrase.shape[1]))[:, :count]
    return _faded(music * (PEAK / np.abs(phrase).max()))


def loudness(music: Samples, per_second: int) -> Samples:
    """Return the loudness of the music, `per_second` values a second, from 0 (its quietest) to 1 (its loudest)."""
    width = RATE_HZ // per_second
    steps = music.shape[1] // width
    level = np.sqrt(np.square(music[:, : steps * width]).reshape(2, steps, width).mean(axis=(0, 2)))
    span = max(float(np.ptp(level)), 1e-9)
    return np.asarray((level - level.min()) / span, np.float32)


def _pitch(root_hz: float, semitones: int) -> float:
    return float(root_hz * 2 ** (semitones / 12))


def _pad(hz: float) -> Samples:
    """Make a soft tone that swells and fades within one and a half bars."""
    time = np.arange(round(1.5 * BAR_S * RATE_HZ), dtype=np.float32) / RATE_HZ
    swell = np.sin(np.pi * time / time[-1]) ** 2
    tone = np.sin(2 * np.pi * hz * time) + 0.35 * np.sin(2 * np.pi * 2.003 * hz * time)
    return np.asarray(0.2 * swell * tone, np.float32)


def _pluck(hz: float) -> Samples:
    """Make a plucked string, whose upper partials die away first."""
    time = np.arange(2 * RATE_HZ, dtype=np.float32) / RATE_HZ
    partials = (np.sin(2 * np.pi * n * hz * time) * np.exp(-2.2 * n * time) / n**1.5 for n in (1, 2, 3))
    attack = np.minimum(time / 0.006, 1)
    return np.asarray(0.28 * attack * sum(partials), np.float32)


def _add(phrase: Samples, at_sample: int, voice: Samples, pan: float) -> None:
    """Mix a voice in. Sound beyond the phrase's end wraps to its start, so that the phrase can be repeated."""
    at = np.arange(at_sample, at_sample + voice.size) % phrase.shape[1]
    phrase[0, at] += voice * np.cos(pan * np.pi / 2)
    phrase[1, at] += voice * np.sin(pan * np.pi / 2)


def _faded(music: Samples) -> Samples:
    ramp = np.linspace(0, 1, min(round(FADE_S * RATE_HZ), music.shape[1]), dtype=np.float32)
    music[:, : ramp.size] *= ramp
    music[:, -ramp.size :] *= ramp[::-1]
    return music
