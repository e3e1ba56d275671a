"""Numbers as carriers send them."""

import pytest

from ivr.core.phone import Phone, Reach, mask, parse


@pytest.mark.parametrize("written", ["+919415550123", "09415550123", "9415550123", "+91 94155-50123", "919415550123"])
def test_one_form_for_an_indian_mobile(written: str) -> None:
    assert parse(written) == Phone("+919415550123", Reach.MOBILE)


def test_landlines_get_no_sms_and_foreign_numbers_are_kept() -> None:
    assert parse("+915222620123") == Phone("+915222620123", Reach.LANDLINE)
    assert parse("+15005550006") == Phone("+15005550006", Reach.MOBILE)


@pytest.mark.parametrize("written", [None, "", "  ", "anonymous", "Restricted", "+266696687", "sip:a@b", "112", "+91"])
def test_withheld_and_impossible_numbers(written: str | None) -> None:
    assert parse(written) is None


def test_a_number_shows_itself_masked_only() -> None:
    assert mask("+919415550123") == "••••0123"
    assert mask("") == ""
    assert "9415" not in repr(parse("+919415550123"))
