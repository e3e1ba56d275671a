"""What the caller of a replay has heard so far and what happened from turn to turn, out of the call's trace."""

from collections.abc import Sequence

from ivr.call.trace import PromptEnded, PromptSent, TraceEvent
from ivr.core.clock import Clock
from ivr.replay.case import Turn
from ivr.replay.text_voice import clusters
from ivr.understanding.text import words

Window = tuple[TraceEvent, ...]


class Hearing:
    """A trace sink. `ear` and `told` are what a ScriptedCaller asks for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: list[TraceEvent] = []
        self._turns: list[tuple[Turn, int]] = []
        self._queue: list[PromptSent] = []
        self._begun: list[tuple[PromptSent, float]] = []  # since the last turn began, each with its moment

    def happened(self, event: TraceEvent) -> None:
        self._events.append(event)
        if isinstance(event, PromptSent):
            self._queue.append(event)
            if len(self._queue) == 1:
                self._begins()
        elif isinstance(event, PromptEnded) and self._queue:
            self._queue.pop(0)
            if self._queue and not event.cut:
                self._begins()

    def _begins(self) -> None:
        self._begun.append((self._queue[0], self._clock.monotonic()))

    def ear(self, prompt: str, word: str = "") -> int | None:
        """How many ms ago `prompt` ("" for any), or `word` in it, began to sound; None where it has not since the last
        turn began. A word is one of the prompt's text, or its number, counted from 1."""
        named = [(sent, began_s) for sent, began_s in self._begun if not prompt or sent.prompt == prompt]
        return min((ms for sent, began_s in named for ms in self._ago(sent, began_s, word)), default=None)

    def _ago(self, sent: PromptSent, began_s: float, word: str) -> list[int]:
        begins_ms = word_begins_ms(sent.text, sent.duration_ms, word) if word else 0
        if begins_ms is None:
            return []
        since = round((self._clock.monotonic() - began_s) * 1000) - begins_ms
        return [since] if since >= 0 else []

    def told(self, turn: Turn) -> None:
        """`turn` begins now."""
        self._turns.append((turn, len(self._events)))
        self._begun.clear()

    @property
    def events(self) -> Window:
        return tuple(self._events)

    def windows(self) -> Sequence[tuple[Turn, Window]]:
        """Each turn that was begun, with what happened from there to the next one."""
        starts = [start for _, start in self._turns] + [len(self._events)]
        return [(turn, tuple(self._events[starts[at] : starts[at + 1]])) for at, (turn, _) in enumerate(self._turns)]


def word_begins_ms(text: str, duration_ms: int, word: str) -> int | None:
    """When a word of a prompt begins, by the written syllables before it; None where the prompt has no such word.
    `word`: as written, or its number counted from 1. Prompts carry no word times; this is right to about a syllable."""
    said = text.split()
    plain = [" ".join(words(one)) for one in said]
    wanted = " ".join(words(word))
    at = int(word) - 1 if word.isdecimal() else plain.index(wanted) if wanted in plain else -1
    if not 0 <= at < len(said):
        return None
    weights = [max(1, clusters(one)) for one in said]
    return duration_ms * sum(weights[:at]) // sum(weights)
