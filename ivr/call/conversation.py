"""The dialogue of one call with its effects: an event in, what to play and what comes next out.

Stored at every wait, so that another leg, or another process after a crash, goes on with the same session.
Must not know how audio travels: `line` and `gather` do.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from anyio import CapacityLimiter, to_thread

from ivr.call import evidence
from ivr.call.hearing import Hearing
from ivr.call.recorder import Recorder
from ivr.call.trace import Happened, TraceSink
from ivr.call.voicemail import Voicemail
from ivr.core.clock import Clock
from ivr.core.errors import IvrError
from ivr.desk.callbacks import CallBacks
from ivr.desk.desk import Desk
from ivr.desk.errands import Errands
from ivr.dialogue.commands import (
    AnswerTicket,
    AskDesk,
    Command,
    Disposition,
    FindTickets,
    Flag,
    HangUp,
    Listen,
    Note,
    OpenTicket,
    Play,
    Record,
    SendSms,
    Transfer,
)
from ivr.dialogue.confirm import CONFIRM
from ivr.dialogue.dialogue import Dialogue
from ivr.dialogue.events import CallStarted, EffectFailed, Event, NoInput, Pressed, TicketsFound
from ivr.dialogue.opening import CALL_BACK
from ivr.dialogue.session import CONSENTED, UNASKED, Session
from ivr.speech.prompts import PromptLibrary
from ivr.store.calls import Calls, Turn, Waited
from ivr.store.handovers import Handovers

log = structlog.get_logger()
T = TypeVar("T")

Ending = Listen | Record | Transfer | HangUp
RESUMED_FOR = timedelta(minutes=10)
_EFFECTS_AT_MOST = 8  # in one turn; a dialogue that wants more is going round in circles


def _reopened(session_json: str) -> str | None:
    """The session of a call that broke off, made ready to be gone on with; None where no work is left."""
    session = Session.from_json(session_json)
    return session.reopened().to_json() if session.unfinished else None


def _nobody(call_sid: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Parts:
    """What all calls of a process share."""

    dialogue: Dialogue
    desk: Desk
    calls: Calls
    handovers: Handovers
    callbacks: CallBacks
    errands: Errands
    prompts: PromptLibrary
    clock: Clock
    voicemail: Voicemail
    recorder: Recorder
    limiter: CapacityLimiter  # bounds the threads that do blocking work for calls
    hearing: Hearing = field(default_factory=Hearing)
    taker: Callable[[str], str | None] = _nobody  # the number of the operator who took a call over

    async def blocking(self, work: Callable[..., T], *args: Any) -> T:
        """Run blocking `work` off the event loop, and to its end even if the call is cut meanwhile."""
        return await asyncio.shield(to_thread.run_sync(work, *args, limiter=self.limiter))


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller hears now and what happens after it."""

    plays: tuple[Play, ...]
    then: Ending


class Conversation:
    """One call's session. `sink` is told every event and its commands."""

    def __init__(self, call_sid: str, parts: Parts, sink: TraceSink) -> None:
        self.call_sid = call_sid
        self.session = Session.new(call_sid)
        self._parts = parts
        self._sink = sink
        self._turns: list[Turn | Waited] = []
        self._consent = UNASKED  # as stored
        self._spoken: Turn | None = None  # the caller's newest turn, until it is known what it was taken for

    def note(self, turn: Turn) -> None:
        """A turn to be kept with the session at the next wait."""
        if turn.side == "caller":
            self._spoken = turn
        else:
            self._turns.append(turn)

    def overheard(self, turn: Turn) -> None:
        """A turn of the caller that answers nothing: part of a message."""
        self._turns.append(turn)

    def replied(self, to: Turn, reply_ms: int) -> None:
        """The caller waited so long for the first sound after that turn."""
        self._turns.append(Waited(to.start_ms, reply_ms))

    async def flush(self) -> None:
        """Keep what was noted since the last wait."""
        turns, self._turns = tuple(self._turns), []
        if turns:
            await self._stored(self._parts.calls.add_turns, self.call_sid, turns)

    async def load(self) -> bool:
        """Take up the stored session; whether there is one. Raises StoreError."""
        stored = await self._parts.blocking(self._parts.calls.session, self.call_sid)
        if stored is not None:
            self.session = Session.from_json(stored)
            self._consent = self.session.consent
        return stored is not None

    async def begin(self, media: str, why_keys: str = "") -> Reply:
        """Start the call, or go on where its session stands, or where the caller's last call broke off."""
        known = await self._parts.blocking(self._known)
        fresh = known.purpose not in (CALL_BACK, CONFIRM) and not known.brief
        resumed = await self.load() or (fresh and await self._take_over())
        begun = replace(known, resumed=resumed, media=media, why_keys=why_keys)
        return await self.happen(begun, at_ms=0 if media == "stream" else self.elapsed_ms)

    @property
    def elapsed_ms(self) -> int:
        """Time since the call began, for legs that bring no audio to count by."""
        if self.session.started_at is None:
            return 0
        since = self._parts.clock.now() - datetime.fromisoformat(self.session.started_at)
        return max(0, round(since.total_seconds() * 1000))

    async def _take_over(self) -> bool:
        """Take up a call of this caller that broke off a little while ago; whether there is one."""
        now = self._parts.clock.now()
        found = await self._parts.blocking(self._parts.calls.resume, self.call_sid, now - RESUMED_FOR, now, _reopened)
        if found is not None:
            self.session = Session.from_json(found)
        return found is not None

    def _known(self) -> CallStarted:
        """What is known of the caller and what waits for them, if it can be had; never waited for."""
        language = self._parts.calls.caller_language(self.call_sid)
        purpose = self._parts.callbacks.purpose(self.call_sid)
        found, brief = TicketsFound(()), dict[str, str]()
        try:
            about = self._parts.callbacks.ticket(self.call_sid) if purpose == CONFIRM else None
            found = self._parts.desk.find_tickets(self.call_sid, FindTickets(about))
            brief = dict(self._parts.errands.brief(self.call_sid))
        except IvrError as error:
            log.error("tickets_not_known", call_sid=self.call_sid, code=error.code)
        return CallStarted(language, tickets=found.tickets, shared=found.shared, purpose=purpose, brief=brief)

    async def happen(self, event: Event, at_ms: int) -> Reply:
        """Give the dialogue `event`, carry out the effects it asks for, store the session and say what comes next."""
        plays: list[Play] = []
        about = self._about(event, at_ms)
        for _ in range(_EFFECTS_AT_MOST):
            commands = self._step(event, at_ms)
            plays += [c for c in commands if isinstance(c, Play)]
            await self._keep_evidence(about, commands, at_ms)
            about = replace(about, turn=None, abusive=False)
            last = commands[-1] if commands else HangUp(self.session.disposition or Disposition.CALLER_LEFT)
            if isinstance(last, OpenTicket | SendSms | FindTickets | AnswerTicket | AskDesk):
                event = await self._carry_out(last)
                self._turns.append(Turn("note", at_ms, decision=evidence.done(event)))
                continue
            assert isinstance(last, Listen | Record | Transfer | HangUp)
            if self.session.media != "stream":  # there a mark tells when a prompt was heard
                self._turns += [Turn("prompt", at_ms, prompt=play.prompt) for play in plays]
            await self._store(last)
            return Reply(tuple(plays), last)
        log.error("dialogue_goes_in_circles", call_sid=self.call_sid)
        return Reply(tuple(plays), HangUp(self.session.disposition or Disposition.CALLER_LEFT))

    def _step(self, event: Event, at_ms: int) -> tuple[Command, ...]:
        self.session, commands = self._parts.dialogue.step(self.session, event, self._parts.clock.now())
        self._sink(Happened(self.call_sid, at_ms, event, commands))
        return commands

    def _about(self, event: Event, at_ms: int) -> evidence.About:
        """What of the call this event is about."""
        spoken, self._spoken = self._spoken, None
        wait = self.session.wait
        if isinstance(event, Pressed):
            spoken = evidence.pressed_turn(event, wait.kind.value if wait else "", at_ms)
        quiet_ms = wait.no_input_ms if isinstance(event, NoInput) and wait else 0
        abusive = any(self._parts.hearing.abusive(text, lang) for text, lang in evidence.texts(event))
        if spoken is not None:
            return evidence.About(spoken.start_ms, spoken.end_ms, spoken, abusive)
        return evidence.About(max(0, at_ms - quiet_ms), at_ms if quiet_ms else None, None, abusive)

    async def _keep_evidence(self, about: evidence.About, commands: tuple[Command, ...], at_ms: int) -> None:
        if about.turn is not None:
            self._turns.append(evidence.taken_for(about.turn, commands))
        notes = [c for c in commands if isinstance(c, Note)]
        self._turns += [Turn("note", at_ms, decision=f"{c.decision}: {c.why}") for c in notes]
        for flag in evidence.flags(commands, about):
            await self._stored(self._parts.calls.add_flag, self.call_sid, flag, about.at_ms, about.end_ms)

    async def _carry_out(self, effect: OpenTicket | SendSms | FindTickets | AnswerTicket | AskDesk) -> Event:
        desk, now = self._parts.desk, self._parts.clock.now()
        if isinstance(effect, OpenTicket):
            await self._stored(partial(self._describe, effect.service, effect.district))
        elif isinstance(effect, SendSms):
            await self._stored(partial(self._describe, effect.service, None))
        try:
            match effect:
                case OpenTicket():
                    return await self._parts.blocking(desk.open_ticket, self.call_sid, effect, now)
                case SendSms():
                    return await self._parts.blocking(desk.send_sms, self.call_sid, effect, now)
                case AskDesk():
                    return await self._parts.blocking(self._parts.errands.ask, self.call_sid, effect, now)
                case FindTickets():
                    return await self._parts.blocking(desk.find_tickets, self.call_sid, effect)
                case AnswerTicket():
                    return await self._parts.blocking(desk.answer_ticket, self.call_sid, effect, now)
        except IvrError as error:
            log.error("effect_failed", call_sid=self.call_sid, effect=type(effect).__name__, code=error.code)
            return EffectFailed(type(effect).__name__, error.code)

    def _describe(self, service: str | None, district: str | None) -> None:
        self._parts.calls.describe(self.call_sid, district=district, service=service)

    async def flag(self, kind: str, detail: str, at_ms: int, end_ms: int | None = None) -> None:
        """Mark this span for an operator; for what the dialogue never sees."""
        await self._stored(self._parts.calls.add_flag, self.call_sid, Flag(kind, detail), at_ms, end_ms)

    async def _store(self, last: Ending) -> None:
        now = self._parts.clock.now()
        turns, self._turns = tuple(self._turns), []
        session = self.session
        await self._stored(self._parts.calls.save_wait, self.call_sid, session.to_json(), now, turns, session.lang)
        if session.consent != self._consent:
            self._consent = session.consent
            await self._stored(self._parts.calls.consent, self.call_sid, now if self._consent in CONSENTED else None)
        if isinstance(last, HangUp):
            await self._stored(self._parts.calls.end, self.call_sid, last.disposition, now)

    async def _stored(self, work: Callable[..., None], *args: Any) -> None:
        """A caller is never cut off because the record of the call cannot be kept."""
        try:
            await self._parts.blocking(work, *args)
        except IvrError as error:
            log.error("call_record_not_kept", call_sid=self.call_sid, code=error.code)
