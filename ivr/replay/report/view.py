"""What the report says of a call: steps with their second, turns with what was expected, where time went. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ivr.call.trace import Happened, Ignored, LineClosed, PromptEnded, PromptSent, Replied, TraceEvent
from ivr.dialogue.commands import Flag, Note, Understood
from ivr.dialogue.events import CallStarted, NoInput, Pressed, Said
from ivr.replay import transcript
from ivr.replay.case import Act, Turn
from ivr.replay.difference import Line, difference
from ivr.replay.run import Outcome, PlayedTurn
from ivr.understanding.result import Hypothesis

_NBEST = 3


@dataclass(frozen=True, slots=True)
class Step:
    """`kind`: helpline, heard, pressed, decided, done, flagged or note. `at_s`: in the player."""

    at_s: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Where the time of one reply went, in ms: the silence that ended the turn (audio time), recognition after it, and
    the rest of the work (both 0 in virtual time, whose clock stands still meanwhile)."""

    silence: int
    decoding: int
    other: int

    @property
    def total(self) -> int:
        return self.silence + self.decoding + self.other


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn: what the caller does, what was expected to come of it, what happened, what of it is wrong."""

    number: int
    does: str
    expected: tuple[str, ...]
    steps: tuple[Step, ...]
    problems: tuple[str, ...]
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class CallView:
    """One case. `state`: passed, failed or known. `spent`: (what, share of the call) adding up to 1."""

    name: str
    title: str
    language: str
    state: str
    why: str
    hard: tuple[str, ...]
    seconds: float
    wall_s: float
    decoding_s: float | None
    slowest_ms: int | None
    opening: tuple[Step, ...]
    turns: tuple[TurnView, ...]
    expected: tuple[tuple[str, str], ...]
    problems: tuple[str, ...]
    changes: tuple[Line, ...]
    spent: tuple[tuple[str, float], ...]
    transcript: str


def call_view(outcome: Outcome) -> CallView:
    """The view of one outcome."""
    case, starts = outcome.case, stream_starts(outcome)
    known = bool(case.known_failure)
    passed_rightly = outcome.passed != known
    steps = [steps_of(played.events, starts) for played in outcome.turns]
    told = sum(len(p.events) for p in outcome.turns)
    return CallView(
        name=case.name,
        title=case.title,
        language=case.language,
        state=("known" if known else "passed") if passed_rightly else "failed",
        why="passes, though listed as a known failure" if known and outcome.passed else case.known_failure,
        hard=case.hard,
        seconds=outcome.call_s,
        wall_s=outcome.wall_s,
        decoding_s=outcome.decoding_s,
        slowest_ms=max(outcome.reply_ms, default=None),
        opening=steps_of(outcome.trace[: len(outcome.trace) - told], starts),
        turns=tuple(_turn(n, p, s) for n, (p, s) in enumerate(zip(outcome.turns, steps, strict=True), 1)),
        expected=tuple((name, _plain(value)) for name, value in case.expect.items()),
        problems=tuple(p for p in outcome.problems if not any(p in t.problems for t in outcome.turns)),
        changes=tuple(difference(outcome.wanted, outcome.transcript)) if outcome.wanted is not None else (),
        spent=_spent(outcome),
        transcript=outcome.transcript,
    )


def stream_starts(outcome: Outcome) -> Mapping[int, float]:
    """Id of a trace event -> second at which its stream begins in the player: the trace counts anew in each stream."""
    starts: dict[int, float] = {}
    stream, last_ms = 0, 0
    begins = [0.0]
    for heard in outcome.record.streams:
        begins.append(begins[-1] + len(heard.caller) / 8000)
    for event in outcome.trace:
        if event.at_ms < last_ms and stream + 1 < len(outcome.record.streams):
            stream += 1
        last_ms = event.at_ms
        starts[id(event)] = begins[min(stream, len(begins) - 1)]
    return starts


def steps_of(events: Iterable[TraceEvent], starts: Mapping[int, float]) -> tuple[Step, ...]:
    """What happened, a step each, with its second in the player; a prompt's is when it began to sound."""
    steps, sounds_until = list[Step](), 0.0
    for event in events:
        at_s = starts.get(id(event), 0.0) + event.at_ms / 1000
        if isinstance(event, PromptSent):
            at_s = max(at_s, sounds_until)
            sounds_until = at_s + event.duration_ms / 1000
        elif isinstance(event, PromptEnded) and event.cut:
            sounds_until = at_s
        steps += [Step(round(at_s, 2), kind, text) for kind, text in _told(event)]
    return tuple(steps)


def _told(event: TraceEvent) -> list[tuple[str, str]]:
    match event:
        case PromptSent():
            return [("helpline", event.text)]
        case PromptEnded(cut=True):
            return [("note", f"interrupted after {event.heard_ms / 1000:.1f} s")]
        case Ignored():
            return [("note", f"ignored: {event.what}")]
        case LineClosed():
            return [("note", f"line closed: {event.reason}")]
        case Happened():
            return [*_event(event), *_commands(event)]
    return []


def _event(event: Happened) -> list[tuple[str, str]]:
    match event.event:
        case Said(nbest=nbest, agreed=agreed):
            heard = [("heard", _readings(lang, found)) for lang, found in sorted(nbest.items()) if found]
            differs = [] if agreed else [("note", "the two passes differ")]
            return (heard or [("heard", "a voice, but no words")]) + differs
        case Pressed(keys=keys):
            return [("pressed", keys)]
        case NoInput():
            return [("heard", "nothing")]
        case CallStarted():
            return []
    return [("done", line.split(None, 1)[-1]) for line in transcript.lines([_alone(event)])]


def _alone(event: Happened) -> Happened:
    return Happened(event.call_sid, event.at_ms, event.event, ())


def _commands(event: Happened) -> list[tuple[str, str]]:
    told: list[tuple[str, str]] = []
    for command in event.commands:
        match command:
            case Understood():
                told.append(("decided", _understood(command)))
            case Note():
                told.append(("decided", f"{command.decision}: {command.why}"))
            case Flag():
                told.append(("flagged", f"{command.kind} {command.detail}".strip()))
            case _:
                line = transcript.lines([Happened(event.call_sid, event.at_ms, NoInput(), (command,))])[1:]
                told += [("done", text.split(None, 1)[-1]) for text in line]
    return told


def _understood(command: Understood) -> str:
    told = [f"{command.asked.value}: {command.band.value}", command.answer or ""]
    if command.service:
        told.append(f"{command.service} {command.score:.2f}" if command.score is not None else command.service)
    if command.runner_up:
        told.append(f"before {command.runner_up}" + (f" by {command.margin:.2f}" if command.margin is not None else ""))
    return ", ".join(filter(None, told))


def _readings(lang: str, found: Sequence[Hypothesis]) -> str:
    best, *others = [f"{h.text} ({h.confidence:.2f})" for h in found[:_NBEST]]
    return f"{lang}: {best}" + (f"; or {'; '.join(others)}" if others else "")


def _turn(number: int, played: PlayedTurn, steps: tuple[Step, ...]) -> TurnView:
    replied = next((event for event in played.events if isinstance(event, Replied)), None)
    reply = None
    if replied is not None:
        decoding, work = round(replied.decode_s * 1000), round(replied.work_s * 1000)
        reply = Reply(replied.endpoint_ms, decoding, max(0, work - decoding))
    expected = tuple(f"{name}: {_plain(value)}" for name, value in played.turn.expect.items())
    return TurnView(number, _does(played.turn), expected, steps, played.problems, reply)


def _does(turn: Turn) -> str:
    match turn.act:
        case Act.SAY:
            return f"says “{turn.text}”" if turn.text else f"says {turn.file}"
        case Act.PRESS:
            return f"presses {turn.text}"
        case Act.SILENCE:
            return "is silent"
        case Act.HANG_UP:
            return "hangs up"
    return "loses the stream"


def _spent(outcome: Outcome) -> tuple[tuple[str, float], ...]:
    """How the call's seconds divide; what is on no stream (keys) is waiting."""
    total = max(0.001, outcome.call_s)
    spoken = sum(event.heard_ms for event in outcome.trace if isinstance(event, PromptEnded)) / 1000
    said = sum(len(p.turn.audio) for p in outcome.turns if p.turn.act is Act.SAY) / 8000
    silence = sum(event.endpoint_ms for event in outcome.trace if isinstance(event, Replied)) / 1000
    shares = [("helpline speaks", spoken), ("caller speaks", said), ("silence that ends turns", silence)]
    whole = max(total, sum(seconds for _, seconds in shares))
    rest = whole - sum(seconds for _, seconds in shares)
    return tuple((name, seconds / whole) for name, seconds in [*shares, ("waiting", rest)])


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
