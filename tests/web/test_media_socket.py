"""The socket of a media stream against a real server: what a carrier may send, and what happens when it does not."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from ivr.web.services import Edge
from tests.web import carrier
from tests.web.carrier import CALL_SID, Carrier, begin, close_code, only_line, running, signed
from tests.web.fakes import LANGUAGES, PUBLIC_URL, SECRET, Behind


def test_a_call_reaches_its_line_message_by_message(phone: Carrier) -> None:
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(carrier.media(b"\x01" * 160))
        socket.send(carrier.dtmf("5"))
        assert json.loads(socket.recv(timeout=10)) == {"got": "5"}
        socket.send(carrier.mark("greeting"))
        socket.send(carrier.stop())
        assert close_code(socket) == 1000
    line = only_line(phone)
    assert line.reason == "stop"
    assert line.heard == [
        ("started", CALL_SID),
        ("media", b"\x01" * 160),
        ("dtmf", "5"),
        ("mark", "greeting"),
        ("closed", "stop"),
    ]


def test_a_line_that_is_over_closes_the_socket(phone: Carrier) -> None:
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(carrier.dtmf("9"))
        assert close_code(socket) == 1000
    assert only_line(phone).reason == "over"


@pytest.mark.parametrize("signature", ["", "forged", signed("wss://elsewhere.example/twilio/media")])
def test_an_unsigned_handshake_is_403_and_never_accepted(phone: Carrier, signature: str) -> None:
    with pytest.raises(InvalidStatus) as refused, phone.socket(signature):
        pass
    assert refused.value.response.status_code == 403
    assert not phone.behind.factory.lines


def test_without_an_auth_token_even_a_signature_with_the_empty_token_is_403() -> None:
    behind = Behind(edge=Edge(PUBLIC_URL, "", SECRET, LANGUAGES))
    given = signed("wss://helpline.example/twilio/media", auth_token="")
    with running(behind) as phone, pytest.raises(InvalidStatus) as refused, phone.socket(given):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "wss://helpline.example/twilio/media",
        "wss://helpline.example/twilio/media/",
        "https://helpline.example/twilio/media",
        "wss://helpline.example:443/twilio/media",
    ],
)
def test_the_handshake_may_be_signed_in_each_form_that_is_seen(phone: Carrier, url: str) -> None:
    with phone.socket(signed(url)) as socket:
        begin(socket, phone)
        socket.send(carrier.stop())
        assert close_code(socket) == 1000


def test_a_token_is_good_for_one_stream(phone: Carrier) -> None:
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(carrier.stop())
        close_code(socket)
    with phone.socket() as socket:
        begin(socket, phone)
        assert close_code(socket) == 1008
    assert len(phone.behind.factory.lines) == 1


@pytest.mark.parametrize("case", ["none", "other_call", "old", "forged"])
def test_a_stream_without_its_own_fresh_token_gets_no_line(phone: Carrier, case: str) -> None:
    good = phone.token()
    until, token_id, mac = good.split(".")
    tokens = {
        "none": "",
        "other_call": phone.token("CA" + "f" * 32),
        "old": f"{int(until) - 61}.{token_id}.{mac}",
        "forged": f"{until}.{token_id}.{'A' * 43}",
    }
    with phone.socket() as socket:
        socket.send(carrier.connected())
        socket.send(carrier.start(tokens[case]))
        assert close_code(socket) == 1008
    assert not phone.behind.factory.lines


BROKEN = {
    "not_json": ("hello, operator", 1008, "frame_not_json"),
    "not_an_object": ("[1, 2]", 1008, "frame_not_object"),
    "deep": ("[" * 60_000, 1008, "frame_not_json"),
    "bad_base64": (carrier.media(payload=b"").replace('"payload": ""', '"payload": "@@@@"'), 1008, "frame_base64"),
    "second_start": (carrier.start("again"), 1008, "frame_order"),
    "other_stream": (carrier.mark("x").replace(carrier.STREAM_SID, "MZ" + "9" * 32), 1008, "frame_stream"),
    "long_payload": (carrier.media(b"\xff" * 8193), 1009, "frame_too_long"),
    "no_key": (carrier.dtmf("12"), 1008, "frame_field"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_malformed_message_ends_the_stream_cleanly_and_is_counted(phone: Carrier, case: str) -> None:
    text, expected, code = BROKEN[case]
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(carrier.media())
        socket.send(text)
        assert close_code(socket) == expected
    assert only_line(phone).reason == code
    assert ("media", b"\xff" * 160) in only_line(phone).heard
    assert f'janvaani_stream_malformed_total{{code="{code}"}} 1.0' in phone.get("/metrics").text


def test_a_frame_of_one_mebibyte_ends_the_stream_not_the_server(phone: Carrier) -> None:
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(carrier.dtmf("1"))
        socket.recv(timeout=10)
        socket.send("x" * 2**20)
        assert close_code(socket) == 1009
    assert only_line(phone).reason == "frame_too_long"
    assert phone.get("/healthz").status_code == 200


def test_a_binary_message_ends_the_stream(phone: Carrier) -> None:
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(b"\x00\x01")
        assert close_code(socket) == 1003
    assert only_line(phone).reason == "frame_binary"


@pytest.mark.parametrize(
    "change",
    [
        {"encoding": "audio/x-l16", "sampleRate": 8000, "channels": 1},
        {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1},
        {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2},
        None,
    ],
)
def test_a_wrong_encoding_gets_no_line(phone: Carrier, change: object) -> None:
    with phone.socket() as socket:
        socket.send(carrier.connected())
        socket.send(carrier.start(phone.token(), mediaFormat=change))
        assert close_code(socket) == 1008
    assert not phone.behind.factory.lines
    assert not phone.behind.book.claimed


def test_an_unknown_event_is_ignored(phone: Carrier) -> None:
    with phone.socket() as socket:
        begin(socket, phone)
        socket.send(json.dumps({"event": "weather", "streamSid": carrier.STREAM_SID, "weather": {"rain": True}}))
        socket.send(carrier.dtmf("3"))
        assert json.loads(socket.recv(timeout=10)) == {"got": "3"}


def test_audio_before_start_ends_the_stream(phone: Carrier) -> None:
    with phone.socket() as socket:
        socket.send(carrier.connected())
        socket.send(carrier.media())
        assert close_code(socket) == 1008
    assert not phone.behind.factory.lines
