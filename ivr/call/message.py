"""A message that the caller leaves: its sound, how much of it is voice, when it is over. Pure; audio milliseconds."""

from dataclasses import dataclass, field

from ivr.call.alarm import KEYS_WITHIN_MS

FRAME_MS, BYTES_PER_MS = 20, 8  # µ-law at 8 kHz
SILENCE_MS = 6_000  # ends a message
SPOKEN_MS = 400  # of voice; with less nothing was said: the line's noise, a cough, the click of a key


@dataclass(slots=True)
class Message:
    audio: bytearray = field(default_factory=bytearray)
    voiced_ms: int = 0
    quiet_ms: int = 0
    _dropped_ms: int | None = None

    def add(self, frame: bytes, voiced: bool) -> None:
        """The next 20 ms."""
        self.audio += frame
        self.voiced_ms += FRAME_MS if voiced else 0
        self.quiet_ms = 0 if voiced else self.quiet_ms + FRAME_MS

    def throw_away(self) -> None:
        """The caller thinks better of it. Not at once: the key may be the first of those that call for help."""
        self._dropped_ms = self._dropped_ms if self._dropped_ms is not None else self.duration_ms

    def over(self, max_ms: int) -> bool:
        """Whether the caller has finished, or had their time, or has thrown it away."""
        return self._gone or self.quiet_ms >= SILENCE_MS or self.duration_ms >= max_ms

    @property
    def duration_ms(self) -> int:
        return len(self.audio) // BYTES_PER_MS

    @property
    def spoken(self) -> bool:
        """Whether anything was said, and not thrown away: silence is no message."""
        return self.voiced_ms >= SPOKEN_MS and not self._gone

    @property
    def _gone(self) -> bool:
        return self._dropped_ms is not None and self.duration_ms - self._dropped_ms >= KEYS_WITHIN_MS
