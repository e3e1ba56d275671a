"""Audio that arrives piece by piece, at another rate, without seams."""

import numpy as np
import soxr

from ivr.speech.audio import Samples


class Resampler:
    """From `from_hz` to `to_hz`; passes audio through untouched where both are the same.

    What goes in comes out complete only after `flush`, which also makes it ready for the next signal: without it the
    end of a word stays inside (up to 20 ms).
    """

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = soxr.ResampleStream(from_hz, to_hz, 1, dtype="int16", quality="HQ") if from_hz != to_hz else None

    def push(self, samples: Samples) -> Samples:
        if self._stream is None:
            return samples
        changed: Samples = self._stream.resample_chunk(samples)
        return changed

    def flush(self) -> Samples:
        """What was still inside."""
        if self._stream is None:
            return np.zeros(0, np.int16)
        rest: Samples = self._stream.resample_chunk(np.zeros(0, np.int16), last=True)
        self._stream.clear()
        return rest
