"""The socket of a media stream: from handshake to the line's last word.

Reads one message, has it handled to its end, then reads the next: a replayed call takes the same turns at any speed.
Owns the socket, its time-outs and its close code. It knows nothing of speech or dialogue.
"""

import anyio
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from ivr.call.ports import CallLine
from ivr.core.errors import IvrError, OverloadedError, ProtocolError, SignatureError
from ivr.twilio import token
from ivr.twilio.frames import Dtmf, Mark, Media, Message, Start, Stop
from ivr.twilio.stream import MediaStream, StreamLimits
from ivr.web.answers import MEDIA
from ivr.web.guard import check_handshake
from ivr.web.patience import Patience
from ivr.web.services import AppServices

_SEND_S = 10.0
_NORMAL, _BINARY, _POLICY, _TOO_BIG, _OUR_FAULT, _LATER = 1000, 1003, 1008, 1009, 1011, 1013
_CLOSE_CODES = {
    "over": _NORMAL,
    "stop": _NORMAL,
    "frame_binary": _BINARY,
    "frame_too_long": _TOO_BIG,
    "overloaded": _LATER,
    "error": _OUR_FAULT,
}

_GONE = {1009: "frame_too_long", 1012: "shutdown"}  # the server under us closed the socket, not the carrier

log = structlog.get_logger()


async def media(websocket: WebSocket) -> None:
    """WS /twilio/media. A handshake that the carrier did not sign is answered 403 and never accepted."""
    services: AppServices = websocket.app.state.services
    try:
        check_handshake(websocket, services.edge)
    except SignatureError as refusal:
        services.metrics.refused.labels(MEDIA, refusal.code).inc()
        log.warning("a stream was refused", code=refusal.code)
        await websocket.close(_POLICY)
        return
    await websocket.accept()
    services.metrics.streams.inc()
    try:
        await _Leg(websocket, services).run()
    finally:
        services.metrics.streams.dec()


class _Leg:
    """One accepted socket, its stream and, once `start` proved its token, its line."""

    def __init__(self, websocket: WebSocket, services: AppServices) -> None:
        self._socket = websocket
        self._services = services
        self._stream = MediaStream(StreamLimits(services.edge.call_max_s))
        self._line: CallLine | None = None
        self._gone = False

    async def run(self) -> None:
        """Until the stream ends; the line is told the reason, once, whatever happened."""
        reason = "shutdown"
        try:
            reason = await self._guarded()
        finally:
            with anyio.CancelScope(shield=True):
                await self._end(reason)

    async def _guarded(self) -> str:
        try:
            return await self._conversation()
        except WebSocketDisconnect as gone:
            self._gone = True
            return _GONE.get(gone.code, "disconnect")
        except ProtocolError as error:
            self._services.metrics.malformed.labels(error.code).inc()
            return self._failed(error, error.code)
        except OverloadedError as error:
            return self._failed(error, "overloaded")
        except IvrError as error:
            return self._failed(error, error.code)
        except Exception:  # one of the three loops: the caller goes on by keys
            log.exception("a stream failed", code=IvrError.code, call=self._call_sid)
            return "error"

    async def _conversation(self) -> str:
        """Opens the line, then hands it message by message. The reason for the end."""
        with anyio.move_on_after(self._services.edge.start_s):
            while self._stream.start is None:
                await self._receive()
        if self._stream.start is None:
            return "no_start"
        line = await self._open(self._stream.start)
        patience = Patience(self._services.edge.idle_s)
        try:
            return await self._handed_on(line, patience)
        finally:
            patience.close()

    async def _handed_on(self, line: CallLine, patience: Patience) -> str:
        """Each message, until the line is over or the carrier silent for too long: live calls bring audio every
        20 ms."""
        began = self._services.clock.monotonic()
        while not line.over:
            if self._services.clock.monotonic() - began > self._services.edge.call_max_s:
                return "stream_too_long"
            message = await patience.of(self._receive())
            if message is None:
                return "idle"
            if isinstance(message, Stop):
                return "stop"
            await _handed(line, message)
        return "over"

    async def _open(self, start: Start) -> CallLine:
        """The line of this call, once the token proved that the stream is the call's."""
        services, now = self._services, self._services.clock.now()
        token_id = token.check(services.edge.secret_key, start.parameters.get("token", ""), start.call_sid, now)
        if not await services.workroom.run(services.book.claim_stream_token, token_id, now):
            raise SignatureError("the stream's token was used before", code="token_used")
        self._line = await services.factory.open(start.call_sid, self._send)
        await self._line.started(start)
        return self._line

    async def _receive(self) -> Message:
        event = await self._socket.receive()
        if event["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(event.get("code", 1005))
        text = event.get("text")
        if text is None:
            raise ProtocolError("messages are text", code="frame_binary")
        message = self._stream.receive(text)
        self._services.metrics.received(type(message))
        return message

    async def _send(self, text: str) -> None:
        """Sends, or does nothing once the peer is gone: the reading side finds out and ends the call in order."""
        if self._gone or self._socket.application_state is not WebSocketState.CONNECTED:
            return
        try:
            with anyio.fail_after(_SEND_S):
                await self._socket.send_text(text)
        except (WebSocketDisconnect, TimeoutError, RuntimeError, OSError):
            self._gone = True

    async def _end(self, reason: str) -> None:
        self._services.metrics.stream_ends.labels(reason).inc()
        if self._line is not None:
            try:
                await self._line.closed(reason)
            except Exception:  # the socket is still to be closed
                log.exception("a call could not be ended in order", code=IvrError.code, call=self._call_sid)
        if not self._gone:
            await self._close(_CLOSE_CODES.get(reason, _POLICY))

    async def _close(self, code: int) -> None:
        try:
            await self._socket.close(code)
        except (RuntimeError, OSError, WebSocketDisconnect):
            self._gone = True

    def _failed(self, error: IvrError, reason: str) -> str:
        log.warning("a stream ended early", code=error.code, call=self._call_sid)
        return reason

    @property
    def _call_sid(self) -> str | None:
        return self._stream.start.call_sid if self._stream.start else None


async def _handed(line: CallLine, message: Message) -> None:
    if isinstance(message, Media):
        if message.track == "inbound" and message.mulaw:
            await line.media(message.mulaw)
    elif isinstance(message, Dtmf):
        await line.dtmf(message.digit)
    elif isinstance(message, Mark):
        await line.mark(message.name)
