"""Is there a voice in this 20 ms frame? WebRTC's detector, held to the line's own noise.

The detector alone calls steady music and crowds speech and hangs on for 100 ms after it; a frame must also stand out
of the quietest sound of the last seconds. It keeps no time but a count of frames.
"""

from collections import deque
from dataclasses import dataclass
from math import log10

import numpy as np
import webrtcvad

from ivr.speech.audio import RATE_HZ, Samples

_QUIETEST_DB = -96.0


@dataclass(frozen=True, slots=True)
class GateRules:
    """Levels in dBFS, distances in dB. `mode` is WebRTC's aggressiveness, 0..3."""

    mode: int = 3
    quietest_voice_db: float = -54.0
    loudest_threshold_db: float = -30.0  # whatever the noise, a voice this loud counts
    above_noise_db: float = 9.0
    below_speech_db: float = 22.0  # a frame this much under the caller's own loudness is the tail of a sound
    first_noise_db: float = -60.0  # assumed at first, for a caller who speaks at once
    noise_window_frames: int = 200
    loudness_decay_db: float = 0.04  # a frame: 2 dB/s


class _Lowest:
    """The lowest of the last `count` values, at first of `first` alone. Of a value followed by a lower one nothing is
    kept: looking through all of them at each voiced frame took as long as detecting the voice."""

    def __init__(self, count: int, first: float) -> None:
        self._count, self._seen = count, 0
        self._rising: deque[tuple[int, float]] = deque([(0, first)])

    @property
    def lowest(self) -> float:
        return self._rising[0][1]

    def add(self, value: float) -> None:
        rising, self._seen = self._rising, self._seen + 1
        if rising[0][0] <= self._seen - self._count:
            rising.popleft()
        while rising and rising[-1][1] >= value:
            rising.pop()
        rising.append((self._seen, value))


class VoiceGate:
    """One per call: it learns the noise and the caller's loudness as frames go by."""

    def __init__(self, rules: GateRules | None = None) -> None:
        self._rules = rules or GateRules()
        self._vad = webrtcvad.Vad(self._rules.mode)
        self._levels = _Lowest(self._rules.noise_window_frames, self._rules.first_noise_db)
        self._smooth_db = self._rules.first_noise_db
        self._loudness_db = _QUIETEST_DB

    @property
    def noise_db(self) -> float:
        """The quietest moment (about 40 ms) of the last seconds: closures in speech let the noise through."""
        return self._levels.lowest

    def is_voiced(self, frame: Samples) -> bool:
        """`frame`: 160 samples at 8 kHz."""
        level_db = _level_db(frame)
        self._smooth_db = (self._smooth_db + level_db) / 2
        self._levels.add(self._smooth_db)
        voiced = bool(self._vad.is_speech(frame.tobytes(), RATE_HZ))
        if not voiced or level_db < self._threshold_db():
            return False
        self._loudness_db = max(level_db, self._loudness_db - self._rules.loudness_decay_db)
        return True

    def _threshold_db(self) -> float:
        rules = self._rules
        above_noise_db = min(self.noise_db + rules.above_noise_db, rules.loudest_threshold_db)
        return max(rules.quietest_voice_db, above_noise_db, self._loudness_db - rules.below_speech_db)


def _level_db(frame: Samples) -> float:
    wide = frame.astype(np.float32)
    power = float(np.dot(wide, wide)) / len(frame)
    return 10 * log10(power / 32768.0**2) if power > 0 else _QUIETEST_DB
