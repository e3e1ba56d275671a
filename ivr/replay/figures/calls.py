"""A replayed call as a row of figures: whether the caller got what was expected, in how many turns and seconds."""

from collections.abc import Iterable

from ivr.call.trace import Happened, TraceEvent
from ivr.dialogue.events import NoInput, Pressed, Said
from ivr.replay.figures.rows import Row, call_parts
from ivr.replay.run import Outcome
from ivr.replay.spoil.spoiled import Spoil


def call_row(outcome: Outcome, how: Spoil) -> Row:
    """Success is that every expectation is met; the transcript may be another. `how` the caller's voice was spoiled."""
    case = outcome.case
    return Row(
        id=f"call {case.name}|{how.noise}|{how.snr_db if how.noise else ''}|{how.lost}",
        lang=case.language,
        noise=how.noise,
        snr_db=how.snr_db if how.noise else None,
        lost=how.lost,
        note="call",
        parts=call_parts(not outcome.problems, turns(outcome.trace), outcome.call_s),
    )


def turns(trace: Iterable[TraceEvent]) -> int:
    """Everything said, pressed or left unsaid."""
    return sum(isinstance(e, Happened) and isinstance(e.event, Said | Pressed | NoInput) for e in trace)
