"""Digit strings as people say them: singly, in pairs, "double", in mixed languages; telephone and ticket numbers."""

from collections.abc import Callable

from ivr.understanding.numbers import Heard, Meaning, NumberWords, Part, runs
from ivr.understanding.text import Keys, Substitutions, occurrences

_PHONE_DIGITS = 10
_COUNTRY = "91"


def digits(words: NumberWords, keys: Keys, cancels: Substitutions) -> str | None:
    """The digits said; None when there are none. After cancelling words a string at least half as long takes the
    earlier one's place, a shorter one the place of its last digits."""
    said = ""
    for part in _split(keys, cancels):
        more = _string(words, part)
        if not said or not more:
            said = said or more
        elif len(more) * 2 >= len(said):
            said = more
        else:
            said = said[: -len(more)] + more
    counted = said[1:]
    if len(counted) > 1 and said[0] == str(len(counted)) and _counts(words, keys):
        return counted
    return None if not said or (said == "1" and len(keys) > 1) else said


def _counts(words: NumberWords, keys: Keys) -> bool:
    """Whether the first number word stands apart from the digits that follow: "the last four digits are 7 9 0 2"."""
    stretches = runs(words, keys, near=True)
    return len(stretches) > 1 and len(stretches[0][2]) == 1


def _split(keys: Keys, cancels: Substitutions) -> list[Keys]:
    """The keys between cancelling words."""
    parts: list[Keys] = []
    begin = 0
    for start, end in occurrences(keys, cancels):
        parts.append(keys[begin:start])
        begin = end
    return [*parts, keys[begin:]]


def _string(words: NumberWords, keys: Keys) -> str:
    heard: list[Meaning] = []
    said: list[str] = []
    for key in keys:
        if key.isdecimal():
            said.append(spell(tuple(heard)) + key)
            heard = []
        else:
            heard.extend(words.read(key, near=True))
    return "".join(said) + spell(tuple(heard))


def spell(heard: Heard) -> str:
    """The meanings as digits: 9 -> "9", 94 -> "94", double 5 -> "55", 9 hundred 12 -> "912"."""
    said = ""
    at = 0
    while at < len(heard):
        meaning = heard[at]
        if meaning.part is Part.REPEAT and at + 1 < len(heard):
            said += _plain(heard[at + 1]) * int(meaning.value)
            at += 2
            continue
        taken, text = _group(heard[at:])
        said += text
        at += taken
    return said


def _group(heard: Heard) -> tuple[int, str]:
    """The digits of the number word or compound that begins here, and how many words it took."""
    first = heard[0]
    if first.part is Part.SCALE:
        return _hundreds(heard, 1.0, 0)
    if first.part not in (Part.VALUE, Part.TENS):
        return 1, ""
    value, taken = first.value, 1
    if first.part is Part.TENS and len(heard) > 1 and heard[1].part is Part.VALUE and 0 < heard[1].value < 10:
        value, taken = first.value + heard[1].value, 2
    if len(heard) > taken and heard[taken].part is Part.SCALE:
        return _hundreds(heard, value, taken)
    return taken, f"{value:g}"


def _hundreds(heard: Heard, value: float, taken: int) -> tuple[int, str]:
    """A number of hundreds or thousands said inside a digit string."""
    scale = heard[taken].value
    taken += 1
    value *= scale
    if len(heard) > taken and heard[taken].part in (Part.VALUE, Part.TENS):
        more, text = _group(heard[taken:])
        if text and float(text) < scale and (scale > 100 or len(text) > 1 or len(heard) == taken + more):
            return taken + more, f"{value + float(text):.0f}"
    return taken, f"{value:.0f}"


def _plain(meaning: Meaning) -> str:
    return f"{meaning.value:g}" if meaning.part in (Part.VALUE, Part.TENS) else ""


def phone(text: str) -> str | None:
    """The ten digits of an Indian mobile number; None when these are not one. A leading 0 or 91 is taken off."""
    bare = text.removeprefix("+")
    if len(bare) == _PHONE_DIGITS + 1:
        bare = bare.removeprefix("0")
    if len(bare) == _PHONE_DIGITS + 2:
        bare = bare.removeprefix(_COUNTRY)
    return bare if len(bare) == _PHONE_DIGITS and bare.isdecimal() and bare[0] in "6789" else None


def ticket(text: str, check: Callable[[str], bool]) -> str | None:
    """The ticket number, when the digits are one by its check digit; `check` is ivr.core.ids.check_ticket_number."""
    return text if check(text) else None
