"""From ms of the audio a decoder was fed to ms of the call: silence was left out in between. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace

from ivr.speech.recogniser import Word


class AudioMap:
    """Pieces of call audio in the order they were fed; each begins where the one before ended in fed ms."""

    def __init__(self) -> None:
        self._fed_ms: list[int] = []
        self._call_ms: list[int] = []
        self._total_ms = 0

    @property
    def fed_ms(self) -> int:
        """All audio fed so far."""
        return self._total_ms

    def add(self, call_ms: int, length_ms: int) -> None:
        """`length_ms` of audio that began at `call_ms` of the call is fed next."""
        follows = self._fed_ms and self._call_ms[-1] + self._total_ms - self._fed_ms[-1] == call_ms
        if not follows:
            self._fed_ms.append(self._total_ms)
            self._call_ms.append(call_ms)
        self._total_ms += length_ms

    def call_ms(self, fed_ms: int) -> int:
        """When in the call that audio was heard; the nearest piece for times outside all."""
        if not self._fed_ms:
            return fed_ms
        piece = max(0, bisect_right(self._fed_ms, fed_ms) - 1)
        return self._call_ms[piece] + max(0, fed_ms - self._fed_ms[piece])

    def words(self, words: Iterable[Word]) -> tuple[Word, ...]:
        """Words with times of the call. A word's end belongs to the piece it began in or later, never before it."""
        return tuple(replace(word, start_ms=self.call_ms(word.start_ms), end_ms=self._end_ms(word)) for word in words)

    def _end_ms(self, word: Word) -> int:
        return self.call_ms(max(word.start_ms, word.end_ms - 1)) + 1
