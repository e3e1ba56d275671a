"""What the web needs of a call: implemented in `ivr.call` and `ivr.desk`, faked in tests.

`CallLine` is one call on a Media Stream, `KeypadLeg` the same call by <Gather>. The web only carries: it knows no
prompt, no rule and no table. Blocking methods (plain `def`) are run on a bounded pool by the web.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivr.dialogue.commands import Listen, Play
from ivr.twilio.frames import Start

Send = Callable[[str], Awaitable[None]]


class CallLine(Protocol):
    """One call. Its methods are awaited one after the other, in the order of the carrier's messages.

    An exception from any of them ends the stream; the carrier then goes on with the keypad. `closed` is the last one
    called, once, also after such an exception. `over` true: nothing more to say or hear; the socket is closed.
    """

    @property
    def over(self) -> bool: ...

    async def started(self, start: Start) -> None: ...

    async def media(self, mulaw: bytes) -> None:
        """The caller's audio, usually 160 bytes of µ-law (20 ms), never empty."""

    async def dtmf(self, digit: str) -> None: ...

    async def mark(self, name: str) -> None:
        """Comes back when the audio before it was played, and also for every mark that a `clear` threw away."""

    async def closed(self, reason: str) -> None:
        """`reason`: over, stop, disconnect, idle, overloaded, error, shutdown, or the code of an error."""


class CallFactory(Protocol):
    def why_keys(self, now: datetime) -> str:
        """ "" where one more call can be heard: models there, room to decode. Else "overloaded" or "no_model": the call
        goes by keys and the caller is told why. Blocking: it may have to load a model."""
        ...

    async def open(self, call_sid: str, send: Send) -> CallLine:
        """`send` takes a message of `ivr.twilio.frames`; after the socket is gone it does nothing.
        Raises OverloadedError, ModelError, StoreError: the caller goes on by keys."""
        ...


@dataclass(frozen=True, slots=True)
class KeypadReply:
    """What to do next on the keypad leg: play, then exactly one of listen, transfer, record, hang up (the default).

    `transfer_to` is a number that can be dialled; `whisper`: who answers there is briefed before the caller is joined.
    """

    plays: tuple[Play, ...] = ()
    listen: Listen | None = None
    transfer_to: str | None = None
    whisper: bool = False
    record_max_s: int | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """A voicemail as the carrier keeps it. `duration_s` 0 where the caller said nothing."""

    recording_sid: str
    url: str
    duration_s: int


class KeypadLeg(Protocol):
    """The same session by keys. Every method ends in a reply; StoreError where the session cannot be read."""

    async def begin(self, call_sid: str, why_keys: str = "") -> KeypadReply:
        """The call comes here without a stream (`why_keys`: of the factory), or its stream ended: go on where the
        stored session waits.
        A session that is over hangs up; one that asked for a transfer or a recording gets it."""
        ...

    async def turn(self, call_sid: str, digits: str | None) -> KeypadReply:
        """`digits` as keyed (terminator removed), None where nothing was keyed in time."""
        ...

    async def recorded(self, call_sid: str, recording: Recording) -> KeypadReply: ...

    async def transfer_ended(self, call_sid: str, status: str) -> KeypadReply:
        """`status` is Twilio's DialCallStatus: completed, answered, busy, no-answer, failed, canceled."""
        ...

    async def whisper(self, call_sid: str) -> tuple[Play, ...]:
        """An operator has answered: what to say before the caller of `call_sid` is joined."""
        ...


@dataclass(frozen=True, slots=True)
class InboundSms:
    message_sid: str
    sender: str
    recipient: str
    body: str


class CarrierReports(Protocol):
    """What the carrier tells afterwards. Blocking; each may come twice or out of order."""

    def call_ended(self, call_sid: str, status: str, now: datetime) -> None:
        """`status`: completed, busy, failed, no-answer, canceled."""

    def missed_call(self, call_sid: str, caller: str | None, now: datetime) -> None:
        """The number that never answers was rung."""

    def callback_answered(self, call_sid: str, citizen: str | None, now: datetime) -> None:
        """A call that we made was taken."""

    def callback_ended(self, call_sid: str, status: str, now: datetime) -> None:
        """A call that we made is over, taken or not; `status` as of `call_ended`."""

    def sms_status(self, message_sid: str, status: str, error_code: str | None, now: datetime) -> None: ...

    def sms_received(self, sms: InboundSms, now: datetime) -> None: ...

    def recording_ready(self, call_sid: str, recording: Recording, now: datetime) -> None: ...


class CallBook(Protocol):
    """The store's calls, as far as the edge needs them. Blocking."""

    def begin(self, call_sid: str, caller: str | None, now: datetime) -> object:
        """Idempotent: the carrier may ask twice. `caller` in E.164, None where withheld."""
        ...

    def claim_stream_token(self, token_id: str, now: datetime) -> bool:
        """True the first time, false ever after."""
        ...
