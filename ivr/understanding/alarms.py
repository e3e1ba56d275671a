"""How well emergencies are told from harmless words: missed and false alarms by class. Measures; changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ivr.understanding.accuracy import Rate
from ivr.understanding.result import Hypothesis, WaitKind
from ivr.understanding.understand import Understander

_DAY = date(2000, 1, 1)  # no emergency depends on it


@dataclass(frozen=True, slots=True)
class AlarmCase:
    """A text with the kinds of emergency of which each is right; none: harmless. `note` is its class."""

    lang: str
    text: str
    kinds: frozenset[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Alarmed:
    """A case and the kind of emergency that it was heard as; None: none."""

    case: AlarmCase
    heard: str | None

    @property
    def missed(self) -> bool:
        return bool(self.case.kinds) and self.heard is None

    @property
    def false(self) -> bool:
        return not self.case.kinds and self.heard is not None

    @property
    def right_kind(self) -> bool:
        return self.heard in self.case.kinds


def alarm_cases(rows: Sequence[Mapping[str, str]]) -> list[AlarmCase]:
    """The cases of a CSV's rows: lang, text, emergency (kinds joined by "|"), and note where there is one."""
    return [
        AlarmCase(row["lang"], row["text"], frozenset(filter(None, row["emergency"].split("|"))), row.get("note") or "")
        for row in rows
    ]


def heard_as(understander: Understander, case: AlarmCase) -> str | None:
    """The emergency that the text is taken for at the open question, doubts included."""
    return understander.understand((Hypothesis(case.text),), case.lang, WaitKind.SERVICE, _DAY).emergency


def alarm_rates(found: Sequence[Alarmed]) -> dict[str, Rate]:
    """Missed and of the right kind among the real ones, false among the harmless; only what has cases."""
    real = [one for one in found if one.case.kinds]
    harmless = [one for one in found if not one.case.kinds]
    rates = {
        "missed": Rate(sum(one.missed for one in real), len(real)),
        "right_kind": Rate(sum(one.right_kind for one in real), len(real)),
        "false_alarms": Rate(sum(one.false for one in harmless), len(harmless)),
    }
    return {name: rate for name, rate in rates.items() if rate.total}
