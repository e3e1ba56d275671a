"""Runs a case and says what happened and whether it should have."""

import difflib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.call.trace import Happened, Replied, TraceEvent
from ivr.core.errors import ReplayError
from ivr.dialogue.commands import OpenTicket, SendSms
from ivr.replay.carrier import CallRecord, CarrierCall
from ivr.replay.case import Case
from ivr.replay.house import NUMBER, PUBLIC_URL, ReplayHouse
from ivr.replay.transcript import lines
from ivr.replay.wires import call_sid

GOLDEN = "expected.txt"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. `problems` are unmet expectations, `diff` the transcript's difference from the golden
    one; `reply_ms` from the end of each spoken turn to the first audible answer, in audio time."""

    case: Case
    transcript: str
    problems: tuple[str, ...]
    diff: str
    record: CallRecord
    trace: tuple[TraceEvent, ...]
    wall_s: float
    call_s: float
    reply_ms: tuple[int, ...] = field(default=())

    @property
    def passed(self) -> bool:
        return not self.problems and not self.diff


async def run_case(house: ReplayHouse, case: Case) -> Outcome:
    """Play `case` in `house`, send what is due, compare."""
    begun, first = time.perf_counter(), len(house.trace)
    messages = len(house.carrier.messages)
    sid = call_sid(next(house.numbers))
    started = house.clock.monotonic()
    record = await CarrierCall(house.wire, case, f"{PUBLIC_URL}/twilio/voice", NUMBER, sid).run()
    call_s = house.clock.monotonic() - started
    await house.assembly.worker.drain()
    trace = tuple(house.trace[first:])
    found = _found(house, record, trace, [body for _, body in house.carrier.messages[messages:]])
    transcript = _transcript(trace, record, found)
    return Outcome(
        case=case,
        transcript=transcript,
        problems=_problems(case, found),
        diff=_diff(case.folder / GOLDEN, transcript),
        record=record,
        trace=trace,
        wall_s=time.perf_counter() - begun,
        call_s=call_s,
        reply_ms=tuple(
            s.answered_ms - s.ended_ms for h in record.streams for s in h.spoken if s.answered_ms is not None
        ),
    )


def accept(outcome: Outcome) -> bool:
    """Write the transcript as the golden one; whether that changed anything."""
    path = outcome.case.folder / GOLDEN
    if path.is_file() and path.read_text(encoding="utf-8") == outcome.transcript:
        return False
    path.write_text(outcome.transcript, encoding="utf-8")
    return True


def work_times(trace: tuple[TraceEvent, ...]) -> list[Replied]:
    return [event for event in trace if isinstance(event, Replied)]


def _found(house: ReplayHouse, record: CallRecord, trace: tuple[TraceEvent, ...], sms: list[str]) -> dict[str, Any]:
    """What a case's `expect` may name."""
    kept = house.assembly.calls.show(record.call_sid)
    commands = [c for e in trace if isinstance(e, Happened) for c in e.commands]
    asked = [c for c in commands if isinstance(c, OpenTicket)]
    services = [c.service for c in commands if isinstance(c, OpenTicket | SendSms) and c.service]
    return {
        "disposition": kept.disposition if kept else None,
        "language": kept.language if kept else None,
        "service": services[-1] if services else None,
        "district": asked[-1].district if asked else None,
        "tickets": len(asked),
        "sms": len(sms),
        "sms_bodies": sms,
        "dialled": len(record.dialled),
        "ended": record.ended,
    }


def _transcript(trace: tuple[TraceEvent, ...], record: CallRecord, found: dict[str, Any]) -> str:
    told = lines(trace)
    told += [f"sms       {body}" for body in found["sms_bodies"]]
    told += [f"dialled   {number}" for number in record.dialled]
    told.append(f"ended     by the {record.ended}: {found['disposition']}")
    return "\n".join(told) + "\n"


def _problems(case: Case, found: dict[str, Any]) -> tuple[str, ...]:
    problems = []
    for name, wanted in case.expect.items():
        if name == "sms_contains":
            if not any(str(wanted) in body for body in found["sms_bodies"]):
                problems.append(f"no SMS contains {wanted!r}")
        elif name not in found:
            raise ReplayError(f"{case.name}: expect knows no {name!r}, only {', '.join(sorted(found))}, sms_contains")
        elif found[name] != wanted:
            problems.append(f"{name} is {found[name]!r}, expected {wanted!r}")
    return tuple(problems)


def _diff(golden: Path, transcript: str) -> str:
    if not golden.is_file():
        return f"no {golden.name} yet: look at the transcript, then accept it with --update\n"
    wanted = golden.read_text(encoding="utf-8")
    if wanted == transcript:
        return ""
    return "".join(
        difflib.unified_diff(
            wanted.splitlines(keepends=True), transcript.splitlines(keepends=True), "expected", "happened", n=2
        )
    )
