"""Takes stretches out of a voice so that nobody can hear what was there: beeped, or silent. Times stay. Pure."""

from collections.abc import Sequence

import numpy as np

from ivr.speech.audio import MULAW_SILENCE, RATE_HZ, mulaw_encode

BEEP_HZ, BEEP_DBFS = 1000, -26.0
_PER_MS = RATE_HZ // 1000

Span = tuple[int, int]  # ms, end excluded


def merged(spans: Sequence[Span], within: Span) -> list[Span]:
    """The spans in order, clipped to `within`, those that touch or overlap joined, empty ones left out."""
    begin, end = within
    joined: list[Span] = []
    for start, stop in sorted((max(begin, s), min(end, e)) for s, e in spans):
        if start >= stop:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def only(mulaw: bytes, keep: Sequence[Span], beep: Sequence[Span] = ()) -> bytes:
    """Of a voice (µ-law, 8 kHz) only the stretches of `keep`; a tone in those of `beep`, which win; silence elsewhere.
    As long as it was."""
    length = len(mulaw) // _PER_MS + 1
    heard = np.frombuffer(mulaw, np.uint8)
    out = np.full(len(heard), MULAW_SILENCE, np.uint8)
    for start, stop in merged(keep, (0, length)):
        out[start * _PER_MS : stop * _PER_MS] = heard[start * _PER_MS : stop * _PER_MS]
    tone = np.frombuffer(mulaw_encode(_tone(len(heard))), np.uint8)
    for start, stop in merged(beep, (0, length)):
        out[start * _PER_MS : stop * _PER_MS] = tone[start * _PER_MS : stop * _PER_MS]
    return out.tobytes()


def _tone(samples: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    wave = np.sin(2 * np.pi * BEEP_HZ * np.arange(samples) / RATE_HZ)
    return (wave * 32767 * 2**0.5 * 10 ** (BEEP_DBFS / 20)).astype(np.int16)
