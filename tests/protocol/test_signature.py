"""The carrier's signature, against vectors computed here from the documentation and one that Twilio published."""

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.twilio import signature
from ivr.twilio.signature import Form
from tests.web.carrier import signed
from tests.web.fakes import AUTH_TOKEN

URL = "https://helpline.example/twilio/voice"


def test_the_published_example() -> None:
    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert signature.valid("12345", url, Form(fields.items()), "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


def test_a_field_that_comes_twice_is_signed_with_both_values_sorted() -> None:
    text = URL + "MediaUrl" + "a" + "MediaUrl" + "b"
    given_ = base64.b64encode(hmac.new(AUTH_TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()
    assert signature.valid(AUTH_TOKEN, URL, Form([("MediaUrl", "b"), ("MediaUrl", "a")]), given_)
    assert not signature.valid(AUTH_TOKEN, URL, Form([("MediaUrl", "b")]), given_)


@given(st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=20), max_size=5), st.data())
def test_any_change_breaks_it(fields: dict[str, str], data: st.DataObject) -> None:
    given_ = signed(URL, fields)
    assert signature.valid(AUTH_TOKEN, URL, Form(fields.items()), given_)
    assert not signature.valid(AUTH_TOKEN, URL + "x", Form(fields.items()), given_)
    assert not signature.valid(AUTH_TOKEN + "x", URL, Form(fields.items()), given_)
    if fields:
        name = data.draw(st.sampled_from(sorted(fields)))
        assert not signature.valid(AUTH_TOKEN, URL, Form((fields | {name: fields[name] + "x"}).items()), given_)


@pytest.mark.parametrize(("auth_token", "given_"), [("", signed(URL, {}, "")), (AUTH_TOKEN, ""), (AUTH_TOKEN, "जन")])
def test_it_fails_closed(auth_token: str, given_: str) -> None:
    assert not signature.valid(auth_token, URL, None, given_)


def test_an_address_signed_with_its_port_is_the_same() -> None:
    assert signature.valid(AUTH_TOKEN, URL, None, signed("https://helpline.example:443/twilio/voice"))


def test_the_public_address_is_configured_the_path_is_the_requests() -> None:
    assert signature.request_url("https://h.example/in/", "/twilio/voice", "a=%20b") == (
        "https://h.example/in/twilio/voice?a=%20b"
    )


@pytest.mark.parametrize(
    ("url", "is_ours"),
    [
        ("wss://h.example/twilio/media", True),
        ("wss://h.example/twilio/media/", True),
        ("wss://h.example:443/twilio/media", True),
        ("https://h.example/twilio/media", True),
        ("ws://h.example/twilio/media", False),
        ("http://h.example/twilio/media", False),
        ("wss://h.example/twilio/medias", False),
        ("wss://other.example/twilio/media", False),
        ("wss://h.example/twilio/media?a=1", False),
    ],
)
def test_a_handshake_is_ours_in_its_usual_spellings_only(url: str, is_ours: bool) -> None:
    assert signature.valid_handshake(AUTH_TOKEN, "https://h.example", "/twilio/media", "", signed(url)) is is_ours


def test_a_plain_local_address_is_signed_with_ws() -> None:
    given_ = signed("ws://127.0.0.1:8000/twilio/media")
    assert signature.valid_handshake(AUTH_TOKEN, "http://127.0.0.1:8000", "/twilio/media", "", given_)
