"""How well utterances with known meaning are understood: rates with 95 % intervals. Measures; changes nothing."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ivr.understanding.result import Band, Hypothesis, SlotValue, Understanding, WaitKind
from ivr.understanding.understand import Understander

_Z = 1.96  # 95 %


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text with the services it may mean; none: it must not be acted on; several: asking is right."""

    lang: str
    text: str
    expected: frozenset[str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class SlotCase:
    lang: str
    text: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one utterance."""

    utterance: Utterance
    intent: str | None
    band: Band
    score: float
    margin: float
    ranked: tuple[str, ...]
    emergency: str | None

    @property
    def negative(self) -> bool:
        return not self.utterance.expected

    @property
    def ambiguous(self) -> bool:
        return len(self.utterance.expected) > 1

    @property
    def right(self) -> bool:
        return self.intent in self.utterance.expected

    @property
    def among_three(self) -> bool:
        return bool(self.utterance.expected.intersection(self.ranked[:3]))

    @property
    def accepted_wrong(self) -> bool:
        return self.band is Band.ACCEPT and not self.right

    @property
    def rejected_right(self) -> bool:
        return self.band is Band.REJECT and self.right

    @property
    def asked_rightly(self) -> bool:
        """An ambiguous utterance that was asked about, or whose first two are both meant."""
        return self.band is Band.CONFIRM and self.right


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `total`, with Wilson's 95 % interval."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        return self.hits / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (E. B. Wilson, 1927)."""
        if not self.total:
            return (0.0, 1.0)
        share, square = self.value, _Z * _Z
        middle = share + square / (2 * self.total)
        spread = _Z * math.sqrt(share * (1 - share) / self.total + square / (4 * self.total**2))
        whole = 1 + square / self.total
        return (max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole))


Measure = Callable[[Outcome], bool]
# name -> (which utterances it is about, what counts)
MEASURES: Mapping[str, tuple[Measure, Measure]] = {
    "top_1": (lambda o: not o.negative, lambda o: o.right),
    "top_3": (lambda o: not o.negative, lambda o: o.among_three),
    "accepted": (lambda o: not o.negative, lambda o: o.band is Band.ACCEPT and o.right),
    "accepted_wrong": (lambda o: True, lambda o: o.accepted_wrong),
    "rejected_right": (lambda o: not o.negative, lambda o: o.rejected_right),
    "asked_rightly": (lambda o: o.ambiguous, lambda o: o.asked_rightly),
    "negatives_refused": (lambda o: o.negative, lambda o: o.band is not Band.ACCEPT),
    "negatives_rejected": (lambda o: o.negative, lambda o: o.band is Band.REJECT),
}


def measure(outcomes: Sequence[Outcome]) -> dict[str, Rate]:
    """Every rate that has utterances."""
    rates: dict[str, Rate] = {}
    for name, (about, counts) in MEASURES.items():
        concerned = [outcome for outcome in outcomes if about(outcome)]
        if concerned:
            rates[name] = Rate(sum(map(counts, concerned)), len(concerned))
    return rates


def run(
    understander: Understander, utterances: Iterable[Utterance], today: date, respeak: Callable[[str, str], str]
) -> list[Outcome]:
    """Understand each utterance as an answer to the open question. `respeak(lang, text)` may corrupt it first."""
    outcomes = []
    for utterance in utterances:
        text = respeak(utterance.lang, utterance.text)
        found = understander.understand((Hypothesis(text),), utterance.lang, WaitKind.SERVICE, today)
        ranked = tuple(candidate.intent for candidate in found.alternatives)
        outcomes.append(
            Outcome(utterance, found.intent, found.band, found.score, found.margin, ranked, found.emergency)
        )
    return outcomes


def confusions(outcomes: Iterable[Outcome], count: int = 15) -> list[tuple[str, str, int]]:
    """The commonest (expected, understood, times), the worst first."""
    counted = Counter(
        ("|".join(sorted(outcome.utterance.expected)) or "(none)", outcome.intent or "(none)")
        for outcome in outcomes
        if (not outcome.right and not outcome.negative) or (outcome.negative and outcome.accepted_wrong)
    )
    return [(expected, understood, times) for (expected, understood), times in counted.most_common(count)]


def slot_value(understander: Understander, case: SlotCase, today: date) -> SlotValue:
    """What is read for the case's kind of slot; besides the waits also command, language and emergency."""
    kind = WaitKind(case.kind) if case.kind in tuple(WaitKind) else WaitKind.SERVICE
    found: Understanding = understander.understand((Hypothesis(case.text),), case.lang, kind, today)
    named = {"command": found.command, "language": found.language, "emergency": found.emergency}
    return named[case.kind] if case.kind in named else found.slots.get(case.kind)


def same_value(expected: str, read: SlotValue) -> bool:
    """Whether the slot's value is the expected one as written in a CSV ("" for nothing)."""
    if read is None or expected == "":
        return read is None and expected == ""
    if isinstance(read, float):
        try:
            return math.isclose(float(expected), read, rel_tol=1e-6)
        except ValueError:
            return False
    return expected == str(read)
