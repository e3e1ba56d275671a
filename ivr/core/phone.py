"""Telephone numbers as carriers send them: to E.164, masked for people, and told apart by what they can receive.

Pure. Must not keep, log or hash a number; `ivr.store.secrets` does.
"""

from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

COUNTRY = "IN"

# What Twilio puts in From when the number is withheld (support article "Why am I getting calls from these strange
# numbers": letters of anonymous, restricted, blocked, unknown, unavailable on a keypad).
_WITHHELD_NUMBERS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})

_NO_SMS = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
    }
)


class Reach(StrEnum):
    """What the number can receive."""

    MOBILE = "mobile"  # calls and SMS; also numbers of kinds unknown to the numbering plan
    LANDLINE = "landline"  # calls only


@dataclass(frozen=True, slots=True)
class Phone:
    """A number that can be called back. `e164` is personal."""

    e164: str
    reach: Reach

    def __repr__(self) -> str:
        return f"Phone({mask(self.e164)})"


def parse(raw: str | None) -> Phone | None:
    """The caller's number from a carrier's From field; None where it is withheld or cannot be a number.

    Ten-digit Indian numbers with or without 0 or 91 are understood. Numbers that are too new for the numbering plan
    in `phonenumbers` but of a possible length are kept: to lose a citizen is worse than to dial in vain.
    """
    text = (raw or "").strip()
    if not text or text.lstrip("+") in _WITHHELD_NUMBERS:
        return None
    try:
        number = phonenumbers.parse(text, COUNTRY)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    landline = phonenumbers.number_type(number) in _NO_SMS
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Phone(e164, Reach.LANDLINE if landline else Reach.MOBILE)


def mask(number: str) -> str:
    """For screens and terminals: "••••3210". An empty number stays empty."""
    return f"••••{number[-4:]}" if number else ""
