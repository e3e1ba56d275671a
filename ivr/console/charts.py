"""Geometry of the small charts: lines of a period over the one before, gaps where nothing was counted. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 320, 120
LEFT, RIGHT, TOP, BOTTOM = 4, 4, 8, 18
Values = Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """`lines` and `before`: points of polylines as SVG writes them; `dots`: values that stand alone, as (x, y)."""

    lines: tuple[str, ...]
    before: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    top: float


def chart(values: Values, before: Values, ceiling: float | None = None) -> Chart:
    """The chart of `values` (one a day) over `before`. Scales begin at 0; `ceiling` makes several charts one scale."""
    known = [value for value in (*values, *before) if value is not None]
    top = ceiling if ceiling is not None else max(known, default=0.0)
    lines, dots = _drawn(values, top or 1.0)
    dashed, _ = _drawn(before, top or 1.0)
    return Chart(lines, dashed, dots, top)


def _drawn(values: Values, top: float) -> tuple[tuple[str, ...], tuple[tuple[float, float], ...]]:
    step = (WIDTH - LEFT - RIGHT) / max(len(values) - 1, 1)
    room = HEIGHT - TOP - BOTTOM
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        y = TOP + room * (1 - min(value / top, 1.0))
        runs[-1].append((round(LEFT + at * step, 1), round(y, 1)))
    lines = tuple(" ".join(f"{x},{y}" for x, y in run) for run in runs if len(run) > 1)
    return lines, tuple(run[0] for run in runs if len(run) == 1)
