"""Callers who call again and again: each slot is a line that is always on a call."""

import asyncio
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import httpx
import websockets

from ivr.core.errors import ReplayError
from ivr.replay.caller import SILENCE, ScriptedCaller, Sent
from ivr.replay.carrier import CallRecord, CarrierCall, Line
from ivr.replay.case import Case
from ivr.replay.stream import StreamSide
from ivr.replay.twiml import Verb
from ivr.replay.wires import SocketWire

_AGAIN_S = 0.5  # between two calls of a slot


@dataclass(frozen=True, slots=True)
class Target:
    """The server, and the token that the carrier signs with. `speed`: times as fast as life, for tests of this."""

    line: Line
    auth_token: str
    speed: float = 1.0


@dataclass(slots=True)
class LoadCall:
    """One call while it is held and afterwards. `streams_s`: when each stream began, on the loop's clock."""

    begun_s: float
    record: CallRecord
    wire: "LoadWire"
    ended_s: float | None = None
    failed: str = ""

    @property
    def refused(self) -> bool:
        """The server took the call by keys from the start."""
        return self.ended_s is not None and not self.failed and not self.record.streams

    @property
    def broken(self) -> bool:
        """A stream that the server ended before the call was over."""
        return bool(self.record.streams) and bool(self.record.gathered)


class LoadWire(SocketWire):
    """Notes when streams begin."""

    def __init__(self, client: httpx.AsyncClient, auth_token: str, speed: float) -> None:
        super().__init__(client, auth_token, speed)
        self.streams_s: list[float] = []

    async def stream(self, url: str, side: StreamSide) -> None:
        self.streams_s.append(asyncio.get_running_loop().time())
        await super().stream(url, side)


class _Leaving(ScriptedCaller):
    """Hangs up at the next frame once `leaves` is set."""

    leaves = False

    def frame(self, sounding: bool) -> Sent:
        return Sent(hang_up=True) if self.leaves else super().frame(sounding)


class _ByVoiceOnly(CarrierCall):
    """Hangs up where it is asked for keys: load is measured on streams."""

    async def _gather(self, gather: Verb) -> tuple[Verb, ...] | None:
        self.record.gathered.append("")
        self.record.ended = "caller"
        return None


@dataclass(slots=True)
class Crowd:
    """Callers on so many lines at a time. `calls`: those since `forget`, ended ones too."""

    target: Target
    cases: Sequence[Case]
    client: httpx.AsyncClient
    calls: list[LoadCall] = field(default_factory=list)
    _slots: list["_Slot"] = field(default_factory=list)
    _numbers: Iterator[str] = field(default_factory=lambda: _numbers(secrets.randbelow(10**7)))

    @property
    def size(self) -> int:
        return len(self._slots)

    async def resize(self, calls: int, within_s: float) -> None:
        """Hold so many from now on; new callers ring one after the other, spread over `within_s`."""
        for slot in self._slots[calls:]:
            slot.leave()
        gone, self._slots = self._slots[calls:], self._slots[:calls]
        missing = calls - len(self._slots)
        for _ in range(missing):
            self._slots.append(_Slot(self, len(self._slots)))
            await asyncio.sleep(within_s / missing)
        await asyncio.gather(*(slot.task for slot in gone))

    def forget(self) -> None:
        """Let go of the calls that have ended."""
        self.calls = [call for call in self.calls if call.ended_s is None]

    async def disperse(self) -> None:
        await self.resize(0, 0.0)

    async def one_call(self, slot: "_Slot", case: Case) -> None:
        """From ring to end; whatever goes wrong is written down, for it is what is measured."""
        loop = asyncio.get_running_loop()
        wire = LoadWire(self.client, self.target.auth_token, self.target.speed)
        slot.caller = _Leaving(case.turns)
        case = replace(case, caller=next(self._numbers))
        carrier = _ByVoiceOnly(wire, case, self.target.line, "CA" + secrets.token_hex(16), slot.caller)
        call = LoadCall(loop.time(), carrier.record, wire)
        self.calls.append(call)
        try:
            await carrier.run()
        except (ReplayError, httpx.HTTPError, OSError, websockets.WebSocketException) as error:
            call.failed = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        call.ended_s = loop.time()


class _Slot:
    """One line that is always on a call; each slot begins with another case."""

    def __init__(self, crowd: Crowd, number: int) -> None:
        self._crowd, self._number = crowd, number
        self._leaves = False
        self.caller: _Leaving | None = None
        self.task = asyncio.create_task(self._run())

    def leave(self) -> None:
        """Hang up at the next frame and call no more."""
        self._leaves = True
        if self.caller is not None:
            self.caller.leaves = True

    async def _run(self) -> None:
        cases = self._crowd.cases
        while not self._leaves:
            await self._crowd.one_call(self, cases[self._number % len(cases)])
            self._number += 1
            if not self._leaves:
                await asyncio.sleep(_AGAIN_S)


def _numbers(start: int) -> Iterator[str]:
    """Callers' numbers, none of them twice."""
    while True:
        yield f"+9199{start % 10**8:08d}"
        start += 1


def talking(records: Sequence[CallRecord]) -> float:
    """The share of the callers' frames that are not silence."""
    frame = len(SILENCE)
    audio = [bytes(heard.caller) for record in records for heard in record.streams]
    frames = [sound[at : at + frame] != SILENCE for sound in audio for at in range(0, len(sound), frame)]
    return sum(frames) / len(frames) if frames else 0.0
