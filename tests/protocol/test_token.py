"""The stream token: this call's, made here, in its minute."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import SignatureError
from ivr.twilio import token

SECRET, CALL, ID = b"secret", "CA1", "0123456789abcdef"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def code_of(text: str, call_sid: str = CALL, now: datetime = NOW, secret: bytes = SECRET) -> str:
    with pytest.raises(SignatureError) as caught:
        token.check(secret, text, call_sid, now)
    return caught.value.code


def test_a_token_names_what_is_to_be_claimed_once() -> None:
    assert token.check(SECRET, token.issue(SECRET, CALL, ID, NOW), CALL, NOW) == ID


def test_it_ends_after_its_lifetime() -> None:
    text = token.issue(SECRET, CALL, ID, NOW)
    assert token.check(SECRET, text, CALL, NOW + token.LIFETIME) == ID
    assert code_of(text, now=NOW + token.LIFETIME + timedelta(seconds=1)) == "token_expired"


def test_it_is_bound_to_call_and_secret() -> None:
    text = token.issue(SECRET, CALL, ID, NOW)
    assert code_of(text, call_sid="CA2") == "token_forged"
    assert code_of(text, secret=b"other") == "token_forged"
    assert code_of("") == "token_missing"


def test_without_a_secret_nothing_is_issued_or_accepted() -> None:
    text = token.issue(SECRET, CALL, ID, NOW)
    assert code_of(text, secret=b"") == "token_no_secret"
    with pytest.raises(SignatureError):
        token.issue(b"", CALL, ID, NOW)


@given(st.data())
def test_no_other_text_is_a_token(data: st.DataObject) -> None:
    good = token.issue(SECRET, CALL, ID, NOW)
    at = data.draw(st.integers(0, len(good) - 1))
    other = data.draw(st.sampled_from("0123456789abcXYZ-_.! अ"))
    text = good[:at] + other + good[at + 1 :]
    if text != good:
        assert code_of(text) in ("token_forged", "token_expired")


@given(st.text(max_size=120))
def test_no_text_is_read_as_a_token_by_chance(text: str) -> None:
    assert code_of(text) in ("token_forged", "token_missing")
