"""A voice whose words can be read back from its audio: callers given as text speak with it.

Each word is so many 20 ms frames of a hum that the voice gate takes for a voice; every frame carries the word's number.
So a decoder that counts frames hears just the words that came through the line, in order, also when a prompt cut them
or a turn ended between them, and everything in front of the recogniser stays real. It plays no sound that is worth
hearing, and knows no language.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ivr.speech.audio import FRAME_SAMPLES, MULAW_SILENCE, RATE_HZ, mulaw_encode

CLUSTER_MS = 90  # of speech a written cluster (a consonant with its vowel); a quick speaker of either language
WORD_MS = 120  # a word takes at least so much more
GAP_MS = 40  # between words; it also lets the voice gate hear the line's own noise
FRAME_MS = 20
_MARK = bytes((0xA3, 0x23, 0xAC, 0x2C, 0xA9, 0x29))
_DIGITS = 4  # of base 16, one a byte
_HEADER = len(_MARK) + _DIGITS
_HUM_HZ = 100  # two periods a frame: frames join without a click


@dataclass(frozen=True, slots=True)
class Speech:
    """What a caller says in one turn. `lang`: whose words these are. `heard_as`: what the language's recogniser makes
    of them instead; `bound`: what its grammar pass makes of them, where the two differ; `gap_ms` between words."""

    text: str
    lang: str
    heard_as: Mapping[str, str] = field(default_factory=dict)
    bound: str | None = None
    gap_ms: int = GAP_MS


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word of a speech: which speech, which of its words, and how many frames it takes."""

    speech: Speech
    turn: int
    text: str
    frames: int


class TextVoice:
    """Speaks texts and reads them back. One for a call."""

    def __init__(self) -> None:
        self._words: list[SpokenWord] = []
        self._turns = 0

    def say(self, speech: Speech) -> bytes:
        """The turn as µ-law at 8 kHz."""
        self._turns += 1
        gap = bytes([MULAW_SILENCE]) * (RATE_HZ * speech.gap_ms // 1000)
        return gap.join(self._word(speech, word) for word in speech.text.split())

    def words(self, mulaw: bytes) -> dict[int, int]:
        """Number of a word -> frames of it in `mulaw` (whole frames), in the order in which they came."""
        counts: dict[int, int] = {}
        for at in range(0, len(mulaw), FRAME_SAMPLES):
            frame = mulaw[at : at + FRAME_SAMPLES]
            if frame.startswith(_MARK):
                number = int("".join(f"{byte & 0x0F:x}" for byte in frame[len(_MARK) : _HEADER]), 16)
                counts[number] = counts.get(number, 0) + 1
        return counts

    def word(self, number: int) -> SpokenWord:
        return self._words[number]

    def length(self, turn: int) -> int:
        """How many words that turn has."""
        return sum(word.turn == turn for word in self._words)

    def _word(self, speech: Speech, text: str) -> bytes:
        number, frames = len(self._words), -(-(WORD_MS + CLUSTER_MS * clusters(text)) // FRAME_MS)
        self._words.append(SpokenWord(speech, self._turns, text, frames))
        digits = bytes(0xA0 + int(digit, 16) for digit in f"{number:0{_DIGITS}x}")
        return (_MARK + digits + _HUM[_HEADER:]) * frames


def clusters(word: str) -> int:
    """The written syllables of a word: letters that begin one, those joined by a virama counted once."""
    count, joined = 0, False
    for letter in word:
        if unicodedata.category(letter).startswith("M"):
            joined = "VIRAMA" in unicodedata.name(letter, "")
        else:
            count += not joined
            joined = False
    return count


def _hum() -> bytes:
    """A frame that sounds like a vowel: harmonics with three formants, -15 dBFS."""
    time = np.arange(FRAME_SAMPLES) / RATE_HZ
    wave = np.zeros(FRAME_SAMPLES)
    for harmonic in range(1, 35):
        hz = harmonic * _HUM_HZ
        loud = sum(np.exp(-(((hz - formant) / 150) ** 2)) / (1 + formant / 1000) for formant in (600, 1300, 2500))
        wave += (loud + 0.02) * np.sin(2 * np.pi * hz * time + harmonic)
    level = 32768 * 10 ** (-15 / 20)
    return mulaw_encode((wave * level / np.sqrt(np.mean(wave**2))).clip(-32000, 32000).astype(np.int16))


_HUM = _hum()
