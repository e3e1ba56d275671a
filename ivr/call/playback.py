"""What was sent to be played, and how much of it the caller heard. Pure; time is audio milliseconds of the call.

The carrier plays its buffer in order and returns each mark when the audio before it has been played, or at once when
the buffer is cleared. So a prompt counts as heard only when its mark comes back without a `clear` before it.
"""

from dataclasses import dataclass, field

LOST_MARK_MS = 5_000  # a mark this late after its audio must have ended is taken for lost


@dataclass(frozen=True, slots=True)
class Sent:
    """One prompt in the carrier's buffer."""

    mark: str
    prompt: str
    duration_ms: int
    barge_in: bool
    starts_ms: int  # earliest time at which it can begin


@dataclass(frozen=True, slots=True)
class Ended:
    prompt: str
    heard_ms: int
    cut: bool


@dataclass(slots=True)
class Playback:
    """The prompts that may still be sounding, oldest first."""

    queue: list[Sent] = field(default_factory=list)
    _serial: int = 0

    def sent(self, prompt: str, duration_ms: int, barge_in: bool, now_ms: int) -> str:
        """Record a prompt put into the carrier's buffer at `now_ms`; returns the name of its mark."""
        self._serial += 1
        begins = max([now_ms, *(s.starts_ms + s.duration_ms for s in self.queue)])
        name = f"p{self._serial}"
        self.queue.append(Sent(name, prompt, duration_ms, barge_in, begins))
        return name

    @property
    def sounding(self) -> bool:
        return bool(self.queue)

    @property
    def interruptible(self) -> bool:
        """Whether the caller may cut what sounds; nothing sounding counts as may."""
        return all(s.barge_in for s in self.queue)

    def marked(self, name: str, now_ms: int) -> list[Ended]:
        """A mark came back: its prompt and all before it have been heard. Unknown names change nothing."""
        names = [s.mark for s in self.queue]
        if name not in names:
            return []
        count = names.index(name) + 1
        done, self.queue = self.queue[:count], self.queue[count:]
        for i, rest in enumerate(self.queue):
            begins = now_ms + sum(s.duration_ms for s in self.queue[:i])
            self.queue[i] = Sent(rest.mark, rest.prompt, rest.duration_ms, rest.barge_in, begins)
        return [Ended(s.prompt, s.duration_ms, cut=False) for s in done]

    def cut(self, now_ms: int) -> list[Ended]:
        """Everything that sounds is cleared at `now_ms`."""
        done, self.queue = self.queue, []
        return [Ended(s.prompt, max(0, min(now_ms - s.starts_ms, s.duration_ms)), cut=True) for s in done]

    def lost(self, now_ms: int) -> list[Ended]:
        """Prompts whose marks should have come back long ago, given up as heard."""
        late = [s for s in self.queue if now_ms - (s.starts_ms + s.duration_ms) > LOST_MARK_MS]
        return self.marked(late[-1].mark, now_ms) if late else []
