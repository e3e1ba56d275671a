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
    STALE = "stale"  # there is still sound, but for `stale_ms` no new word


@dataclass(frozen=True, slots=True)
class EndpointRules:
    """All in ms of audio. Silence ends a turn; see field notes: 0.5-0.8 s is what callers feel as quick."""

    trailing_silence_ms: int = 660
    begin_voiced_ms: int = 100
    blip_ms: int = 60
    max_utterance_ms: int = 15_000
    stale_ms: int = 4_000


# digits and stories have pauses inside: a phone number said in three groups must not be cut
_RULES = {
    Pace.SHORT: EndpointRules(trailing_silence_ms=540, max_utterance_ms=8_000),
    Pace.NORMAL: EndpointRules(trailing_silence_ms=660, max_utterance_ms=15_000),
    Pace.LONG: EndpointRules(trailing_silence_ms=1_100, max_utterance_ms=30_000, stale_ms=8_000),
}


def rules_for(pace: Pace, slowness: float = 1.0) -> EndpointRules:
    """The rules for a wait, the trailing silence stretched for a caller who speaks with long pauses."""
    rules = _RULES[pace]
    trailing_ms = round(rules.trailing_silence_ms * slowness / FRAME_MS) * FRAME_MS
    return replace(rules, trailing_silence_ms=max(LEAST_TRAILING_MS, trailing_ms))


LEAST_TRAILING_MS = 460  # the closure before a stop and a breath are shorter
DIGITS_MISSING_MS = 1_600  # between the groups of a number
DIGITS_COMPLETE_MS = 500


def digits_patience(heard: int, wanted: int) -> int | None:
    """The silence that ends a string of digits, of which `heard` are known already; None where none is: it may be
    something else that is said. One digit has no groups to wait for."""
    if heard == 0 or wanted < 2:
        return None
    return DIGITS_COMPLETE_MS if heard >= wanted else DIGITS_MISSING_MS


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
        self._trailing_ms = rules.trailing_silence_ms
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

    def patience(self, trailing_ms: int | None) -> None:
        """The silence that ends the turn under way, from what was said in it; None: as the rules have it."""
        self._trailing_ms = trailing_ms or self._rules.trailing_silence_ms

    def stop(self) -> SpeechEnded:
        """End the turn under way: there is sound, but nothing more is said."""
        return self._end(EndCause.STALE)

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
        elif silent_ms >= self._trailing_ms:
            return self._end(EndCause.SILENCE)
        if self._now_ms - self._began_ms >= self._rules.max_utterance_ms:
            return self._end(EndCause.LIMIT)
        return None

    def _end(self, cause: EndCause) -> SpeechEnded:
        self._speaking = False
        self._trailing_ms = self._rules.trailing_silence_ms
        self._recent.clear()
        return SpeechEnded(self._began_ms, self._voice_end_ms, self._now_ms, self._longest_pause_ms, cause)


class CallerPace:
    """How slowly this caller speaks, learned from the call so far: 1.0 is usual, `MIN` fast, `MAX` slow.

    A caller whose pauses come near the end of patience, or who went on speaking right after being cut off, gets more
    of it at the next turns; it is given back slowly. One who says whole sentences without a pause is waited for less.
    """

    MIN, MAX = 0.8, 1.6
    _NEAR, _FAR = 0.75, 0.35
    _CUT_OFF_MS = 400
    _SENTENCE_MS = 1_200  # a turn shorter than this tells nothing about pauses

    def __init__(self) -> None:
        self.slowness = 1.0
        self._last_end_ms: int | None = None

    def began(self, event: SpeechBegan) -> None:
        if self._last_end_ms is not None and event.began_ms - self._last_end_ms <= self._CUT_OFF_MS:
            self.slowness = min(self.MAX, max(1.0, self.slowness) * 1.3)

    def ended(self, event: SpeechEnded, rules: EndpointRules) -> None:
        if event.longest_pause_ms >= self._NEAR * rules.trailing_silence_ms:
            self.slowness = min(self.MAX, self.slowness * 1.15)
        elif self.slowness > 1.0:
            self.slowness = max(1.0, self.slowness * 0.95)
        elif event.ended_ms - event.began_ms >= self._SENTENCE_MS:
            flowing = event.longest_pause_ms <= self._FAR * rules.trailing_silence_ms
            self.slowness = max(self.MIN, self.slowness * 0.95) if flowing else min(1.0, self.slowness * 1.05)
        self._last_end_ms = event.at_ms
