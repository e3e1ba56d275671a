"""The webhooks against a real server: who gets in, what is answered, and that a caller never hears an error page."""

from dataclasses import replace
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
import pytest

from ivr.call.ports import InboundSms, KeypadReply, Recording
from ivr.core.errors import IvrError, OverloadedError, SignatureError, StoreError
from ivr.dialogue.commands import Listen, Play
from ivr.twilio import token
from ivr.understanding.result import WaitKind
from ivr.web.audio import PromptSeal
from ivr.web.services import Edge
from ivr.web.webhooks import caller
from tests.web.carrier import CALL_SID, Carrier, client, running, signed
from tests.web.fakes import AUTH_TOKEN, LANGUAGES, NOW, PUBLIC_URL, SECRET, Behind

CALL = {
    "CallSid": CALL_SID,
    "AccountSid": "AC" + "0" * 32,
    "From": "+919876543210",
    "To": "+911234567890",
    "CallStatus": "ringing",
    "ApiVersion": "2010-04-01",
    "Direction": "inbound",
    "CallerName": "",
}
WEBHOOKS = ["voice", "after-stream", "gather", "recorded", "recording", "dialled", "status", "sms"]
RECORDING = {"RecordingSid": "RE" + "1" * 32, "RecordingUrl": "https://api.example/r/RE1", "RecordingDuration": "12"}
RECORDED = Recording(RECORDING["RecordingSid"], RECORDING["RecordingUrl"], 12)


def document(response: httpx.Response) -> ElementTree.Element:
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    return ElementTree.fromstring(response.text)


def plays(root: ElementTree.Element) -> list[tuple[str, str]]:
    """Prompt and language of each <Play>, from its sealed address."""
    seal = PromptSeal(SECRET)
    names = [urlsplit(play.text or "").path.removeprefix("/audio/").removesuffix(".wav") for play in root.iter("Play")]
    return [(play.prompt, play.lang) for play in map(seal.open, names)]


def test_a_call_is_written_down_and_heard_by_a_stream_of_its_own(phone: Carrier) -> None:
    root = document(phone.post("/twilio/voice", CALL))
    assert phone.behind.book.begun == [(CALL_SID, "+919876543210")]
    stream = root.find("Connect/Stream")
    assert stream is not None
    assert stream.attrib["url"] == "wss://helpline.example/twilio/media"
    parameter = stream.find("Parameter")
    assert parameter is not None
    assert token.check(SECRET, parameter.attrib["value"], CALL_SID, NOW)
    assert root.findtext("Redirect") == "https://helpline.example/twilio/after-stream"


def test_every_answer_brings_another_token(phone: Carrier) -> None:
    first, second = phone.post("/twilio/voice", CALL).text, phone.post("/twilio/voice", CALL).text
    assert first != second
    assert "RingAgain" not in first


@pytest.mark.parametrize("name", WEBHOOKS)
@pytest.mark.parametrize("case", ["missing", "forged", "other path", "other field", "other token"])
def test_a_webhook_that_the_carrier_did_not_sign_is_403_and_does_nothing(phone: Carrier, name: str, case: str) -> None:
    path = f"/twilio/{name}"
    signatures = {
        "missing": "",
        "forged": "A" * 28,
        "other path": signed(PUBLIC_URL + "/twilio/other", CALL),
        "other field": signed(PUBLIC_URL + path, CALL | {"From": "+910000000000"}),
        "other token": signed(PUBLIC_URL + path, CALL, "not ours"),
    }
    response = phone.post(path, CALL, signatures[case])
    assert response.status_code == 403
    assert "<" not in response.text
    assert not phone.behind.book.begun
    assert not phone.behind.keypad.asked
    assert not phone.behind.reports.told


@pytest.mark.parametrize(
    "edge",
    [
        Edge(PUBLIC_URL, "", SECRET, LANGUAGES),
        Edge("", AUTH_TOKEN, SECRET, LANGUAGES),
        Edge(PUBLIC_URL, AUTH_TOKEN, b"", LANGUAGES),
    ],
)
def test_with_a_setting_missing_all_is_refused_and_readyz_says_which(edge: Edge) -> None:
    with running(Behind(edge=edge)) as phone:
        url = edge.public_url + "/twilio/voice"
        assert phone.post("/twilio/voice", CALL, signed(url, CALL, edge.auth_token)).status_code == 403
        ready = phone.get("/readyz")
        assert ready.status_code == 503
        assert list(ready.json()["wrong"]) == list(edge.missing())


def test_a_query_belongs_to_the_signed_address(phone: Carrier) -> None:
    path = "/twilio/gather?again=%E0%A4%9C&x=1"
    assert phone.post(path, CALL).status_code == 200
    assert phone.post(path, CALL, signed(PUBLIC_URL + "/twilio/gather", CALL)).status_code == 403


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"a=1", "text/plain", 415),
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=1" for _ in range(300)), "application/x-www-form-urlencoded", 400),
        (b"a=%FF", "application/x-www-form-urlencoded", 400),
        (b"a=\xff", "application/x-www-form-urlencoded", 400),
    ],
)
def test_a_body_that_is_no_small_form_is_refused(phone: Carrier, content: bytes, kind: str, status: int) -> None:
    headers = {"Content-Type": kind, "X-Twilio-Signature": "A" * 28}
    url = phone.url + "/twilio/voice"
    assert client().post(url, content=content, headers=headers).status_code == status
    assert client().get(url).status_code == 405


def test_a_call_that_cannot_be_heard_goes_on_by_keys() -> None:
    behind = Behind()
    behind.factory.can_hear = False
    behind.keypad.reply = KeypadReply((Play("welcome", "hi"),), Listen(WaitKind.LANGUAGE, ("hi", "te")))
    with running(behind) as phone:
        root = document(phone.post("/twilio/voice", CALL))
    assert behind.keypad.asked == [("begin", CALL_SID, "overloaded")], "the caller is told why"
    assert behind.book.begun
    assert plays(root) == [("welcome", "hi")]
    assert root.find("Gather") is not None


@pytest.mark.parametrize(
    ("listen", "digits", "timeout"),
    [
        (Listen(WaitKind.YES_NO, ("hi",), no_input_ms=5200), "1", "6"),
        (Listen(WaitKind.DIGITS, ("hi",), digits_max=7, no_input_ms=3000, inter_digit_ms=4000), "7", "4"),
    ],
)
def test_a_wait_becomes_a_gather(phone: Carrier, listen: Listen, digits: str, timeout: str) -> None:
    phone.behind.keypad.reply = KeypadReply((Play("ask", "te"),), listen)
    gather = document(phone.post("/twilio/after-stream", CALL)).find("Gather")
    assert gather is not None
    assert (gather.attrib["numDigits"], gather.attrib["timeout"]) == (digits, timeout)
    assert gather.attrib["action"] == "https://helpline.example/twilio/gather"


@pytest.mark.parametrize(
    ("reply", "tags"),
    [
        (KeypadReply((Play("bye", "hi"),)), ["Play", "Hangup"]),
        (KeypadReply(transfer_to="+911112223334"), ["Dial"]),
        (KeypadReply((Play("speak", "hi"),), record_max_s=60), ["Play", "Record", "Redirect"]),
    ],
)
def test_other_replies_become_their_verbs(phone: Carrier, reply: KeypadReply, tags: list[str]) -> None:
    phone.behind.keypad.reply = reply
    assert [verb.tag for verb in document(phone.post("/twilio/gather", CALL))] == tags


@pytest.mark.parametrize(
    ("path", "fields", "asked"),
    [
        ("gather", {"Digits": "4827316"}, ("turn", CALL_SID, "4827316")),
        ("gather", {"Digits": ""}, ("turn", CALL_SID, None)),
        ("gather", {}, ("turn", CALL_SID, None)),
        ("gather", {"Digits": "*"}, ("turn", CALL_SID, "*")),
        ("dialled", {"DialCallStatus": "no-answer"}, ("transfer_ended", CALL_SID, "no-answer")),
        ("recorded", RECORDING, ("recorded", CALL_SID, RECORDED)),
        ("recorded", {}, ("recorded", CALL_SID, Recording("", "", 0))),
    ],
)
def test_what_the_caller_did_reaches_the_keypad_leg(
    phone: Carrier, path: str, fields: dict[str, str], asked: tuple[object, ...]
) -> None:
    document(phone.post(f"/twilio/{path}", CALL | fields))
    assert phone.behind.keypad.asked == [asked]


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("status", CALL | {"CallStatus": "completed"}, [("call_ended", CALL_SID, "completed")]),
        ("status", CALL | {"CallStatus": "in-progress"}, []),
        (
            "status",
            {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30003"},
            [("sms_status", "SM1", "undelivered", "30003")],
        ),
        ("status", {"MessageSid": "SM1", "SmsStatus": "sent"}, [("sms_status", "SM1", "sent", None)]),
        (
            "sms",
            {"MessageSid": "SM2", "From": "+919876543210", "To": "+911", "Body": " हाँ "},
            [("sms_received", InboundSms("SM2", "+919876543210", "+911", " हाँ "))],
        ),
        ("recording", CALL | RECORDING | {"RecordingStatus": "in-progress"}, []),
        (
            "recording",
            CALL | RECORDING | {"RecordingStatus": "completed"},
            [("recording_ready", CALL_SID, RECORDED)],
        ),
    ],
)
def test_reports_are_passed_on(
    phone: Carrier, path: str, fields: dict[str, str], told: list[tuple[object, ...]]
) -> None:
    assert list(document(phone.post(f"/twilio/{path}", fields))) == []
    assert phone.behind.reports.told == told


@pytest.mark.parametrize("error", [StoreError("busy"), OverloadedError("full"), RuntimeError("a bug")])
@pytest.mark.parametrize("path", ["voice", "gather", "after-stream"])
def test_our_failure_is_an_apology_in_every_language(error: Exception, path: str) -> None:
    behind = Behind()
    behind.book.error = behind.keypad.error = error
    with running(behind) as phone:
        root = document(phone.post(f"/twilio/{path}", CALL))
        counted = phone.get("/metrics").text
    assert plays(root) == [("apology", "hi"), ("apology", "te")]
    assert root[-1].tag == "Hangup"
    code = error.code if isinstance(error, IvrError) else "internal"
    assert f'outcome="{code}"' in counted


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("voice", CALL | {"CallSid": ""}),
        ("voice", CALL | {"CallSid": "../x"}),
        ("gather", CALL | {"Digits": "1; drop"}),
        ("gather", CALL | {"Digits": "1" * 65}),
    ],
)
def test_signed_nonsense_is_an_apology_too(phone: Carrier, path: str, fields: dict[str, str]) -> None:
    root = document(phone.post(f"/twilio/{path}", fields))
    assert [prompt for prompt, _ in plays(root)] == ["apology", "apology"]
    assert not phone.behind.book.begun
    assert not phone.behind.keypad.asked


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+919876543210", "+919876543210"),
        ("+266696687", None),  # ANONYMOUS on the keypad
        ("anonymous", None),
        ("", None),
        ("+0123456789", None),
        ("919876543210", None),
        ("sip:a@b", None),
    ],
)
def test_a_withheld_number_is_no_number(number: str, expected: str | None) -> None:
    assert caller(number) == expected


def test_a_played_prompt_can_be_fetched_and_is_a_wav_of_the_prompt(phone: Carrier) -> None:
    phone.behind.keypad.reply = KeypadReply((Play("ticket", "hi", {"number": ("ticket", "4827316")}),))
    play = document(phone.post("/twilio/gather", CALL)).find("Play")
    assert play is not None
    path = urlsplit(play.text or "").path
    assert "4827316" not in path
    response = phone.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "audio/wav"
    assert response.content[:4] == b"RIFF"
    assert response.content[22:28] == b"\x01\x00\x40\x1f\x00\x00"  # mono, 8000 Hz
    assert phone.behind.prompts.rendered == [Play("ticket", "hi", {"number": ("ticket", "4827316")})]


@pytest.mark.parametrize("name", ["x", "A" * 60, "अ", "a" * 3000])
def test_no_prompt_is_spoken_that_was_not_asked_for_here(phone: Carrier, name: str) -> None:
    assert phone.get(f"/audio/{name}.wav").status_code == 404
    assert not phone.behind.prompts.rendered


def test_a_prompt_of_another_installation_is_not_ours() -> None:
    name = PromptSeal(b"another secret").name(Play("a", "hi"))
    with pytest.raises(SignatureError):
        PromptSeal(SECRET).open(name)


@pytest.mark.parametrize(("error", "status"), [(StoreError("busy", retryable=True), 503), (StoreError("gone"), 500)])
def test_a_prompt_that_cannot_be_spoken_has_a_code(phone: Carrier, error: StoreError, status: int) -> None:
    phone.behind.prompts.error = error
    response = phone.get(f"/audio/{PromptSeal(SECRET).name(Play('a', 'hi'))}.wav")
    assert (response.status_code, response.text) == (status, "store\n")


def test_the_operator_is_briefed_about_the_call_that_waits(phone: Carrier) -> None:
    phone.behind.keypad.reply = KeypadReply(transfer_to="+911800111556", whisper=True)
    number = document(phone.post("/twilio/after-stream", CALL)).find("Dial/Number")
    assert number is not None
    assert number.get("url") == PUBLIC_URL + "/twilio/whisper"
    root = document(phone.post("/twilio/whisper", {"CallSid": "CAchild", "ParentCallSid": CALL_SID}))
    assert phone.behind.keypad.asked[-1] == ("whisper", CALL_SID)
    assert plays(root) == [("whisper_unknown", "hi")]
    assert [child.tag for child in root] == ["Play"]


def test_the_missed_call_number_is_never_answered() -> None:
    behind = Behind(edge=replace(Behind().edge, missed_call_number="+911800111557"))
    with running(behind) as phone:
        root = document(phone.post("/twilio/voice", {**CALL, "To": "+911800111557"}))
        assert [(child.tag, child.get("reason")) for child in root] == [("Reject", "busy")]
        assert behind.reports.told == [("missed_call", CALL_SID, CALL["From"])]
        assert behind.book.begun == []
        assert document(phone.post("/twilio/voice", CALL)).find("Connect") is not None


def test_a_call_that_we_made_is_led_like_any_other(phone: Carrier) -> None:
    form = {"CallSid": CALL_SID, "From": "+911800111555", "To": "+919415550123", "Direction": "outbound-api"}
    assert document(phone.post("/twilio/callback", form)).find("Connect") is not None
    assert phone.behind.book.begun == [(CALL_SID, "+919415550123")]
    phone.post("/twilio/callback-status", {**form, "CallStatus": "ringing"})
    phone.post("/twilio/callback-status", {**form, "CallStatus": "no-answer"})
    assert phone.behind.reports.told == [
        ("callback_answered", CALL_SID, "+919415550123"),
        ("callback_ended", CALL_SID, "no-answer"),
    ]
