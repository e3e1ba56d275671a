"""One call as the carrier makes it: asks the voice webhook, carries out the TwiML that it answers, reports the end.

Follows the carrier's documentation, not our application: it knows no prompt and no path but the voice webhook's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ivr.core.errors import ReplayError
from ivr.replay.caller import FRAME_MS, ScriptedCaller
from ivr.replay.case import Case
from ivr.replay.stream import ACCOUNT, Heard, StreamSide
from ivr.replay.twiml import Verb, verbs
from ivr.speech.audio import read_wav_bytes

_REDIRECTS_AT_MOST = 40
GATHER_TIMEOUT_S = 5.0
_ANSWERED = ("completed", "answered")


class Wire(Protocol):
    """How a carrier reaches an application."""

    async def post(self, url: str, form: Mapping[str, str]) -> str:
        """A signed webhook request; the answer's body. Raises ReplayError when it is no 200."""
        ...

    async def get(self, url: str) -> bytes:
        """A file that TwiML names."""
        ...

    async def stream(self, url: str, side: StreamSide) -> None:
        """Run a media stream until either side ends it."""
        ...

    async def tick(self) -> None:
        """Let 20 ms pass."""
        ...


@dataclass(slots=True)
class CallRecord:
    """What the carrier saw of a call."""

    call_sid: str
    streams: list[Heard] = field(default_factory=list)
    dialled: list[str] = field(default_factory=list)
    gathered: list[str] = field(default_factory=list)
    whispered: list[Verb] = field(default_factory=list)
    recorded_ms: list[int] = field(default_factory=list)
    ended: str = ""  # "caller" or "helpline"


@dataclass(frozen=True, slots=True)
class Line:
    """The helpline's number and where the carrier asks what to do with its calls. `rings`: it is the helpline that
    rings the caller of the case."""

    voice_url: str
    number: str
    rings: bool = False


class CarrierCall:
    """Plays `case` over `wire` to the helpline that `line` leads to; `caller` plays its turns."""

    def __init__(
        self, wire: Wire, case: Case, line: "Line", call_sid: str, caller: ScriptedCaller | None = None
    ) -> None:
        self.record = CallRecord(call_sid)
        self._wire, self._voice_url, number = wire, line.voice_url, line.number
        self._caller = caller or ScriptedCaller(case.turns)
        self._network = case.network
        self._dial_status, self._rings = case.house.dial, line.rings
        caller_id, called = (number, case.caller) if line.rings else (case.caller, number)
        self._form = {
            "CallSid": call_sid,
            "AccountSid": ACCOUNT,
            "ApiVersion": "2010-04-01",
            "Direction": "outbound-api" if line.rings else "inbound",
            "From": caller_id,
            "Caller": caller_id,
            "To": called,
            "Called": called,
        }

    async def run(self) -> CallRecord:
        status = "in-progress" if self._rings else "ringing"
        todo: tuple[Verb, ...] = await self._ask(self._voice_url, CallStatus=status)
        for _ in range(_REDIRECTS_AT_MOST):
            following = await self._carry_out(todo)
            if following is None:
                break
            todo = following
        else:
            raise ReplayError(f"the call was redirected more than {_REDIRECTS_AT_MOST} times")
        self.record.ended = self.record.ended or "helpline"
        told = self._sibling("callback-status" if self._rings else "status")
        await self._wire.post(told, {**self._form, "CallStatus": "completed"})
        return self.record

    async def _ask(self, url: str, **more: str) -> tuple[Verb, ...]:
        return verbs(await self._wire.post(url, {**self._form, "CallStatus": "in-progress", **more}))

    def _sibling(self, name: str) -> str:
        return self._voice_url.rsplit("/", 1)[0] + "/" + name

    async def _carry_out(self, todo: tuple[Verb, ...]) -> tuple[Verb, ...] | None:
        """The verbs to go on with, or None when the call has ended."""
        for verb in todo:
            following = await self._verb(verb)
            if self.record.ended or verb.name in ("Hangup", "Reject"):
                return None
            if following is not None:
                return following
        return None

    async def _verb(self, verb: Verb) -> tuple[Verb, ...] | None:
        match verb.name:
            case "Redirect":
                return await self._ask(verb.text)
            case "Connect":
                await self._stream(verb.children[0])
            case "Gather":
                return await self._gather(verb)
            case "Play":
                await self._hear(await self._sounds_ms(verb))
            case "Pause":
                await self._quiet(int(verb.attributes.get("length", "1")) * 1000)
            case "Dial":
                return await self._dial(verb)
            case "Record":
                return await self._record(verb)
        return None

    async def _stream(self, stream: Verb) -> None:
        parameters = {c.attributes["name"]: c.attributes["value"] for c in stream.children if c.name == "Parameter"}
        number = len(self.record.streams)
        side = StreamSide(self.record.call_sid, f"MZ{number:032d}", parameters, self._caller, self._network)
        self.record.streams.append(side.heard)
        await self._wire.stream(stream.attributes["url"], side)
        if side.hung_up:
            self.record.ended = "caller"

    async def _gather(self, gather: Verb) -> tuple[Verb, ...] | None:
        limit = int(gather.attributes.get("numDigits", "0")) or 99
        finish = gather.attributes.get("finishOnKey", "#")
        digits = ""
        for child in gather.children:
            if child.name == "Play" and not digits:
                digits = await self._hear(await self._sounds_ms(child), keys=True)
        timeout_ms = int(float(gather.attributes.get("timeout", GATHER_TIMEOUT_S)) * 1000)
        quiet = 0
        while len(digits) < limit and quiet < timeout_ms and not self.record.ended:
            key = await self._frame(sounding=False)
            quiet = 0 if key else quiet + FRAME_MS
            if key and key == finish:
                break
            digits += key
        self.record.gathered.append(digits)
        if self.record.ended or not (digits or gather.attributes.get("actionOnEmptyResult") == "true"):
            return None
        return await self._ask(gather.attributes["action"], Digits=digits)

    async def _dial(self, dial: Verb) -> tuple[Verb, ...] | None:
        number = dial.children[0] if dial.children else dial
        self.record.dialled.append(number.text)
        if (
            "url" in number.attributes and self._dial_status in _ANSWERED
        ):  # who answers hears this alone, before the two are joined
            child = {"CallSid": f"{self.record.call_sid}-operator", "ParentCallSid": self.record.call_sid}
            self.record.whispered += verbs(await self._wire.post(number.attributes["url"], {**self._form, **child}))
        if "action" not in dial.attributes:
            return None
        return await self._ask(dial.attributes["action"], DialCallStatus=self._dial_status, DialCallDuration="20")

    async def _record(self, record: Verb) -> tuple[Verb, ...] | None:
        longest_ms = int(record.attributes.get("maxLength", "3600")) * 1000
        timeout_ms = int(record.attributes.get("timeout", "5")) * 1000
        length = quiet = 0
        while length < longest_ms and quiet < timeout_ms and not self.record.ended:
            before = self._caller.done
            await self._frame(sounding=False)
            length += FRAME_MS
            quiet = quiet + FRAME_MS if before and self._caller.done else 0
        self.record.recorded_ms.append(length)
        if self.record.ended or "action" not in record.attributes:
            return None
        recording = {"RecordingSid": "RE" + self.record.call_sid[2:], "RecordingDuration": str(length // 1000)}
        return await self._ask(record.attributes["action"], RecordingUrl="", **recording)

    async def _sounds_ms(self, play: Verb) -> int:
        return len(read_wav_bytes(await self._wire.get(play.text))) // 8

    async def _hear(self, ms: int, keys: bool = False) -> str:
        """Listen for `ms`; with `keys`, until a key is pressed, which is returned."""
        for _ in range(0, ms, FRAME_MS):
            key = await self._frame(sounding=True)
            if self.record.ended or (keys and key):
                return key
        return ""

    async def _quiet(self, ms: int) -> None:
        for _ in range(0, ms, FRAME_MS):
            await self._frame(sounding=False)

    async def _frame(self, sounding: bool) -> str:
        await self._wire.tick()
        sent = self._caller.frame(sounding)
        if sent.hang_up:
            self.record.ended = "caller"
        return sent.key
