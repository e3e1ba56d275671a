"""Numbers and codes of certificates, as they are printed, spoken and keyed. Pure: counters and keys are arguments.

A number has 11 digits: ten that follow each other in an order only the key's holder foresees, and a check digit. A
code, under the QR picture, has 16: the same ten, five that only the key's holder can make of them (HMAC-SHA256), and a
check digit. So a slip of the hand is found by the check digit (Damm: every wrong digit, every swap of neighbours), and
a code that somebody made up by the five, without asking the database; a guess passes once in a hundred thousand times,
and then meets a record only if its number was issued. Digits only: every telephone can key them.
"""

import hmac
from enum import StrEnum

from ivr.core.ids import check_digit, clean_digits, unforeseen

_BODY = 10
_SEAL = 5
NUMBER_DIGITS = _BODY + 1
CODE_DIGITS = _BODY + _SEAL + 1


class Written(StrEnum):
    """What somebody wrote: a number or a code as we make them, a slip of the hand, or a code we never made."""

    NUMBER = "number"
    CODE = "code"
    MISTYPED = "mistyped"
    FORGED = "forged"


def certificate_number(counter: int, key: bytes) -> str:
    """The number of the `counter`th certificate (from 0)."""
    body = unforeseen(counter, _BODY, key)
    return body + check_digit(body)


def certificate_code(number: str, key: bytes) -> str:
    """The code that goes with a number."""
    body = number[:_BODY] + _sealed(number[:_BODY], key)
    return body + check_digit(body)


def read(text: str, key: bytes) -> tuple[Written, str]:
    """What was written, and its digits. Separators and Indian digits are allowed."""
    digits = clean_digits(text)
    if len(digits) not in (NUMBER_DIGITS, CODE_DIGITS) or check_digit(digits) != "0":
        return Written.MISTYPED, digits
    if len(digits) == NUMBER_DIGITS:
        return Written.NUMBER, digits
    sealed = digits[_BODY : _BODY + _SEAL]
    genuine = hmac.compare_digest(sealed, _sealed(digits[:_BODY], key))
    return Written.CODE if genuine else Written.FORGED, digits


def grouped(digits: str) -> str:
    """For the eye: in fours, "4827 3160 9251 7734"."""
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _sealed(body: str, key: bytes) -> str:
    number = int.from_bytes(hmac.digest(key, f"code:{body}".encode(), "sha256")[:8], "big")
    return str(number % 10**_SEAL).zfill(_SEAL)
