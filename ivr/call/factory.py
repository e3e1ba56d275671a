"""Opens lines and hears the carrier's reports: what the web is given of `ivr.call`."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

import structlog

from ivr.call.board import Board
from ivr.call.conversation import Parts
from ivr.call.line import StreamLine
from ivr.call.ports import InboundSms, Recording, Send
from ivr.call.trace import TraceSink
from ivr.core.errors import ModelError, OverloadedError
from ivr.dialogue.commands import Disposition
from ivr.dialogue.events import HungUp
from ivr.dialogue.session import Session
from ivr.speech.listener import Listener
from ivr.speech.models import ModelRegistry
from ivr.speech.pool import DecodingPool

log = structlog.get_logger()

OVERLOADED, NO_MODEL = "overloaded", "no_model"
LAG_LIMIT_S = 0.5  # decoding later than this is slow speech for everyone: new calls get keys instead


@dataclass(frozen=True, slots=True)
class LineRules:
    """`calls_max` streams at a time; every one of `languages` must be heard; `fillers` are the words that mean
    nothing, by language; `board`: where calls that go on are shown."""

    calls_max: int
    languages: tuple[str, ...]
    fillers: Mapping[str, Set[str]]
    board: Board | None = None


class Lines:
    """Opens one `StreamLine` a call."""

    def __init__(
        self,
        parts: Parts,
        models: ModelRegistry,
        pool: DecodingPool,
        sinks: Callable[[str], TraceSink],
        rules: LineRules,
    ) -> None:
        self._parts, self._models, self._pool, self._sinks = parts, models, pool, sinks
        self._max, self._languages = rules.calls_max, rules.languages
        self._fillers = rules.fillers
        self._open: set[str] = set()
        self._board = rules.board

    def why_keys(self, now: datetime) -> str:
        """Why one more call cannot be heard, "" if it can. A language whose model is missing is worth the whole
        call's keys."""
        if len(self._open) >= self._max or self._pool.lag_s > LAG_LIMIT_S:
            return OVERLOADED
        try:
            for lang in self._languages:
                self._models.get(lang)
        except ModelError as error:
            log.error("no_model", code=error.code)
            return NO_MODEL
        return ""

    async def open(self, call_sid: str, send: Send) -> StreamLine:
        """Raises OverloadedError when no stream is free."""
        if len(self._open) >= self._max:
            raise OverloadedError("every stream is taken; raise IVR_MAX_CALLS or add a server")
        self._open.add(call_sid)
        hearing, pool = self._parts.hearing, self._pool
        listener = Listener(self._models, pool, self._parts.clock, self._fillers, hearing.digits, hearing.back_channel)
        line = StreamLine(call_sid, self._parts, listener, send, self._sinks(call_sid), self._closed)
        if self._board is not None:
            self._board.add(call_sid, line)
        return line

    def _closed(self, call_sid: str) -> None:
        self._open.discard(call_sid)
        if self._board is not None:
            self._board.remove(call_sid)


class Reports:
    """What the carrier tells after the fact. Blocking."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def call_ended(self, call_sid: str, status: str, now: datetime) -> None:
        """The call is over for the carrier; if the dialogue does not know yet, the caller has left it."""
        self._parts.handovers.ended(call_sid, "left", now)
        stored = self._parts.calls.session(call_sid)
        if stored is None:
            return
        session = Session.from_json(stored)
        if session.over:
            return
        session, _ = self._parts.dialogue.step(session, HungUp(), now)
        self._parts.calls.save_wait(call_sid, session.to_json(), now)
        self._parts.calls.end(call_sid, session.disposition or Disposition.CALLER_LEFT, now)

    def missed_call(self, call_sid: str, caller: str | None, now: datetime) -> None:
        self._parts.callbacks.missed(call_sid, caller, now)

    def callback_answered(self, call_sid: str, citizen: str | None, now: datetime) -> None:
        if not self._parts.errands.alerts.answered(call_sid, citizen, now):
            self._parts.callbacks.answered(call_sid, citizen, now)

    def callback_ended(self, call_sid: str, status: str, now: datetime) -> None:
        if not self._parts.errands.alerts.reported(call_sid, status, now):
            self._parts.callbacks.reported(call_sid, status, now)
        self.call_ended(call_sid, status, now)

    def sms_status(self, message_sid: str, status: str, error_code: str | None, now: datetime) -> None:
        self._parts.desk.sms_status(message_sid, status, error_code, now)

    def sms_received(self, sms: InboundSms, now: datetime) -> None:
        self._parts.desk.sms_received(sms.message_sid, sms.sender, sms.body, now)

    def recording_ready(self, call_sid: str, recording: Recording, now: datetime) -> None:
        self._parts.voicemail.note_remote(call_sid, recording.url, recording.duration_s * 1000, now)
