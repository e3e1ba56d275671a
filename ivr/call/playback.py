"""What was sent to be played, and how much of it the caller heard. Pure; time is audio milliseconds of the call.

The carrier plays its buffer in order and returns each mark when the audio before it has been played, or at once when
the buffer is cleared. So a prompt counts as heard only when its mark comes back without a `clear` before it.
"""

from collections import deque
from dataclasses import dataclass, field, replace

from ivr.dialogue.prompt_ids import P

KEY_PROMPTS = frozenset({P.YES_NO_KEYS, P.CHOICE_KEYS, P.DETAILS_KEYS, P.LANGUAGE_KEY})
REMEMBERED = 8  # prompts that ended
LOST_MARK_MS = 5_000  # a mark this late after its audio must have ended is taken for lost


@dataclass(frozen=True, slots=True)
class Sent:
    """One prompt in the carrier's buffer."""

    mark: str
    prompt: str
    duration_ms: int
    barge_in: bool
    starts_ms: int  # earliest time at which it can begin
    text: str = ""
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Ended:
    """`heard_ms` of a prompt that began at `starts_ms` and says `text`."""

    prompt: str
    heard_ms: int
    cut: bool
    starts_ms: int = field(default=0, compare=False)
    text: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """The words of a prompt and when they sounded; `ends_ms` is when it ended or will."""

    prompt: str
    text: str
    lang: str
    starts_ms: int
    duration_ms: int
    ends_ms: int

    def heard(self, at_ms: int) -> float:
        """The share of it that was heard at that time, 0..1."""
        heard_ms = min(at_ms, self.ends_ms) - self.starts_ms
        return max(0.0, heard_ms / self.duration_ms) if self.duration_ms else 1.0


@dataclass(slots=True)
class Playback:
    """The prompts that may still be sounding, oldest first; and the last ones that have ended."""

    queue: list[Sent] = field(default_factory=list)
    past: deque[Spoken] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    _serial: int = 0

    def sent(
        self, prompt: str, duration_ms: int, barge_in: bool, now_ms: int, words: tuple[str, str] = ("", "")
    ) -> str:
        """Record a prompt put into the carrier's buffer at `now_ms`; returns the name of its mark. `words`: its text
        and language."""
        self._serial += 1
        begins = max([now_ms, *(s.starts_ms + s.duration_ms for s in self.queue)])
        name = f"p{self._serial}"
        self.queue.append(Sent(name, prompt, duration_ms, barge_in, begins, *words))
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
            self.queue[i] = replace(rest, starts_ms=begins)
        for i, s in enumerate(done):
            after_ms = sum(later.duration_ms for later in done[i + 1 :])
            done[i] = replace(s, starts_ms=now_ms - after_ms - s.duration_ms)
        self.past.extend(map(_spoken, done))
        return [Ended(s.prompt, s.duration_ms, False, s.starts_ms, s.text) for s in done]

    def cut(self, now_ms: int) -> list[Ended]:
        """Everything that sounds is cleared at `now_ms`."""
        done, self.queue = self.queue, []
        self.past.extend(replace(_spoken(s), ends_ms=now_ms) for s in done if s.starts_ms < now_ms)
        heard = [max(0, min(now_ms - s.starts_ms, s.duration_ms)) for s in done]
        return [Ended(s.prompt, ms, True, s.starts_ms, s.text) for s, ms in zip(done, heard, strict=True)]

    def lost(self, now_ms: int) -> list[Ended]:
        """Prompts whose marks should have come back long ago, given up as heard."""
        if not self.queue:
            return []
        late = [s for s in self.queue if now_ms - (s.starts_ms + s.duration_ms) > LOST_MARK_MS]
        return self.marked(late[-1].mark, now_ms) if late else []

    def around(self, from_ms: int, now_ms: int) -> tuple[Spoken, ...]:
        """The prompts that sounded at any time between these."""
        known = [*self.past, *(_spoken(s) for s in self.queue)]
        return tuple(p for p in known if p.starts_ms <= now_ms and p.ends_ms >= from_ms)

    @property
    def question(self) -> Spoken | None:
        """The prompt sent last but those that only name keys: where something is asked, the question."""
        known = [*self.past, *(_spoken(s) for s in self.queue)]
        return next((p for p in reversed(known) if p.prompt not in KEY_PROMPTS), None)


def _spoken(sent: Sent) -> Spoken:
    return Spoken(
        sent.prompt, sent.text, sent.lang, sent.starts_ms, sent.duration_ms, sent.starts_ms + sent.duration_ms
    )
