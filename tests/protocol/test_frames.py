"""The wire format: what Twilio's documentation shows is read, what it does not allow is a ProtocolError."""

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import ProtocolError
from ivr.twilio import frames
from ivr.twilio.frames import Connected, Dtmf, Mark, Media, Message, Start, Stop, Unknown, parse

STREAM, CALL, ACCOUNT = "MZ" + "1" * 32, "CA" + "2" * 32, "AC" + "3" * 32

DOCUMENTED: dict[str, tuple[dict[str, Any], Message]] = {
    "connected": ({"event": "connected", "protocol": "Call", "version": "1.0.0"}, Connected("1.0.0")),
    "start": (
        {
            "event": "start",
            "sequenceNumber": "1",
            "start": {
                "accountSid": ACCOUNT,
                "streamSid": STREAM,
                "callSid": CALL,
                "tracks": ["inbound"],
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
                "customParameters": {"token": "abc"},
            },
            "streamSid": STREAM,
        },
        Start(STREAM, CALL, ACCOUNT, {"token": "abc"}),
    ),
    "media": (
        {
            "event": "media",
            "sequenceNumber": "3",
            "media": {"track": "inbound", "chunk": "1", "timestamp": "5", "payload": "//8="},
            "streamSid": STREAM,
        },
        Media(b"\xff\xff", "inbound", STREAM),
    ),
    "dtmf": (
        {"event": "dtmf", "streamSid": STREAM, "sequenceNumber": "5", "dtmf": {"track": "inbound_track", "digit": "1"}},
        Dtmf("1", STREAM),
    ),
    "mark": (
        {"event": "mark", "sequenceNumber": "4", "streamSid": STREAM, "mark": {"name": "my label"}},
        Mark("my label", STREAM),
    ),
    "stop": (
        {"event": "stop", "sequenceNumber": "5", "stop": {"accountSid": ACCOUNT, "callSid": CALL}, "streamSid": STREAM},
        Stop(CALL, STREAM),
    ),
}


def changed(kind: str, path: str, value: Any) -> str:
    """The documented message of `kind` with the field at dotted `path` set, or taken out where value is ..."""
    body = json.loads(json.dumps(DOCUMENTED[kind][0]))
    *parents, last = path.split(".")
    part = body
    for name in parents:
        part = part[name]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return json.dumps(body)


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_every_documented_message_is_read(kind: str) -> None:
    body, expected = DOCUMENTED[kind]
    assert parse(json.dumps(body)) == expected


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_sequence_and_time_may_be_missing(kind: str) -> None:
    body, expected = DOCUMENTED[kind]
    body = {name: value for name, value in body.items() if name != "sequenceNumber"}
    if kind == "media":
        body["media"] = {"payload": "//8="}
        expected = Media(b"\xff\xff", "inbound", STREAM)
    assert parse(json.dumps(body)) == expected


def test_an_event_of_the_future_is_unknown() -> None:
    assert parse('{"event":"transcript","streamSid":"MZ1"}') == Unknown("MZ1")


BAD = {
    "not json": ("{", "frame_not_json"),
    "empty": ("", "frame_not_json"),
    "deep": ("[" * 60_000, "frame_not_json"),
    "a list": ("[]", "frame_not_object"),
    "no event": ("{}", "frame_no_event"),
    "event is a number": ('{"event": 7}', "frame_no_event"),
    "too long": (json.dumps({"event": "x", "y": "z" * frames.MESSAGE_MAX_BYTES}), "frame_too_long"),
    "too many bytes": (json.dumps({"event": "x", "y": "जन" * 12_000}, ensure_ascii=False), "frame_too_long"),
    "no media": (changed("media", "media", ...), "frame_field"),
    "payload of two megabytes": (changed("media", "media.payload", "A" * 20_000), "frame_too_long"),
    "payload no base64": (changed("media", "media.payload", "ab!="), "frame_base64"),
    "payload with a line end": (changed("media", "media.payload", "//8=\n"), "frame_base64"),
    "payload short of padding": (changed("media", "media.payload", "//8"), "frame_base64"),
    "payload not ascii": (changed("media", "media.payload", "जन="), "frame_base64"),
    "payload a number": (changed("media", "media.payload", 5), "frame_base64"),
    "track unknown": (changed("media", "media.track", "sideways"), "frame_field"),
    "two keys": (changed("dtmf", "dtmf.digit", "12"), "frame_field"),
    "no key": (changed("dtmf", "dtmf.digit", ""), "frame_field"),
    "a key that is none": (changed("dtmf", "dtmf.digit", "x"), "frame_field"),
    "mark without name": (changed("mark", "mark.name", ...), "frame_field"),
    "mark with a long name": (changed("mark", "mark.name", "n" * 257), "frame_field"),
    "no call": (changed("start", "start.callSid", ...), "frame_field"),
    "a call that is none": (changed("start", "start.callSid", "../../etc"), "frame_field"),
    "no format": (changed("start", "start.mediaFormat", ...), "frame_encoding"),
    "another encoding": (changed("start", "start.mediaFormat.encoding", "audio/x-l16"), "frame_encoding"),
    "another rate": (changed("start", "start.mediaFormat.sampleRate", 16000), "frame_encoding"),
    "stereo": (changed("start", "start.mediaFormat.channels", 2), "frame_encoding"),
    "parameters no object": (changed("start", "start.customParameters", ["token"]), "frame_field"),
    "a parameter no text": (changed("start", "start.customParameters", {"token": 1}), "frame_field"),
    "a long parameter": (changed("start", "start.customParameters", {"token": "t" * 1025}), "frame_field"),
    "many parameters": (changed("start", "start.customParameters", {str(n): "" for n in range(21)}), "frame_field"),
    "a stream that is none": (changed("mark", "streamSid", 3), "frame_field"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_documented_is_refused_with_its_code(case: str) -> None:
    text, code = BAD[case]
    with pytest.raises(ProtocolError) as caught:
        parse(text)
    assert caught.value.code == code


def test_the_longest_payload_is_read() -> None:
    body = changed("media", "media.payload", base64.b64encode(b"\x7f" * frames.PAYLOAD_MAX_BYTES).decode())
    message = parse(body)
    assert isinstance(message, Media)
    assert len(message.mulaw) == frames.PAYLOAD_MAX_BYTES


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


def outcome(text: str) -> str:
    """The kind of message, or the code of the refusal; any other error is a failed test."""
    try:
        return type(parse(text)).__name__
    except ProtocolError as error:
        return error.code


OUTCOME = re.compile("frame_[a-z0-9_]+|Connected|Start|Media|Dtmf|Mark|Stop|Unknown")


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert OUTCOME.fullmatch(outcome(text))


FIELDS = (
    *("event", "streamSid", "start", "media", "dtmf", "mark", "stop", "dtmf.digit", "mark.name", "start.callSid"),
    *("start.customParameters", "start.mediaFormat", "media.payload", "media.timestamp", "media.track"),
)


@given(
    st.sampled_from(sorted(DOCUMENTED)),
    st.sampled_from(FIELDS),
    json_values,
)
def test_any_value_anywhere_is_read_or_refused(kind: str, path: str, value: Any) -> None:
    top = path.split(".")[0]
    if "." in path and top != kind:
        path = top
    assert OUTCOME.fullmatch(outcome(changed(kind, path, value)))


@given(st.binary(max_size=frames.PAYLOAD_MAX_BYTES))
def test_audio_survives_the_wire(mulaw: bytes) -> None:
    sent = json.loads(frames.media(STREAM, mulaw))
    assert sent["event"] == "media"
    assert sent["streamSid"] == STREAM
    back = parse(json.dumps(sent))
    assert back == Media(mulaw, "inbound", STREAM)


def test_what_we_send_is_what_is_documented() -> None:
    assert json.loads(frames.media(STREAM, b"\xff")) == {
        "event": "media",
        "streamSid": STREAM,
        "media": {"payload": "/w=="},
    }
    assert json.loads(frames.mark(STREAM, "m1")) == {"event": "mark", "streamSid": STREAM, "mark": {"name": "m1"}}
    assert json.loads(frames.clear(STREAM)) == {"event": "clear", "streamSid": STREAM}
