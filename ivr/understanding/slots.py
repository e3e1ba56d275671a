"""Numbers, digits and dates of one language: its tables read into word tables, and the values found in a text."""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.core.data import wrong
from ivr.understanding.dates import DateWords
from ivr.understanding.digits import digits, spell
from ivr.understanding.language import Language
from ivr.understanding.numbers import Meaning, NumberWords, Part, apart, keys_of, number, runs, value_of
from ivr.understanding.result import SlotValue
from ivr.understanding.text import Keys

_LABELLED = ("day", "near", "weekday", "month", "unit")
_BARE = ("next", "last", "this", "ago", "after", "past", "future", "date")
_LEAST_DIGITS_UNASKED = 4
_LEAST_NUMBER_UNASKED = 3
_ENDINGS = "endings"  # of numbers.yaml
_DIGIT_PARTS = (Part.VALUE, Part.TENS, Part.REPEAT)
_LONG_FIGURE = 10_000  # written in figures, a string of digits rather than a number


@dataclass(frozen=True)
class SlotReader:
    """Reads numbers, digits and dates. `cancels` are the words that take back what was said before."""

    language: Language
    numbers: NumberWords
    dates: DateWords
    mixed: NumberWords  # with other languages' number words, for digits

    @classmethod
    def build(
        cls, language: Language, tables: Mapping[str, Any], folder: Path, foreign: Sequence[Mapping[str, Any]] = ()
    ) -> "SlotReader":
        """From numbers.yaml and dates.yaml of `folder`; `foreign` are other languages' numbers, which callers mix into
        digit strings. DataError with file and line where they are wrong."""
        path, own = folder / "numbers.yaml", tables.get("numbers") or {}
        endings = [str(text) for text in own.get(_ENDINGS) or ()]
        numbers = NumberWords.build(language.folder, _meanings(path, own), endings)
        common = {*language.weightless, *language.place_words, *language.fillers}
        others = [pair for table in foreign for pair in _meanings(path, table) if pair[1].part in _DIGIT_PARTS]
        labels = dict(_labels(folder / "dates.yaml", tables.get("dates") or {}))
        return cls(
            language,
            numbers,
            DateWords.build(language.folder, labels, numbers, language.cancel),
            numbers.with_foreign(others, common),
        )

    def keys(self, text: str) -> Keys:
        """The keys of a text for reading these slots: decimal points kept, number words of several words as one."""
        return self.numbers.joined(keys_of(self.language.folder, text))

    def number(self, keys: Keys) -> float | None:
        return number(self.numbers, keys, self.language.cancel)

    def digits(self, keys: Keys) -> str | None:
        return digits(self.mixed, keys, self.language.cancel)

    def date(self, keys: Keys, today: datetime.date) -> str | None:
        """The day as ISO."""
        found = self.dates.find(keys, today)
        return found.isoformat() if found else None

    def besides(self, keys: Keys, today: datetime.date) -> dict[str, SlotValue]:
        """What is said besides a request: only what is surely meant, so no "one" and no short digit strings."""
        found: dict[str, SlotValue] = {}
        said = runs(self.numbers, keys, near=False)
        if said:
            strings = [spell(heard) for *_, heard in said if len(apart(heard)) > 1 or heard[0].value >= _LONG_FIGURE]
            string = max(strings, key=len, default="")
            if len(string) >= _LEAST_DIGITS_UNASKED:
                found["digits"] = string
            values = [value for *_, heard in said if (value := value_of(heard)) is not None]
            if "digits" not in found and max(values, default=0) >= _LEAST_NUMBER_UNASKED:
                found["number"] = max(values)
        day = self.date(keys, today)
        if day:
            found["date"] = day
        return found


def _meanings(path: Path, table: Mapping[str, Any]) -> Iterator[tuple[str, Meaning]]:
    for name, entries in table.items():
        if name == _ENDINGS:
            continue
        try:
            part = Part(name)
        except ValueError as error:
            raise wrong(path, f"{name!r} is none of {', '.join(Part)}", name) from error
        if part is Part.POINT:
            entries = {0: entries}
        if not isinstance(entries, dict):
            raise wrong(path, f"{name} must map values to lists of words", name)
        for value, texts in entries.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(texts, list):
                raise wrong(path, f"{value!r}: not a number with a list of words", name, str(value))
            for text in texts:
                yield str(text), Meaning(part, float(value))


def _labels(path: Path, table: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for name, entries in table.items():
        if name in _BARE and isinstance(entries, list):
            yield name, [str(text) for text in entries]
        elif name in _LABELLED and isinstance(entries, dict):
            for value, texts in entries.items():
                if not isinstance(texts, list):
                    raise wrong(path, f"{name} {value} must be a list of words", name, str(value))
                yield f"{name}:{value}", [str(text) for text in texts]
        else:
            raise wrong(path, f"{name!r} is not known here, or not of the right form", name)
