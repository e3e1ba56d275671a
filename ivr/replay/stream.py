"""The carrier's side of one media stream, by its documentation. Pure: messages in, messages out, 20 ms a tick."""

import base64
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ivr.core.errors import ReplayError
from ivr.replay.caller import FRAME_BYTES, FRAME_MS, SILENCE, ScriptedCaller
from ivr.replay.case import Turn
from ivr.replay.network import MEDIA, Message, Network, Passage

_AUDIBLE = 0x0F  # µ-law magnitude code of about -48 dBFS
_SILENCE = base64.b64encode(SILENCE).decode()
ACCOUNT = "AC" + "0" * 32


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """When a turn's speech ended and when the first audible answer began, in ms of the call. `passed_over`: said into
    a prompt that went on regardless, to its end or until the caller spoke again, so that nothing answers it."""

    turn: Turn
    ended_ms: int
    answered_ms: int | None = None
    passed_over: bool = False


@dataclass(slots=True)
class Heard:
    """What the caller experienced: both sides' audio and the answers' delays. `spoken_over`: what sounded when the last
    turn ended still does, so that nothing can answer it yet."""

    caller: bytearray = field(default_factory=bytearray)
    helpline: bytearray = field(default_factory=bytearray)
    spoken: list[SpokenTurn] = field(default_factory=list)
    spoken_over: bool = False


class StreamSide:
    """Plays what it is sent, in order; returns marks as they are reached, all at once after a `clear`."""

    def __init__(
        self,
        call_sid: str,
        stream_sid: str,
        parameters: Mapping[str, str],
        caller: ScriptedCaller,
        network: Network | None = None,
    ) -> None:
        self._passage = Passage(network or Network())
        self.heard = Heard()
        self.hung_up = False
        self.lost = False
        self.at_ms = 0
        self._call_sid, self._stream_sid, self._parameters = call_sid, stream_sid, dict(parameters)
        self._caller = caller
        self._buffer: deque[bytes | str] = deque()  # audio frames and marks
        self._rest = b""
        self._old = 0  # pieces of the buffer that were sent before the last turn ended: they do not answer it
        self._sequence = 0
        self._quiet_since_ms = 0

    @property
    def caller_done(self) -> bool:
        return self._caller.done

    @property
    def quiet_ms(self) -> int:
        """How long neither side has made a sound."""
        return self.at_ms - self._quiet_since_ms

    def opening(self) -> list[str]:
        connected = json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        start = {
            "accountSid": ACCOUNT,
            "streamSid": self._stream_sid,
            "callSid": self._call_sid,
            "tracks": ["inbound"],
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": self._parameters,
        }
        return [connected, self._message("start", start)]

    def tick(self) -> list[str]:
        """The messages that arrive in the next 20 ms."""
        out = self._marks()
        old = self._old > 0
        sound = self._next_piece() if self._buffer else None
        assert not isinstance(sound, str)
        sent = self._caller.frame(sounding=sound is not None)
        if sent.began is not None and self._old:
            self._pass_over()
        self._hear(sound, old)
        self.at_ms += FRAME_MS
        if sent.spoke is not None:
            self.heard.spoken.append(SpokenTurn(sent.spoke, self.at_ms))
            self._old = len(self._buffer)
        self.heard.spoken_over = self._old > 0
        if sound is not None or sent.began is not None or sent.key:
            self._quiet_since_ms = self.at_ms
        self.heard.caller += sent.audio
        self.lost = self.lost or sent.lose_stream
        if sent.hang_up:
            self.hung_up = True
            return self._arriving([*out, self._stop()])
        if sent.key:
            out.append(("dtmf", {"track": "inbound_track", "digit": sent.key}))
        media = {
            "track": "inbound",
            "chunk": str(self.at_ms // FRAME_MS),
            "timestamp": str(self.at_ms),
            "payload": _SILENCE if sent.audio is SILENCE else base64.b64encode(sent.audio).decode(),
        }
        return self._arriving([*out, (MEDIA, media), *self._marks()])

    def stop(self) -> list[str]:
        """The end of the stream, and what was still under way."""
        return self._arriving([self._stop()])

    def _stop(self) -> Message:
        return "stop", {"accountSid": ACCOUNT, "callSid": self._call_sid}

    def _arriving(self, sent: list[Message]) -> list[str]:
        return [self._message(event, body) for event, body in self._passage.through(self.at_ms, sent)]

    def receive(self, text: str) -> list[str]:
        """Take one message of the application. Raises ReplayError for what the carrier does not allow."""
        try:
            message = json.loads(text)
            event = message["event"]
            if message["streamSid"] != self._stream_sid:
                raise ReplayError(f"{event} for another stream")
            return self._arriving(self._received(event, message))
        except (ValueError, KeyError, TypeError) as error:
            raise ReplayError(f"the application sent what the carrier refuses ({error!r}): {text[:120]}") from error

    def _received(self, event: str, message: dict[str, Any]) -> list[Message]:
        if event == "media":
            audio = self._rest + base64.b64decode(message["media"]["payload"], validate=True)
            whole = len(audio) - len(audio) % FRAME_BYTES
            self._buffer.extend(audio[i : i + FRAME_BYTES] for i in range(0, whole, FRAME_BYTES))
            self._rest = audio[whole:]
            return []
        if event == "mark":
            if self._rest:
                self._buffer.append(self._rest)
                self._rest = b""
            self._buffer.append(str(message["mark"]["name"]))
            return self._marks()
        if event == "clear":
            marks = [m for m in self._buffer if isinstance(m, str)]
            self._buffer.clear()
            self._old = 0
            self._rest = b""
            return [self._mark(m) for m in marks]
        raise ReplayError(f"the carrier knows no outbound event {event!r}")

    def _next_piece(self) -> bytes | str:
        if self._old == 1:
            self._pass_over()
        self._old = max(0, self._old - 1)
        return self._buffer.popleft()

    def _pass_over(self) -> None:
        self.heard.spoken[-1] = replace(self.heard.spoken[-1], passed_over=True)

    def _hear(self, sound: bytes | None, old: bool) -> None:
        self.heard.helpline += (sound or b"").ljust(FRAME_BYTES, b"\xff")
        last = self.heard.spoken[-1] if self.heard.spoken else None
        waits = last is not None and last.answered_ms is None and not (old or last.passed_over)
        if last is not None and waits and sound is not None and _audible(sound):
            self.heard.spoken[-1] = replace(last, answered_ms=self.at_ms)

    def _marks(self) -> list[Message]:
        out: list[Message] = []
        while self._buffer and isinstance(self._buffer[0], str):
            out.append(self._mark(str(self._next_piece())))
        return out

    @staticmethod
    def _mark(name: str) -> Message:
        return "mark", {"name": name}

    def _message(self, event: str, body: dict[str, Any]) -> str:
        self._sequence += 1
        # digits and base64 need no escaping, and a replay spends much of its time on frames
        part = _plain(body) if event == MEDIA else json.dumps(body)
        return (
            f'{{"event": "{event}", "sequenceNumber": "{self._sequence}", "{event}": {part}, '
            f'"streamSid": "{self._stream_sid}"}}'
        )


def _plain(body: Mapping[str, str]) -> str:
    return "{" + ", ".join([f'"{name}": "{value}"' for name, value in body.items()]) + "}"


def _audible(frame: bytes) -> bool:
    return any((~b & 0x7F) > _AUDIBLE for b in frame)
