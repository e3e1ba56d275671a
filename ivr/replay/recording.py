"""A case out of one recording: the caller's turns are found by voice, what they waited for by the helpline's side."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from ivr.core.errors import ReplayError
from ivr.desk.case_export import AFTER_MS, BEFORE_MS, CALLER, Exported
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Samples, mulaw_encode, mulaw_wav, read_channels
from ivr.speech.vad import VoiceGate

PAUSE_MS = 900  # within a turn; a longer one ends it
LEAST_MS = 200  # a shorter sound is no turn
_PER_MS = RATE_HZ // 1000

Span = tuple[int, int]


def case_of_recording(path: Path, lang: str, channel: int = 0, title: str = "") -> Exported:
    """The case of a recording whose caller is on `channel` (0 is left) if it has two sides, alone if it has one.

    A turn that begins while the other side speaks interrupts it after as long in the replay. AudioError where the file
    cannot be read, ReplayError where nobody speaks on that channel.
    """
    sides = read_channels(path)
    if channel >= len(sides):
        raise ReplayError(f"{path}: has only {len(sides)} channel; the caller cannot be on {channel + 1}")
    caller = sides[channel]
    helpline = voiced(sides[1 - channel]) if len(sides) == 2 else []
    turns, files = list[dict[str, Any]](), dict[str, bytes]()
    for begin, end in voiced(caller):
        name = f"{len(files) + 1:02d}.wav"
        audio = caller[max(0, begin - BEFORE_MS) * _PER_MS : (end + AFTER_MS) * _PER_MS]
        files[name] = mulaw_wav(mulaw_encode(np.asarray(audio, np.int16)))
        turns.append({"say": "", "file": name} | _into(begin, helpline))
    if not files:
        raise ReplayError(f"{path}: nobody speaks on channel {channel + 1}")
    case = {"title": title or path.name, "language": lang, "caller": CALLER, "turns": turns}
    return Exported({"case.yaml": yaml.safe_dump(case, allow_unicode=True, sort_keys=False).encode(), **files})


def voiced(samples: Samples) -> list[Span]:
    """The spans (ms) in which somebody speaks, pauses up to `PAUSE_MS` included."""
    gate, spans = VoiceGate(), list[Span]()
    for at in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        if not gate.is_voiced(samples[at : at + FRAME_SAMPLES]):
            continue
        begin = at // _PER_MS
        if spans and begin - spans[-1][1] <= PAUSE_MS:
            spans[-1] = (spans[-1][0], begin + FRAME_MS)
        else:
            spans.append((begin, begin + FRAME_MS))
    return [(begin, end) for begin, end in spans if end - begin >= LEAST_MS]


def _into(begin_ms: int, helpline: Sequence[Span]) -> dict[str, int]:
    sounding = [begin for begin, end in helpline if begin < begin_ms < end]
    return {"after_ms": begin_ms - sounding[-1]} if sounding else {}
