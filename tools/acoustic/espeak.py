"""espeak-ng through its C library: speech, and the phonemes in it with their times.

The package's own prompts come from `ivr.speech.synthesis`; this one also tells where each phoneme begins.
"""

import ctypes as c
from dataclasses import dataclass

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 22050
Audio = NDArray[np.int16]
_STRESS = "',%="
_SYNCHRONOUS, _PHONEME_EVENTS, _UTF8, _FROM_CHARACTER = 2, 1, 1, 1
_WORD, _PHONEME = 1, 7
_PARAM_RATE, _PARAM_PITCH, _PARAM_RANGE, _PARAM_WORD_GAP = 1, 3, 4, 7


class _Id(c.Union):
    _fields_ = (("number", c.c_int), ("name", c.c_char_p), ("string", c.c_char * 8))


class _Event(c.Structure):
    _fields_ = (
        ("type", c.c_int),
        ("uid", c.c_uint),
        ("text_position", c.c_int),
        ("length", c.c_int),
        ("audio_ms", c.c_int),
        ("sample", c.c_int),
        ("user", c.c_void_p),
        ("id", _Id),
    )


_CALLBACK = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Manner:
    """How to speak: words a minute, pitch and its range (0..99), and the gap between words (10 ms units)."""

    rate: int = 160
    pitch: int = 50
    pitch_range: int = 50
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Spoken:
    """`audio` at 22050 Hz; `phonemes` (first sample, espeak's name without stress); `words` (first sample, number)."""

    audio: Audio
    phonemes: tuple[tuple[int, str], ...]
    words: tuple[tuple[int, int], ...]


class Espeak:
    """One engine a process (a second one spoils the first), one utterance at a time: espeak-ng's state is global."""

    def __init__(self) -> None:
        self._lib = c.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        if self._lib.espeak_Initialize(_SYNCHRONOUS, 0, data, _PHONEME_EVENTS) != RATE_HZ:
            raise RuntimeError(f"espeak-ng did not start at {RATE_HZ} Hz")
        self._audio: list[Audio] = []
        self._phonemes: list[tuple[int, str]] = []
        self._words: list[tuple[int, int]] = []
        self._callback = _CALLBACK(self._receive)
        self._lib.espeak_SetSynthCallback(self._callback)

    def _receive(self, wave: "c._Pointer[c.c_short]", count: int, event: "c._Pointer[_Event]") -> int:
        if wave and count > 0:
            self._audio.append(np.ctypeslib.as_array(wave, (count,)).copy())
        i = 0
        while event[i].type:
            if event[i].type == _PHONEME:
                self._phonemes.append((event[i].sample, event[i].id.string.decode().lstrip(_STRESS)))
            elif event[i].type == _WORD:
                self._words.append((event[i].sample, event[i].id.number))
            i += 1
        return 0

    def say(self, text: str, voice: str, manner: Manner = Manner()) -> Spoken:
        """`text` spoken by `voice` ("hi", "te+f4"); ValueError for a voice that espeak-ng lacks."""
        self._audio, self._phonemes, self._words = [], [], []
        if self._lib.espeak_SetVoiceByName(voice.encode()):
            raise ValueError(f"no such espeak voice: {voice}")
        params = (_PARAM_RATE, _PARAM_PITCH, _PARAM_RANGE, _PARAM_WORD_GAP)
        values = (manner.rate, manner.pitch, manner.pitch_range, manner.gap)
        for param, value in zip(params, values, strict=True):
            self._lib.espeak_SetParameter(param, value, 0)
        data = text.encode()
        self._lib.espeak_Synth(data, len(data) + 1, 0, _FROM_CHARACTER, 0, _UTF8, None, None)
        self._lib.espeak_Synchronize()
        audio = np.concatenate(self._audio) if self._audio else np.zeros(0, np.int16)
        return Spoken(audio, tuple(self._phonemes), tuple(self._words))
