"""The messages of a Media Stream, as Twilio documents them under "Media Streams - WebSocket Messages".

Owns the wire format: text in, frozen messages out, and the three messages we may send. It knows no socket, no order
of messages (see `stream`) and no call. Peer input that the documentation does not allow is a `ProtocolError` with a
stable code; nothing else is ever raised.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.core.errors import ProtocolError

MESSAGE_MAX_BYTES = 64 * 1024
PAYLOAD_MAX_BYTES = 8 * 1024
PARAMETERS_MAX = 20
NAME_MAX_CHARS = 256
PARAMETER_MAX_CHARS = 1024

ENCODING = "audio/x-mulaw"
RATE_HZ = 8000
CHANNELS = 1

_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_KEYS = frozenset("0123456789*#ABCD")
_PAYLOAD_MAX_CHARS = 4 * -(-PAYLOAD_MAX_BYTES // 3)


@dataclass(frozen=True, slots=True)
class Connected:
    """The socket is up; says nothing about the call."""

    version: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """The stream belongs to call `call_sid`; `parameters` are the <Parameter>s of the TwiML."""

    stream_sid: str
    call_sid: str
    account_sid: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Media:
    """Audio of `track`: µ-law bytes, 8 kHz mono."""

    mulaw: bytes
    track: str = "inbound"
    stream_sid: str | None = None


@dataclass(frozen=True, slots=True)
class Dtmf:
    digit: str
    stream_sid: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """All audio sent before our mark `name` was played, or thrown away by a `clear`."""

    name: str
    stream_sid: str | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """The stream ended: the caller hung up or the call was redirected."""

    call_sid: str = ""
    stream_sid: str | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event that the documentation may add later; to be ignored."""

    stream_sid: str | None = None


Message = Connected | Start | Media | Dtmf | Mark | Stop | Unknown


def parse(text: str) -> Message:
    """One WebSocket text message. Raises ProtocolError, and nothing else, whatever `text` is.

    Codes: frame_too_long, frame_not_json, frame_not_object, frame_no_event, frame_field, frame_encoding, frame_base64.
    """
    # the first test bounds the second, and ASCII, as all audio is, has as many bytes as characters
    too_long = len(text) > MESSAGE_MAX_BYTES
    if too_long or (not text.isascii() and len(text.encode("utf-8", "replace")) > MESSAGE_MAX_BYTES):
        raise ProtocolError(f"a message may have {MESSAGE_MAX_BYTES} bytes", code="frame_too_long")
    body = _object(text)
    event = body.get("event")
    if not isinstance(event, str) or not event:
        raise ProtocolError("a message names its event", code="frame_no_event")
    reader = _READERS.get(event)
    return Unknown(_stream_sid(body)) if reader is None else reader(body)


def media(stream_sid: str, mulaw: bytes) -> str:
    """Audio to play to the caller, after what is already buffered: raw µ-law, no file header."""
    payload = base64.b64encode(mulaw).decode("ascii")
    return _dump({"event": "media", "streamSid": stream_sid, "media": {"payload": payload}})


def mark(stream_sid: str, name: str) -> str:
    """Ask to be told, by a mark of the same name, when all audio sent so far was played."""
    return _dump({"event": "mark", "streamSid": stream_sid, "mark": {"name": name}})


def clear(stream_sid: str) -> str:
    """Throw away buffered audio. The carrier then sends back the marks that were waiting in the buffer."""
    return _dump({"event": "clear", "streamSid": stream_sid})


def _dump(message: Mapping[str, object]) -> str:
    return json.dumps(message, separators=(",", ":"))


def _object(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError("a message is JSON", code="frame_not_json") from error
    if not isinstance(body, dict):
        raise ProtocolError("a message is a JSON object", code="frame_not_object")
    return body


def _connected(body: dict[str, Any]) -> Connected:
    version = body.get("version", "")
    return Connected(version if isinstance(version, str) else "")


def _start(body: dict[str, Any]) -> Start:
    start = _part(body, "start")
    _check_format(start.get("mediaFormat"))
    return Start(
        stream_sid=_sid(start.get("streamSid", body.get("streamSid")), "start.streamSid"),
        call_sid=_sid(start.get("callSid"), "start.callSid"),
        account_sid=_sid(start["accountSid"], "start.accountSid") if start.get("accountSid") else "",
        parameters=_parameters(start.get("customParameters")),
    )


def _media(body: dict[str, Any]) -> Media:
    part = _part(body, "media")
    track = part.get("track", "inbound")
    if track not in ("inbound", "outbound"):
        raise ProtocolError("media.track is inbound or outbound", code="frame_field")
    return Media(_payload(part.get("payload")), track, _stream_sid(body))


def _dtmf(body: dict[str, Any]) -> Dtmf:
    digit = _part(body, "dtmf").get("digit")
    if not isinstance(digit, str) or digit not in _KEYS:
        raise ProtocolError("dtmf.digit is one key", code="frame_field")
    return Dtmf(digit, _stream_sid(body))


def _mark(body: dict[str, Any]) -> Mark:
    name = _part(body, "mark").get("name")
    if not isinstance(name, str) or not 0 < len(name) <= NAME_MAX_CHARS:
        raise ProtocolError(f"mark.name has 1 to {NAME_MAX_CHARS} characters", code="frame_field")
    return Mark(name, _stream_sid(body))


def _stop(body: dict[str, Any]) -> Stop:
    part = body.get("stop")
    call_sid = part.get("callSid") if isinstance(part, dict) else None
    return Stop(_sid(call_sid, "stop.callSid") if call_sid else "", _stream_sid(body))


_READERS: Mapping[str, Callable[[dict[str, Any]], Message]] = {
    "connected": _connected,
    "start": _start,
    "media": _media,
    "dtmf": _dtmf,
    "mark": _mark,
    "stop": _stop,
}


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    part = body.get(name)
    if not isinstance(part, dict):
        raise ProtocolError(f"a {name} message has an object {name}", code="frame_field")
    return part


def _sid(value: object, name: str) -> str:
    if not isinstance(value, str) or not _SID.fullmatch(value):
        raise ProtocolError(f"{name} is an identifier", code="frame_field")
    return value


def _stream_sid(body: dict[str, Any]) -> str | None:
    value = body.get("streamSid")
    return None if value is None else _sid(value, "streamSid")


def _count(value: object) -> int | None:
    """A counter that Twilio writes as a string. Missing or odd ones are nobody's harm: nothing depends on them."""
    if isinstance(value, str) and len(value) <= 18 and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**18 else None


def _payload(value: object) -> bytes:
    if not isinstance(value, str):
        raise ProtocolError("media.payload is base64 text", code="frame_base64")
    if len(value) > _PAYLOAD_MAX_CHARS:
        raise ProtocolError(f"media.payload may have {PAYLOAD_MAX_BYTES} bytes", code="frame_too_long")
    try:
        mulaw = binascii.a2b_base64(value, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError("media.payload is base64 text", code="frame_base64") from error
    if len(mulaw) > PAYLOAD_MAX_BYTES:
        raise ProtocolError(f"media.payload may have {PAYLOAD_MAX_BYTES} bytes", code="frame_too_long")
    return mulaw


def _check_format(value: object) -> None:
    """8 kHz mono µ-law is the only format of the documentation; anything else would be decoded into noise."""
    if isinstance(value, dict):
        rate, channels = _count(value.get("sampleRate")), _count(value.get("channels"))
        if value.get("encoding") == ENCODING and rate == RATE_HZ and channels == CHANNELS:
            return
    raise ProtocolError(f"start.mediaFormat is {ENCODING}, {RATE_HZ} Hz, mono", code="frame_encoding")


def _parameters(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > PARAMETERS_MAX:
        raise ProtocolError(f"start.customParameters has up to {PARAMETERS_MAX} entries", code="frame_field")
    for name, text in value.items():
        if not isinstance(text, str) or len(name) > NAME_MAX_CHARS or len(text) > PARAMETER_MAX_CHARS:
            raise ProtocolError("start.customParameters maps names to text", code="frame_field")
    return dict(value)
