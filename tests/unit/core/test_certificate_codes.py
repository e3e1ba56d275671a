"""Numbers and codes of certificates: slips and forgeries are told apart, for any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.certificate_codes import (
    CODE_DIGITS,
    NUMBER_DIGITS,
    Written,
    certificate_code,
    certificate_number,
    grouped,
    read,
)
from ivr.core.ids import check_digit

KEY, OTHER = b"k" * 32, b"o" * 32
COUNTERS = st.integers(0, 9**10 - 1)
INDIAN = str.maketrans("0123456789", "०१२३४५६७८९")


@given(COUNTERS)
def test_what_we_made_is_known_however_it_is_written(counter: int) -> None:
    number = certificate_number(counter, KEY)
    code = certificate_code(number, KEY)
    assert (len(number), len(code)) == (NUMBER_DIGITS, CODE_DIGITS)
    assert number[0] != "0"
    assert code.startswith(number[:-1])
    assert read(number, KEY) == (Written.NUMBER, number)
    assert read(grouped(code).translate(INDIAN), KEY) == (Written.CODE, code)


@given(COUNTERS, st.integers(0, CODE_DIGITS - 1), st.integers(1, 9))
def test_every_wrong_digit_is_a_slip(counter: int, at: int, by: int) -> None:
    code = certificate_code(certificate_number(counter, KEY), KEY)
    wrong = code[:at] + str((int(code[at]) + by) % 10) + code[at + 1 :]
    assert read(wrong, KEY)[0] is Written.MISTYPED


@given(COUNTERS, st.integers(0, CODE_DIGITS - 2))
def test_every_swap_of_neighbours_is_a_slip(counter: int, at: int) -> None:
    code = certificate_code(certificate_number(counter, KEY), KEY)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert swapped == code or read(swapped, KEY)[0] is Written.MISTYPED


@given(COUNTERS, st.text("0123456789", min_size=5, max_size=5))
def test_a_code_made_up_without_the_key_is_forged(counter: int, seal: str) -> None:
    number = certificate_number(counter, KEY)
    body = number[:-1] + seal
    made = body + check_digit(body)
    expected = Written.CODE if made == certificate_code(number, KEY) else Written.FORGED
    assert read(made, KEY)[0] is expected


@given(COUNTERS, COUNTERS)
def test_no_two_are_the_same(one: int, other: int) -> None:
    assert (certificate_number(one, KEY) == certificate_number(other, KEY)) == (one == other)


def test_another_house_makes_others() -> None:
    number = certificate_number(7, KEY)
    assert certificate_number(7, OTHER) != number
    assert read(certificate_code(number, OTHER), KEY)[0] is Written.FORGED


@pytest.mark.parametrize("text", ["", "ABC123", "12345", "1" * 17, "../etc"])
def test_anything_else_is_a_slip(text: str) -> None:
    assert read(text, KEY)[0] is Written.MISTYPED
