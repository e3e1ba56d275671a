"""Recording fakes for what lies behind the web."""

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from anyio import to_thread

from ivr.call.ports import InboundSms, KeypadReply, Recording, Send
from ivr.core.clock import Clock, SetClock
from ivr.core.errors import IvrError
from ivr.dialogue.commands import Play
from ivr.twilio.frames import Start
from ivr.web.services import AppServices, Check, Edge, LinkPage, VerifyPage

AUTH_TOKEN = "an auth token of no account"
LANGUAGES = ("hi", "te")
SECRET = b"a secret key of no installation!"
PUBLIC_URL = "https://helpline.example"
NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)
GRAMMARS = Path(__file__).resolve().parents[2] / "grammars"


class FakeLine:
    """Records what it is told. `fail_on`: the method that raises `error`; `over_after`: a key that ends the call."""

    def __init__(self, call_sid: str, send: Send, fail_on: str = "", error: Exception | None = None) -> None:
        self.call_sid = call_sid
        self.send = send
        self.over = False
        self.heard: list[tuple[str, object]] = []
        self.ended = threading.Event()
        self.gate: threading.Event | None = None  # key 8 waits here before it is answered
        self.sent_at_end = False
        self._fail_on = fail_on
        self._error = error or RuntimeError("a bug")

    async def _note(self, what: str, value: object) -> None:
        self.heard.append((what, value))
        if what == self._fail_on:
            raise self._error

    async def started(self, start: Start) -> None:
        await self._note("started", start.call_sid)

    async def media(self, mulaw: bytes) -> None:
        await self._note("media", mulaw)

    async def dtmf(self, digit: str) -> None:
        self.over = digit == "9"
        await self._note("dtmf", digit)
        if digit == "8" and self.gate is not None:
            await to_thread.run_sync(self.gate.wait, 10)
        await self.send(json.dumps({"got": digit}))

    async def mark(self, name: str) -> None:
        await self._note("mark", name)

    async def closed(self, reason: str) -> None:
        try:
            await self._note("closed", reason)
            await self.send("goodbye")
            self.sent_at_end = True
        finally:
            self.ended.set()

    @property
    def reason(self) -> object:
        """Why it was closed; waits for it."""
        assert self.ended.wait(10), "the line was never closed"
        return self.heard[-1][1]


@dataclass
class FakeFactory:
    can_hear: bool = True
    error: IvrError | None = None
    fail_on: str = ""
    line_error: Exception | None = None
    lines: list[FakeLine] = field(default_factory=list)
    opened: threading.Condition = field(default_factory=threading.Condition)

    def why_keys(self, now: datetime) -> str:
        return "" if self.can_hear else "overloaded"

    async def open(self, call_sid: str, send: Send) -> FakeLine:
        if self.error:
            raise self.error
        line = FakeLine(call_sid, send, self.fail_on, self.line_error)
        with self.opened:
            self.lines.append(line)
            self.opened.notify_all()
        return line

    def line_of(self, call_sid: str) -> FakeLine:
        """The one line of this call; waits for it."""
        with self.opened:
            there = self.opened.wait_for(lambda: any(line.call_sid == call_sid for line in self.lines), 10)
            assert there, "the line was never opened"
        (line,) = (line for line in self.lines if line.call_sid == call_sid)
        return line


@dataclass
class FakeKeypad:
    reply: KeypadReply = field(default_factory=KeypadReply)
    error: Exception | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def _answer(self, *asked: object) -> KeypadReply:
        self.asked.append(asked)
        if self.error:
            raise self.error
        return self.reply

    async def begin(self, call_sid: str, why_keys: str = "") -> KeypadReply:
        return self._answer("begin", call_sid, *([why_keys] if why_keys else []))

    async def turn(self, call_sid: str, digits: str | None) -> KeypadReply:
        return self._answer("turn", call_sid, digits)

    async def recorded(self, call_sid: str, recording: Recording) -> KeypadReply:
        return self._answer("recorded", call_sid, recording)

    async def whisper(self, call_sid: str) -> tuple[Play, ...]:
        self.asked.append(("whisper", call_sid))
        return (Play("whisper_unknown", "hi"),)

    async def transfer_ended(self, call_sid: str, status: str) -> KeypadReply:
        return self._answer("transfer_ended", call_sid, status)


@dataclass
class FakeBook:
    error: Exception | None = None
    begun: list[tuple[str, str | None]] = field(default_factory=list)
    claimed: set[str] = field(default_factory=set)

    def begin(self, call_sid: str, caller: str | None, now: datetime) -> None:
        if self.error:
            raise self.error
        self.begun.append((call_sid, caller))

    def claim_stream_token(self, token_id: str, now: datetime) -> bool:
        fresh = token_id not in self.claimed
        self.claimed.add(token_id)
        return fresh


@dataclass
class FakeReports:
    told: list[tuple[object, ...]] = field(default_factory=list)

    def call_ended(self, call_sid: str, status: str, now: datetime) -> None:
        self.told.append(("call_ended", call_sid, status))

    def missed_call(self, call_sid: str, caller: str | None, now: datetime) -> None:
        self.told.append(("missed_call", call_sid, caller))

    def callback_answered(self, call_sid: str, citizen: str | None, now: datetime) -> None:
        self.told.append(("callback_answered", call_sid, citizen))

    def callback_ended(self, call_sid: str, status: str, now: datetime) -> None:
        self.told.append(("callback_ended", call_sid, status))

    def sms_status(self, message_sid: str, status: str, error_code: str | None, now: datetime) -> None:
        self.told.append(("sms_status", message_sid, status, error_code))

    def sms_received(self, sms: InboundSms, now: datetime) -> None:
        self.told.append(("sms_received", sms))

    def recording_ready(self, call_sid: str, recording: Recording, now: datetime) -> None:
        self.told.append(("recording_ready", call_sid, recording))


@dataclass(frozen=True)
class Sound:
    mulaw: bytes


@dataclass
class FakePrompts:
    error: IvrError | None = None
    rendered: list[Play] = field(default_factory=list)

    def render(self, play: Play, /) -> Sound:
        self.rendered.append(play)
        if self.error:
            raise self.error
        return Sound(b"\xff\x7f\x00\x80" * 40)


@dataclass
class FakeCertificates:
    """What is shown for which code; a slip of the hand for any other."""

    pages: dict[str, VerifyPage] = field(default_factory=dict)
    error: IvrError | None = None

    def page(self, code: str, now: datetime) -> VerifyPage:
        if self.error:
            raise self.error
        return self.pages.get(code, VerifyPage("mistyped"))


@dataclass
class FakeLinks:
    pages: dict[str, LinkPage] = field(default_factory=dict)
    error: IvrError | None = None
    asked: list[str] = field(default_factory=list)

    def page(self, code: str, now: datetime, /) -> LinkPage | None:
        self.asked.append(code)
        if self.error:
            raise self.error
        return self.pages.get(code)


@dataclass
class Behind:
    """Everything behind the web, faked."""

    edge: Edge = field(default_factory=lambda: Edge(PUBLIC_URL, AUTH_TOKEN, SECRET, LANGUAGES))
    clock: Clock = field(default_factory=lambda: SetClock(NOW))
    book: FakeBook = field(default_factory=FakeBook)
    factory: FakeFactory = field(default_factory=FakeFactory)
    keypad: FakeKeypad = field(default_factory=FakeKeypad)
    reports: FakeReports = field(default_factory=FakeReports)
    prompts: FakePrompts = field(default_factory=FakePrompts)
    links: FakeLinks = field(default_factory=FakeLinks)
    certificates: FakeCertificates = field(default_factory=FakeCertificates)
    checks: dict[str, Check] = field(default_factory=dict)

    def services(self) -> AppServices:
        return AppServices(
            edge=self.edge,
            clock=self.clock,
            book=self.book,
            factory=self.factory,
            keypad=self.keypad,
            reports=self.reports,
            prompts=self.prompts,
            links=self.links,
            certificates=self.certificates,
            grammars=GRAMMARS,
            checks=self.checks,
        )
