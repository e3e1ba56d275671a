"""Identifiers that people handle: ticket numbers and link codes. Pure: counters, keys and chance are arguments.

A ticket number is spoken, heard through a bad line, written on a palm and keyed on a telephone years old. So:

- Digits only: every telephone can key them, and Hindi and Telugu callers know the English digits too.
- Six digits and one check digit (Damm, "Total anti-symmetrische Quasigruppen", 2004): it finds every single wrong
  digit - which covers the pairs that a telephone line confuses, Hindi saat/aath (7/8), do/nau (2/9) and Telugu
  aidu/aaru (5/6), edu/enimidi (7/8) - and every swap of neighbours.
- No leading zero (dropped where somebody writes it as a number), and no digit twice running among the six: "paanch
  paanch" is heard as one five, an old key bounces, and "double five" means different things to different people.
- Numbers follow each other in an order that only the holder of the key can foresee, so that nobody reads a
  neighbour's ticket by adding one; yet no two are the same, because the order is a permutation of a counter.
"""

import hmac
from collections.abc import Callable

# Damm's quasigroup of order 10: no element maps to itself, so appending the result gives 0.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_LENGTHS = (6, 8)  # without the check digit; the second begins when the first is used up
_ROUNDS = 6
_CODE_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_CODE_LENGTH = 10  # 50 bits


def check_digit(digits: str) -> str:
    """The Damm check digit of `digits`."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return str(interim)


def ticket_number(counter: int, key: bytes) -> str:
    """The number of the `counter`th ticket (from 0): 7 digits for the first 531,441, then 9."""
    if counter < 0:
        raise ValueError("the counter of tickets begins at 0")
    for length in _LENGTHS:
        size = 9**length
        if counter < size:
            body = unforeseen(counter, length, key)
            return body + check_digit(body)
        counter -= size
    raise ValueError("no ticket numbers are left")


def unforeseen(counter: int, length: int, key: bytes) -> str:
    """The `counter`th (from 0) of the strings of `length` digits (even), in the order of `key`. ValueError where there
    are no more."""
    if not 0 <= counter < 9**length:
        raise ValueError("no numbers of this length are left")
    return _unrepeated(_permute(counter, length, key), length)


def _permute(value: int, length: int, key: bytes) -> int:
    """A keyed permutation of [0, 9**length): a Feistel network on two halves of base 9**(length/2)."""
    side = int(9 ** (length // 2))
    left, right = divmod(value, side)
    for turn in range(_ROUNDS):
        message = f"{length}:{turn}:{right}".encode()
        mixed = int.from_bytes(hmac.digest(key, message, "sha256")[:8], "big")
        left, right = right, (left + mixed) % side
    return left * side + right


def _unrepeated(value: int, length: int) -> str:
    """The `value`th string of digits without leading zero and without a digit twice running."""
    digits: list[int] = []
    previous = 0
    for place in reversed(range(length)):
        step, value = divmod(value, int(9**place))
        digit = step if step < previous else step + 1
        digits.append(digit)
        previous = digit
    return "".join(map(str, digits))


def clean_digits(text: str) -> str:
    """The ASCII digits of what somebody wrote: "4827-316", "४८२७ ३१६" and "౪౮౨౭౩౧౬" alike."""
    return "".join(str(int(char)) for char in text if char.isdecimal())


def valid_ticket_number(text: str) -> bool:
    """Whether `text` (separators and Indian digits allowed) can be a ticket number: length and check digit."""
    digits = clean_digits(text)
    return len(digits) - 1 in _LENGTHS and digits[0] != "0" and check_digit(digits) == "0"


def format_ticket(number: str) -> str:
    """For the eye: "4827316" -> "4827-316", in two groups short enough to keep in mind."""
    half = (len(number) + 1) // 2
    return f"{number[:half]}-{number[half:]}"


def link_code(entropy: Callable[[int], bytes]) -> str:
    """A code for /s/{code}: 10 signs, 50 bits from `entropy(count)`, which gives `count` random bytes."""
    return "".join(_CODE_ALPHABET[byte & 31] for byte in entropy(_CODE_LENGTH))


def clean_code(text: str) -> str | None:
    """The code that somebody typed, with look-alikes read as Crockford does; None if it cannot be one."""
    code = text.strip().lower().replace("o", "0").replace("i", "1").replace("l", "1")
    if len(code) != _CODE_LENGTH or set(code) - set(_CODE_ALPHABET):
        return None
    return code
