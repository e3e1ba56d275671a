"""One Media Stream without its socket: the order and the bounds of what the carrier may send.

Owns what has been received so far. `connected` comes first, then one `start`, then the rest; everything after `start`
carries its stream sid or none. Audio is bounded in audio time, not by the clock, so that a replay faster than real
time ends where the real call would.
"""

from dataclasses import dataclass

from ivr.core.errors import ProtocolError
from ivr.twilio.frames import RATE_HZ, Connected, Media, Message, Start, Unknown, parse

_MESSAGES_PER_S = 100  # 50 frames of audio; the rest is room for keys and marks


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """`call_s`: seconds of audio a call may bring. Messages are bounded by it, at twice what 20 ms frames need."""

    call_s: int = 3600

    @property
    def messages(self) -> int:
        return 1000 + self.call_s * _MESSAGES_PER_S


class MediaStream:
    """Feed it every message; it raises ProtocolError on the first one that may not come now."""

    def __init__(self, limits: StreamLimits | None = None) -> None:
        self._limits = limits or StreamLimits()
        self._connected = False
        self._messages = 0
        self._audio_bytes = 0
        self.start: Start | None = None

    @property
    def audio_ms(self) -> int:
        """Milliseconds of the caller's audio so far."""
        return self._audio_bytes * 1000 // RATE_HZ

    def receive(self, text: str) -> Message:
        """The next message. Codes beside those of `frames.parse`: frame_order, frame_stream, stream_too_long."""
        self._messages += 1
        if self._messages > self._limits.messages:
            raise ProtocolError("more messages than a call can need", code="stream_too_long")
        message = parse(text)
        if isinstance(message, Unknown):
            return message
        self._check_order(message)
        if isinstance(message, Media) and message.track == "inbound":
            self._audio_bytes += len(message.mulaw)
            if self._audio_bytes > self._limits.call_s * RATE_HZ:
                raise ProtocolError("the call is longer than calls may be", code="stream_too_long")
        return message

    def _check_order(self, message: Message) -> None:
        if isinstance(message, Connected):
            if self._connected:
                raise ProtocolError("connected comes once", code="frame_order")
            self._connected = True
        elif isinstance(message, Start):
            if self.start is not None or not self._connected:
                raise ProtocolError("start comes once, after connected", code="frame_order")
            self.start = message
        elif self.start is None:
            raise ProtocolError("start comes before all else", code="frame_order")
        elif message.stream_sid not in (None, self.start.stream_sid):
            raise ProtocolError("the message belongs to another stream", code="frame_stream")
