"""Chooses the thresholds: the least total cost of wrong acts, needless questions and refusals on known utterances."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ivr.understanding.accuracy import Outcome
from ivr.understanding.result import Band
from ivr.understanding.thresholds import Thresholds

LEAST_ACCEPT = 0.5  # what is out of scope is endless: no known utterances show that a lower score is safe


@dataclass(frozen=True, slots=True)
class ErrorCosts:
    """What each error costs, in questions asked needlessly (= 1). A wrong act sends a villager away with the wrong
    paper; a refusal makes the caller say it again; a question about nonsense wastes one turn."""

    acted_wrong: float = 12.0
    refused_right: float = 3.0
    asked_right: float = 1.0
    asked_wrong: float = 2.0
    acted_ambiguous: float = 2.0

    def of(self, outcome: Outcome, band: Band) -> float:
        if band is Band.ACCEPT:
            if not outcome.right:
                return self.acted_wrong
            return self.acted_ambiguous if outcome.ambiguous else 0.0
        if band is Band.CONFIRM:
            if outcome.negative:
                return self.asked_wrong
            if outcome.right or outcome.among_three:
                return 0.0 if outcome.ambiguous else self.asked_right
            return self.asked_wrong
        return 0.0 if outcome.negative else self.refused_right


@dataclass(frozen=True, slots=True)
class Choice:
    """Thresholds with what they cost an utterance on average, and how often they would act wrongly (0..1)."""

    thresholds: Thresholds
    cost: float
    acted_wrong: float


def cost(outcomes: Sequence[Outcome], thresholds: Thresholds, costs: ErrorCosts) -> float:
    """The average cost of an utterance under the thresholds."""
    return sum(costs.of(outcome, thresholds.band(outcome.score, outcome.margin)) for outcome in outcomes) / max(
        len(outcomes), 1
    )


def sweep(outcomes: Sequence[Outcome], costs: ErrorCosts, most_wrong: float, grammars: str) -> tuple[Choice, ...]:
    """All thresholds of a grid with at most `most_wrong` wrong acts, cheapest first (all where none keeps to it)."""
    choices = [
        _choice(outcomes, Thresholds(accept, margin, confirm, grammars), costs)
        for accept in _grid(LEAST_ACCEPT, 0.95, 0.025)
        for margin in _grid(0.0, 0.36, 0.02)
        for confirm in _grid(0.2, min(accept, 0.6), 0.05)
    ]
    kept = [choice for choice in choices if choice.acted_wrong <= most_wrong] or choices
    return tuple(sorted(kept, key=lambda choice: (choice.cost, choice.acted_wrong)))


def _choice(outcomes: Sequence[Outcome], thresholds: Thresholds, costs: ErrorCosts) -> Choice:
    wrong = sum(
        thresholds.band(outcome.score, outcome.margin) is Band.ACCEPT and not outcome.right for outcome in outcomes
    )
    return Choice(thresholds, cost(outcomes, thresholds, costs), wrong / max(len(outcomes), 1))


def _grid(low: float, high: float, step: float) -> Iterable[float]:
    return [round(float(value), 3) for value in np.arange(low, high + step / 2, step)]


def interval(
    outcomes: Sequence[Outcome], thresholds: Thresholds, costs: ErrorCosts, rounds: int = 1000
) -> tuple[float, float]:
    """The 95 % bootstrap interval of the average cost (B. Efron, 1979); always the same draws."""
    if not outcomes:
        return (0.0, 0.0)
    each = np.array([costs.of(outcome, thresholds.band(outcome.score, outcome.margin)) for outcome in outcomes])
    chance = np.random.default_rng(1)
    means = each[chance.integers(len(each), size=(rounds, len(each)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)
