"""What the caller of a replay has heard so far and what happened from turn to turn, out of the call's trace."""

from collections.abc import Sequence

from ivr.call.trace import PromptEnded, PromptSent, TraceEvent
from ivr.core.clock import Clock
from ivr.replay.case import Turn

Window = tuple[TraceEvent, ...]


class Hearing:
    """A trace sink. `ear` and `told` are what a ScriptedCaller asks for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: list[TraceEvent] = []
        self._turns: list[tuple[Turn, int]] = []
        self._queue: list[str] = []
        self._began_s: dict[str, float] = {}

    def happened(self, event: TraceEvent) -> None:
        self._events.append(event)
        if isinstance(event, PromptSent):
            self._queue.append(event.prompt)
            if len(self._queue) == 1:
                self._began_s[event.prompt] = self._clock.monotonic()
        elif isinstance(event, PromptEnded) and self._queue:
            self._queue.pop(0)
            if self._queue and not event.cut:
                self._began_s[self._queue[0]] = self._clock.monotonic()

    def ear(self, prompt: str) -> int | None:
        """How many ms ago `prompt` began to sound, None where it has not since the last turn began."""
        began_s = self._began_s.get(prompt)
        return None if began_s is None else round((self._clock.monotonic() - began_s) * 1000)

    def told(self, turn: Turn) -> None:
        """`turn` begins now."""
        self._turns.append((turn, len(self._events)))
        self._began_s.clear()

    @property
    def events(self) -> Window:
        return tuple(self._events)

    def windows(self) -> Sequence[tuple[Turn, Window]]:
        """Each turn that was begun, with what happened from there to the next one."""
        starts = [start for _, start in self._turns] + [len(self._events)]
        return [(turn, tuple(self._events[starts[at] : starts[at + 1]])) for at, (turn, _) in enumerate(self._turns)]
