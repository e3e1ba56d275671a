"""Runs a case and says what happened and whether it should have."""

import difflib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from urllib.parse import urlsplit

from ivr.call.recorder import CALL
from ivr.call.trace import Replied, TraceEvent
from ivr.call.voicemail import VOICEMAIL
from ivr.core.errors import ReplayError
from ivr.dialogue.hours import INDIA
from ivr.replay import recorded
from ivr.replay.caller import Accidents, ScriptedCaller
from ivr.replay.carrier import CallRecord, CarrierCall, Line
from ivr.replay.case import GOLDEN, Case, Turn
from ivr.replay.cause import bring_about
from ivr.replay.claims import claim_and_ring, newest_state
from ivr.replay.expect import Facts, Seen, asked_for, of_call, of_turn
from ivr.replay.hearing import Hearing
from ivr.replay.house import MISSED, NUMBER, PUBLIC_URL, ReplayHouse, placed_sid, replay_house
from ivr.replay.modes import Mode, prepare
from ivr.replay.spoil.spoiled import Spoil, mulaw_spoiled
from ivr.replay.transcript import lines
from ivr.replay.twiml import verbs
from ivr.replay.wires import call_sid
from ivr.web.assembly import Knowledge
from ivr.web.audio import PromptSeal

_LINE = Line(f"{PUBLIC_URL}/twilio/voice", NUMBER)
_RINGING = Line(f"{PUBLIC_URL}/twilio/callback", NUMBER, rings=True)


@dataclass(frozen=True, slots=True)
class PlayedTurn:
    """A turn of the case with what happened from there to the next one, and what of that was not as expected."""

    turn: Turn
    events: tuple[TraceEvent, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a case. `problems` are unmet expectations, `diff` the transcript's difference from the golden
    one; `reply_ms` from the end of each spoken turn to the first audible answer, in audio time; `heard` what the
    recogniser made of it, in a real replay; `wanted` the golden transcript; `decoding_s` seconds of
    the wall spent in recognition, of all threads."""

    case: Case
    transcript: str
    problems: tuple[str, ...]
    diff: str
    record: CallRecord
    trace: tuple[TraceEvent, ...]
    wall_s: float
    call_s: float
    reply_ms: tuple[int, ...] = field(default=())
    heard: recorded.Record | None = None
    turns: tuple[PlayedTurn, ...] = ()
    facts: Facts | None = None
    sms: tuple[str, ...] = ()
    wanted: str | None = None
    decoding_s: float | None = None

    @property
    def passed(self) -> bool:
        return not self.problems and not self.diff


@dataclass(frozen=True, slots=True)
class Player:
    """Plays cases in one mode, each in a house of its own. `cache` keeps prompts and synthesised callers. `spoil`: what
    becomes of callers' voices on the way; no transcript is then held against the call's."""

    knowledge: Knowledge
    mode: Mode
    cache: Path
    spoil: Spoil | None = None

    async def play(self, case: Case) -> Outcome:
        """The case, after those that it comes after."""
        with replay_house(self.cache / "prompts", self.knowledge, case.house) as house:
            if case.house.at:
                house.clock.advance(_until(house, case.house.at))
            for before in _before(case):
                earlier = await self._call(house, before)
                house.clock.advance(60 * case.house.later_minutes)
                if case.house.shared:
                    house.share(earlier.trace)
            if case.house.busy:
                house.occupy()
            return await self._call(house, case)

    async def _call(self, house: ReplayHouse, case: Case) -> Outcome:
        prepared = prepare(case, self.mode, self.knowledge, self.cache / "callers")
        house.models.now = prepared.models
        outcome = await run_case(house, self._spoiled(prepared.case))
        if self.mode is Mode.TEXT or self.spoil is not None:
            outcome = replace(outcome, diff="")
        if isinstance(prepared.models, recorded.RecordingModels):
            outcome = replace(outcome, heard=prepared.models.record, decoding_s=prepared.models.decoding_s)
        return outcome

    def _spoiled(self, case: Case) -> Case:
        if self.spoil is None or self.mode is not Mode.REAL:
            return case
        turns = [
            replace(turn, audio=mulaw_spoiled(turn.audio, self.spoil.for_file(f"{case.name}/{n}")))
            if turn.audio
            else turn
            for n, turn in enumerate(case.turns)
        ]
        return replace(case, turns=tuple(turns))


def _until(house: ReplayHouse, time_of_day: str) -> float:
    """Seconds from now to that time in India, of today or tomorrow."""
    now = house.clock.now().astimezone(INDIA)
    then = datetime.combine(now.date(), clock_time.fromisoformat(time_of_day), INDIA)
    return ((then - now) % timedelta(days=1)).total_seconds()


async def _line(house: ReplayHouse, case: Case) -> tuple[Line, str]:
    """The line that the case is played on and the call's id; where we are to ring, after it was asked for."""
    if case.house.confirm:
        return _RINGING, await claim_and_ring(house)
    if (sid := await bring_about(house, case)) is not None:
        return _RINGING, sid
    if not case.house.rung:
        return _LINE, call_sid(next(house.numbers))
    if case.house.rung == "missed":
        form = {"CallSid": call_sid(next(house.numbers)), "From": case.caller, "To": MISSED}
        if [verb.name for verb in verbs(await house.wire.post(_LINE.voice_url, form))] != ["Reject"]:
            raise ReplayError(f"{case.name}: the missed call was answered, which costs the caller money")
    await house.assembly.worker.drain()
    mine = [n for n, (to, _) in enumerate(house.carrier.calls) if to == case.caller]
    if not mine:
        raise ReplayError(f"{case.name}: nobody was rung")
    return Line(house.carrier.calls[mine[-1]][1], NUMBER, rings=True), placed_sid(mine[-1] + 1)


def _before(case: Case) -> list[Case]:
    """The cases that this one comes after, the earliest first."""
    earlier = case.before()
    return [*_before(earlier), earlier] if earlier else []


async def run_case(house: ReplayHouse, case: Case) -> Outcome:
    """Play `case` in `house`, send what is due, compare."""
    begun, hearing = time.perf_counter(), Hearing(house.clock)
    messages = len(house.carrier.messages)
    line, sid = await _line(house, case)
    started = house.clock.monotonic()
    accidents = Accidents(case.network.breaks_at_s, case.network.hang_up_at_s)
    caller = ScriptedCaller(case.turns, hearing.ear, hearing.told, accidents)
    house.ears[sid] = hearing.happened
    record = await CarrierCall(house.wire, case, line, sid, caller).run()
    call_s = house.clock.monotonic() - started
    await house.assembly.worker.drain()
    sms = tuple(body for _, body in house.carrier.messages[messages:])
    seen = Seen(_facts(house, record, hearing.events, sms), hearing.events, sms, call_s, _whispered(house, record))
    transcript = _transcript(seen, record)
    turns = _played(hearing)
    wanted = _wanted(case)
    return Outcome(
        case=case,
        transcript=transcript,
        problems=tuple(_problems(case, turns, seen)),
        diff=_diff(wanted, transcript) if case.golden else "",
        record=record,
        trace=hearing.events,
        wall_s=time.perf_counter() - begun,
        call_s=call_s,
        reply_ms=tuple(
            s.answered_ms - s.ended_ms for h in record.streams for s in h.spoken if s.answered_ms is not None
        ),
        turns=turns,
        facts=seen.facts,
        sms=sms,
        wanted=wanted,
    )


def accept(outcome: Outcome) -> bool:
    """Write the transcript as the golden one, and what was recognised; whether that changed anything."""
    if outcome.case.altered or not (outcome.case.golden or outcome.case.exported):
        return False
    changed = outcome.heard is not None and outcome.heard.write(outcome.case.folder / recorded.FILE)
    path = outcome.case.folder / GOLDEN
    if path.is_file() and path.read_text(encoding="utf-8") == outcome.transcript:
        return changed
    path.write_text(outcome.transcript, encoding="utf-8")
    return True


def work_times(trace: tuple[TraceEvent, ...]) -> list[Replied]:
    return [event for event in trace if isinstance(event, Replied)]


def _facts(house: ReplayHouse, record: CallRecord, trace: tuple[TraceEvent, ...], sms: tuple[str, ...]) -> Facts:
    kept = house.assembly.calls.show(record.call_sid)
    service, district, tickets = asked_for(trace)
    recordings = house.recordings().of_call(record.call_sid)
    return Facts(
        disposition=kept.disposition if kept else None,
        language=kept.language if kept else None,
        service=service,
        district=district,
        tickets=tickets,
        sms=len(sms),
        dialled=len(record.dialled),
        messages=sum(kept.kind == VOICEMAIL for kept in recordings),
        streams=len(record.streams),
        ended=record.ended,
        consented=kept is not None and kept.consent_at is not None,
        sound=any(kept.kind == CALL for kept in recordings),
        placed=len(house.carrier.calls),
        ticket_state=newest_state(house),
    )


def _whispered(house: ReplayHouse, record: CallRecord) -> tuple[str, ...]:
    """The prompts that operators heard before callers were joined."""
    seal = PromptSeal(house.assembly.services.edge.secret_key)
    said = [seal.open(Path(urlsplit(verb.text).path).stem) for verb in record.whispered if verb.name == "Play"]
    return tuple(play.prompt for play in said)


def _transcript(seen: Seen, record: CallRecord) -> str:
    told = lines(seen.trace)
    told += [f"sms       {body}" for body in seen.sms_bodies]
    told += [f"dialled   {number}" for number in record.dialled]
    told.append(f"ended     by the {record.ended}: {seen.facts.disposition}")
    return "\n".join(told) + "\n"


def _played(hearing: Hearing) -> tuple[PlayedTurn, ...]:
    return tuple(
        PlayedTurn(turn, window, tuple(of_turn(f"turn {number}, {turn.text or turn.act}", turn.expect, window)))
        for number, (turn, window) in enumerate(hearing.windows(), 1)
    )


def _problems(case: Case, turns: tuple[PlayedTurn, ...], seen: Seen) -> Iterable[str]:
    for played in turns:
        yield from played.problems
    yield from of_call(case.name, case.expect, seen)
    for turn in case.turns[len(turns) :]:
        if turn.expect:
            yield f"the call was over before {turn.text or turn.act}"


def _wanted(case: Case) -> str | None:
    path = case.folder / GOLDEN
    return path.read_text(encoding="utf-8") if case.golden and path.is_file() else None


def _diff(wanted: str | None, transcript: str) -> str:
    if wanted is None:
        return f"no {GOLDEN} yet: look at the transcript, then accept it with --update\n"
    before, after = wanted.splitlines(keepends=True), transcript.splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, "expected", "happened", n=2))
