"""Calls for help in the middle of anything: words that stay in the partial results, keys pressed in a row. Pure."""

from collections import deque
from dataclasses import dataclass, field

KEYS_WITHIN_MS = 2_000
SURE_AFTER_MS = 1_000  # where several digits are asked for, the keys are meant for help only if no other follows


@dataclass(slots=True)
class SpokenAlarm:
    """An emergency counts when two results in a row, of one language, tell the same kind: recognisers change their
    mind about the last word."""

    _last: dict[str, str | None] = field(default_factory=dict)

    def heard(self, lang: str, kind: str | None) -> bool:
        """`kind`: what the newest result tells, None for no emergency. Whether it is stable."""
        stable = kind is not None and self._last.get(lang) == kind
        self._last[lang] = kind
        return stable

    def forget(self) -> None:
        self._last.clear()


@dataclass(slots=True)
class KeyAlarm:
    """The sequence `keys` pressed within two seconds of audio. Empty: never."""

    keys: str
    _pressed: deque[tuple[str, int]] = field(default_factory=deque)
    _due_ms: int | None = None

    def press(self, key: str, now_ms: int, string: bool) -> bool:
        """Whether this key completes the sequence; `string`: a wait for several digits, which may contain it."""
        self._due_ms = None
        if not self.keys:
            return False
        self._pressed.append((key, now_ms))
        while len(self._pressed) > len(self.keys):
            self._pressed.popleft()
        same = "".join(pressed for pressed, _ in self._pressed) == self.keys
        if not same or now_ms - self._pressed[0][1] > KEYS_WITHIN_MS:
            return False
        self._pressed.clear()
        if string:
            self._due_ms = now_ms + SURE_AFTER_MS
        return not string

    def due(self, now_ms: int) -> bool:
        """Whether a sequence that might have been part of a number has stood alone long enough."""
        if self._due_ms is None or now_ms < self._due_ms:
            return False
        self._due_ms = None
        return True
