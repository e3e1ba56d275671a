"""Figures with bootstrap intervals, and whether they differ from earlier ones. Pure: chance comes from a seed.

The bootstrap draws utterances with replacement, all rows of one together (B. Efron, 1979), and takes percentiles of
the ratio; where all or none are right no draw differs, and Wilson's interval is taken. Runs are compared on the
rows that both have, drawn together, so that what is hard about an utterance does not count as noise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from ivr.replay.figures.rows import FIGURES, Part, Row
from ivr.understanding.accuracy import Rate

DRAWS = 1000
FEWEST_CHANGED = 6
_LOW, _HIGH = 2.5, 97.5
_AT_ONCE = 2_000_000  # numbers drawn at a time


class Verdict(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    SAME = "within noise"


@dataclass(frozen=True, slots=True)
class Figure:
    """`low` and `high`: 95 %. `rows` that have a part in it."""

    value: float
    low: float
    high: float
    rows: int


@dataclass(frozen=True, slots=True)
class Change:
    """A figure now and before, over the rows of both; `low` and `high` of the difference. `changed`: utterances of
    which it is another now; where they are fewer than `FEWEST_CHANGED` chance alone may have turned them all one way
    (sign test, two-sided, 5 %)."""

    figure: str
    group: str
    before: float
    now: float
    low: float
    high: float
    rows: int
    changed: int

    @property
    def verdict(self) -> Verdict:
        if self.low <= 0 <= self.high or self.changed < FEWEST_CHANGED:
            return Verdict.SAME
        return Verdict.BETTER if (self.now > self.before) == FIGURES[self.figure] else Verdict.WORSE


def estimate(rows: Sequence[Row], figure: str, seed: int = 1) -> Figure | None:
    """None where no row has a part in it."""
    concerned = [row for row in rows if figure in row.parts]
    parts = _by_source((row.source, row.parts[figure]) for row in concerned)
    if not parts.size or parts[:, 1].sum() <= 0:
        return None
    value = float(parts[:, 0].sum() / parts[:, 1].sum())
    if value in (0.0, 1.0) and (parts[:, 0] <= parts[:, 1]).all():
        low, high = Rate(round(value * len(parts)), len(parts)).interval  # no draw differs from another
    else:
        low, high = np.percentile(_ratios(parts[:, 0], parts[:, 1], seed), [_LOW, _HIGH])
    return Figure(value, min(float(low), value), max(float(high), value), len(concerned))


def compare(before: Sequence[Row], now: Sequence[Row], figure: str, group: str, seed: int = 1) -> Change | None:
    """The change over the rows that both runs have; None where there are none."""
    earlier = {row.id: row.parts[figure] for row in before if figure in row.parts}
    shared = [row for row in now if figure in row.parts and row.id in earlier]
    old = _by_source((row.source, earlier[row.id]) for row in shared)
    new = _by_source((row.source, row.parts[figure]) for row in shared)
    if not shared or old[:, 1].sum() <= 0 or new[:, 1].sum() <= 0:
        return None
    differences = _ratios(new[:, 0], new[:, 1], seed) - _ratios(old[:, 0], old[:, 1], seed)
    low, high = np.percentile(differences, [_LOW, _HIGH])
    changed = int(np.count_nonzero(old[:, 0] * new[:, 1] != new[:, 0] * old[:, 1]))
    was, is_ = (float(side[:, 0].sum() / side[:, 1].sum()) for side in (old, new))
    return Change(figure, group, was, is_, float(low), float(high), len(shared), changed)


def grouped(rows: Iterable[Row], deep: bool = True) -> dict[str, list[Row]]:
    """All, each language, and with `deep` each language's voices, noises and notes."""
    found: dict[str, list[Row]] = {"all": []}
    for row in rows:
        found["all"].append(row)
        found.setdefault(row.lang, []).append(row)
        if deep:
            for name in (row.voice, row.noise and f"{row.noise} {row.snr_db:g} dB", row.note):
                if name:
                    found.setdefault(f"{row.lang} {name}", []).append(row)
    return {name: found[name] for name in sorted(found, key=lambda name: (name != "all", " " in name, name))}


def changes(before: Sequence[Row], now: Sequence[Row]) -> list[Change]:
    """Of all rows and of each language: few comparisons, so that one that differs means something."""
    earlier = grouped(before, deep=False)
    found = [
        compare(earlier.get(group, []), rows, figure, group)
        for group, rows in grouped(now, deep=False).items()
        for figure in FIGURES
    ]
    return [change for change in found if change is not None]


def matrix(rows: Sequence[Row], figure: str) -> Mapping[tuple[str, float], Mapping[float | None, Figure]]:
    """(language, share lost) -> SNR (None: no noise) -> figure."""
    cells: dict[tuple[str, float], dict[float | None, list[Row]]] = {}
    for row in rows:
        cells.setdefault((row.lang, row.lost), {}).setdefault(row.snr_db, []).append(row)
    return {
        place: {snr: found for snr, some in by_snr.items() if (found := estimate(some, figure)) is not None}
        for place, by_snr in cells.items()
    }


def _by_source(parts: Iterable[tuple[str, Part]]) -> NDArray[np.float64]:
    """(source, 2): the sums of each source's rows, in the order in which sources come."""
    sums: dict[str, list[float]] = {}
    for source, (above, below) in parts:
        found = sums.setdefault(source, [0.0, 0.0])
        found[0] += above
        found[1] += below
    return np.array(list(sums.values()), np.float64).reshape(-1, 2)


def _ratios(above: NDArray[np.float64], below: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """The ratio in `DRAWS` draws; the same rows in the same order for the same seed and count."""
    rng, count = np.random.default_rng(seed), len(above)
    step = max(1, _AT_ONCE // count)
    out = []
    for begin in range(0, DRAWS, step):
        drawn = rng.integers(0, count, (min(step, DRAWS - begin), count))
        sums = below[drawn].sum(axis=1)
        out.append(np.divide(above[drawn].sum(axis=1), sums, out=np.zeros(len(sums)), where=sums > 0))
    return np.concatenate(out)
