"""Ticket numbers and link codes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.ids import (
    check_digit,
    clean_code,
    clean_digits,
    format_ticket,
    link_code,
    ticket_number,
    valid_ticket_number,
)

KEY = b"k" * 32
counters = st.integers(0, 9**6 + 9**8 - 1)


@given(counters)
def test_a_number_is_digits_without_leading_zero_or_double_digits(counter: int) -> None:
    number = ticket_number(counter, KEY)
    body = number[:-1]
    assert number.isdecimal()
    assert number.isascii()
    assert len(number) == (7 if counter < 9**6 else 9)
    assert body[0] != "0"
    assert all(one != next_ for one, next_ in pairwise(body))
    assert valid_ticket_number(number)
    assert valid_ticket_number(format_ticket(number))


@given(counters, counters)
def test_two_counters_never_give_one_number(one: int, other: int) -> None:
    assert (ticket_number(one, KEY) == ticket_number(other, KEY)) == (one == other)


def test_the_first_fifty_thousand_are_all_different_and_in_no_order() -> None:
    numbers = [ticket_number(counter, KEY) for counter in range(50_000)]
    assert len(set(numbers)) == len(numbers)
    rising = sum(one < next_ for one, next_ in pairwise(numbers))
    assert 24_000 < rising < 26_000
    assert numbers[:3] != [ticket_number(counter, b"other" * 8) for counter in range(3)]


@given(counters, st.integers(0, 8), st.integers(0, 9))
def test_every_single_wrong_digit_is_noticed(counter: int, place: int, digit: int) -> None:
    number = ticket_number(counter, KEY)
    place %= len(number)
    wrong = number[:place] + str(digit) + number[place + 1 :]
    assert valid_ticket_number(wrong) == (wrong == number)


@given(counters, st.integers(0, 7))
def test_every_swap_of_neighbours_is_noticed(counter: int, place: int) -> None:
    number = ticket_number(counter, KEY)
    place %= len(number) - 1
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert valid_ticket_number(swapped) == (swapped == number)


@pytest.mark.parametrize("text", ["", "abc", "12", "0000000", "12345678", "४"])
def test_what_cannot_be_a_number(text: str) -> None:
    assert not valid_ticket_number(text)


def test_numbers_are_read_as_people_write_them() -> None:
    assert format_ticket("4827316") == "4827-316"
    assert clean_digits("४८२७-३१६") == clean_digits("౪౮౨౭ ౩౧౬") == "4827316"
    assert check_digit("572") == "4"  # Damm's own example


def test_counters_below_zero_or_beyond_the_last_are_refused() -> None:
    for counter in (-1, 9**6 + 9**8):
        with pytest.raises(ValueError, match="ticket"):
            ticket_number(counter, KEY)


@given(st.binary(min_size=10, max_size=10))
def test_link_codes_can_be_typed_and_read_back(entropy: bytes) -> None:
    code = link_code(lambda count: entropy[:count])
    assert len(code) == 10
    assert clean_code(f" {code.upper()} ") == code
    assert clean_code(code.replace("0", "O").replace("1", "l")) == code


@pytest.mark.parametrize("text", ["", "short", "../../../a", "u" * 10, "a" * 11])
def test_what_cannot_be_a_code(text: str) -> None:
    assert clean_code(text) is None
