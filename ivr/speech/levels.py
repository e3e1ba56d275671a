"""Loudness and the silence around speech, for prompts: every voice equally loud, and no wait before the first word."""

import numpy as np

from ivr.speech.audio import RATE_HZ, Samples, to_int16

SPEECH_DBFS = -18.0
PEAK_DBFS = -1.0
_FRAME = RATE_HZ // 100
_QUIET_DB = -38.0  # under the loudest 10 ms: not speech
_FADE = RATE_HZ // 200


def _powers(samples: Samples) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Mean square of each 10 ms, the last piece padded with silence."""
    padded = np.zeros(-(-len(samples) // _FRAME) * _FRAME)
    padded[: len(samples)] = samples
    powers: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.square(padded).reshape(-1, _FRAME).mean(axis=1)
    return powers


def _active(samples: Samples) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    powers = _powers(samples)
    floor = max(float(powers.max(initial=0.0)) * 10 ** (_QUIET_DB / 10), 1.0)
    active: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = powers > floor
    return active


def trimmed(samples: Samples, margin_ms: int = 30) -> Samples:
    """Without the silence before and after but `margin_ms`; empty where there is only silence."""
    active = np.flatnonzero(_active(samples))
    if not len(active):
        return samples[:0]
    margin = margin_ms * RATE_HZ // 1000
    return samples[max(0, int(active[0]) * _FRAME - margin) : (int(active[-1]) + 1) * _FRAME + margin]


def evened(samples: Samples) -> Samples:
    """Speech parts at -18 dBFS where peaks allow it, the edges faded over 5 ms."""
    if not len(samples):
        return samples
    powers = _powers(samples)[_active(samples)]
    if not len(powers):
        return samples
    level = float(np.sqrt(powers.mean()))
    peak = float(np.abs(samples.astype(np.int32)).max())
    gain = min(32768 * 10 ** (SPEECH_DBFS / 20) / level, 32768 * 10 ** (PEAK_DBFS / 20) / peak)
    louder = samples * gain
    ramp = np.linspace(0.0, 1.0, min(_FADE, len(samples) // 2), endpoint=False)
    if len(ramp):
        louder[: len(ramp)] *= ramp
        louder[-len(ramp) :] *= ramp[::-1]
    return to_int16(louder)
