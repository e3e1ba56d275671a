"""When a caller's turn begins and ends: a count of voiced and silent 20 ms frames. Pure; it knows no clock.

A turn begins after `begin_voiced_ms` of voice within twice that time, so that clicks do not begin it, and ends after
`trailing_silence_ms` without voice. A sound shorter than `blip_ms` inside that silence (a click, a cough's edge) does
not put the end off. Every turn ends at `max_utterance_ms`, whatever music plays behind the caller.
"""

from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum

from ivr.dialogue.commands import Pace

FRAME_MS = 20


class EndCause(StrEnum):
    SILENCE = "silence"
    LIMIT = "limit"  # max_utterance_ms


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """All in ms of audio. Silence ends a turn; see field notes: 0.5-0.8 s is what callers feel as quick."""

    trailing_silence_ms: int = 660
    begin_voiced_ms: int = 100
    blip_ms: int = 60
    max_utterance_ms: int = 15_000


# digits and stories have pauses inside: a phone number said in three groups must not be cut
_RULES = {
    Pace.SHORT: EndpointRules(trailing_silence_ms=540, max_utterance_ms=8_000),
    Pace.NORMAL: EndpointRules(trailing_silence_ms=660, max_utterance_ms=15_000),
    Pace.LONG: EndpointRules(trailing_silence_ms=1_100, max_utterance_ms=30_000),
}


def rules_for(pace: Pace, slowness: float = 1.0) -> EndpointRules:
    """The rules for a wait, the trailing silence stretched for a caller who speaks with long pauses."""
    rules = _RULES[pace]
    return replace(rules, trailing_silence_ms=round(rules.trailing_silence_ms * slowness / FRAME_MS) * FRAME_MS)


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The caller started to speak at `began_ms`; it was certain at `at_ms`."""

    began_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The last voice ended at `ended_ms`; it was certain at `at_ms`."""

    began_ms: int
    ended_ms: int
    at_ms: int
    longest_pause_ms: int
    cause: EndCause


EndpointEvent = SpeechBegan | SpeechEnded


class Endpointer:
    """Counts frames from `start_ms` of the call on. One turn after another, until replaced."""

    def __init__(self, rules: EndpointRules, start_ms: int = 0) -> None:
        self._rules = rules
        self._now_ms = start_ms
        self._recent: deque[bool] = deque(maxlen=max(1, 2 * rules.begin_voiced_ms // FRAME_MS))
        self._speaking = False
        self._began_ms = 0
        self._voice_end_ms = 0
        self._run_ms = 0
        self._longest_pause_ms = 0

    @property
    def speaking(self) -> bool:
        return self._speaking

    def frame(self, voiced: bool) -> EndpointEvent | None:
        self._now_ms += FRAME_MS
        return self._during(voiced) if self._speaking else self._before(voiced)

    def _before(self, voiced: bool) -> SpeechBegan | None:
        self._recent.append(voiced)
        if sum(self._recent) * FRAME_MS < self._rules.begin_voiced_ms:
            return None
        first = next(i for i, was in enumerate(self._recent) if was)
        self._began_ms = self._now_ms - (len(self._recent) - first) * FRAME_MS
        self._speaking = True
        self._voice_end_ms = self._now_ms
        self._run_ms = self._longest_pause_ms = 0
        return SpeechBegan(self._began_ms, self._now_ms)

    def _during(self, voiced: bool) -> SpeechEnded | None:
        self._run_ms = self._run_ms + FRAME_MS if voiced else 0
        silent_ms = self._now_ms - self._voice_end_ms
        # right after voice, any voiced frame continues it; once there was silence only a run longer than a blip does
        if voiced and (silent_ms <= self._rules.blip_ms or self._run_ms >= self._rules.blip_ms):
            self._longest_pause_ms = max(self._longest_pause_ms, silent_ms - self._run_ms)
            self._voice_end_ms = self._now_ms
        elif silent_ms >= self._rules.trailing_silence_ms:
            return self._end(EndCause.SILENCE)
        if self._now_ms - self._began_ms >= self._rules.max_utterance_ms:
            return self._end(EndCause.LIMIT)
        return None

    def _end(self, cause: EndCause) -> SpeechEnded:
        self._speaking = False
        self._recent.clear()
        return SpeechEnded(self._began_ms, self._voice_end_ms, self._now_ms, self._longest_pause_ms, cause)


class CallerPace:
    """How slowly this caller speaks, learned from the call so far; 1.0 is usual, at most `MAX`.

    A caller whose pauses come near the end of patience, or who went on speaking right after being cut off, gets more
    of it at the next turns; it is given back slowly.
    """

    MAX = 1.6
    _NEAR = 0.75
    _CUT_OFF_MS = 400

    def __init__(self) -> None:
        self.slowness = 1.0
        self._last_end_ms: int | None = None

    def began(self, event: SpeechBegan) -> None:
        if self._last_end_ms is not None and event.began_ms - self._last_end_ms <= self._CUT_OFF_MS:
            self.slowness = min(self.MAX, self.slowness * 1.3)

    def ended(self, event: SpeechEnded, rules: EndpointRules) -> None:
        if event.longest_pause_ms >= self._NEAR * rules.trailing_silence_ms:
            self.slowness = min(self.MAX, self.slowness * 1.15)
        else:
            self.slowness = max(1.0, self.slowness * 0.95)
        self._last_end_ms = event.at_ms
