"""What happens in a call, told as it happens to whoever asked: the demo's screen, replays, tests.

Trace events hold callers' words, so they go to sinks that were asked for and never to logs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ivr.dialogue.commands import Command
from ivr.dialogue.events import Event


@dataclass(frozen=True, slots=True)
class PromptSent:
    """A prompt's audio went to the carrier. `at_ms` is call audio received so far."""

    call_sid: str
    at_ms: int
    prompt: str
    text: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class PromptEnded:
    """The carrier says that the prompt was played, or it was cut after `heard_ms`."""

    call_sid: str
    at_ms: int
    prompt: str
    heard_ms: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """An event given to the dialogue and the commands it answered with."""

    call_sid: str
    at_ms: int
    event: Event
    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Replied:
    """Timing of one reply: from the end of the caller's speech to the first audio sent.

    `endpoint_ms` is the silence (audio time) that ended the turn, `decode_s` recognition after it,
    `work_s` everything from the frame that ended the turn to the first audio, recognition included.
    """

    call_sid: str
    at_ms: int
    endpoint_ms: int
    decode_s: float
    work_s: float


@dataclass(frozen=True, slots=True)
class Ignored:
    """Something was heard into a prompt and is no answer: echo, back_channel or noise. `cut`: the prompt had already
    been cut for it, by mistake."""

    call_sid: str
    at_ms: int
    what: str
    cut: bool


@dataclass(frozen=True, slots=True)
class LineClosed:
    call_sid: str
    at_ms: int
    reason: str


TraceEvent = PromptSent | PromptEnded | Happened | Replied | Ignored | LineClosed
TraceSink = Callable[[TraceEvent], None]


def nobody(event: TraceEvent) -> None:
    """The sink of a server: nothing is kept."""
