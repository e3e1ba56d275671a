"""Runs of figures on disk, and as tables for the report."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from ivr.core.errors import ReplayError
from ivr.replay.figures.estimate import Change, Figure, estimate, grouped, matrix
from ivr.replay.figures.rows import FIGURES, Row, row_of
from ivr.replay.report.page import Grid

FORM = 1
_COUNTED = ("turns_to_success", "seconds_to_success")
_IN_MATRIX = ("word_error", "top_1", "slots", "missed_emergency", "task_success")


def save(path: Path, rows: Sequence[Row]) -> None:
    """ReplayError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(row.as_json(), ensure_ascii=False, sort_keys=True) for row in rows]
        path.write_text("\n".join([json.dumps({"form": FORM}), *lines]) + "\n", encoding="utf-8")
    except OSError as error:
        raise ReplayError(f"{path}: cannot be written: {error.strerror}") from error


def load(path: Path) -> list[Row]:
    """ReplayError where it is no saved run."""
    try:
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        if json.loads(head) != {"form": FORM}:
            raise ValueError("of another form")
        return [row_of(json.loads(line)) for line in lines]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ReplayError(f"{path}: no saved figures ({error}); make them with `ivr measure --save`") from error


def figures(rows: Sequence[Row], deep: bool = True) -> dict[str, dict[str, Figure]]:
    """Group -> figure's name -> figure."""
    return {
        group: {name: found for name in FIGURES if (found := estimate(some, name)) is not None}
        for group, some in grouped(rows, deep).items()
    }


def shown(name: str, found: Figure) -> str:
    """A figure for people: a share in percent, or a mean, with its interval."""
    if name in _COUNTED:
        return f"{found.value:.1f} [{found.low:.1f}-{found.high:.1f}]"
    return f"{found.value:.1%} [{found.low:.0%}-{found.high:.0%}]"


def heat(name: str, found: Figure) -> float | None:
    """0 (bad) to 1 (good), None for what has no best."""
    if name in _COUNTED:
        return None
    return min(1.0, max(0.0, found.value if FIGURES[name] else 1 - found.value))


def grids(rows: Sequence[Row], changed: Sequence[Change] = ()) -> list[Grid]:
    """The report's tables: changes first, then figures by group, then a matrix for each figure that has one."""
    made = [_changes_grid(changed)] if changed else []
    made.append(_groups_grid(figures(rows)))
    if len({row.snr_db for row in rows}) > 1 or len({row.lost for row in rows}) > 1:
        made += [_matrix_grid(name, rows) for name in _IN_MATRIX if any(name in row.parts for row in rows)]
    return made


def _changes_grid(changed: Sequence[Change]) -> Grid:
    rows = tuple(_change_row(change) for change in changed)
    about = "Over the utterances and calls that both runs have; the difference with its 95 % interval."
    return Grid("Against the earlier run", about, ("", "figure", "before", "now", "difference", ""), rows)


def _change_row(c: Change) -> tuple[str, ...]:
    return c.group, c.figure, f"{c.before:.3f}", f"{c.now:.3f}", f"{c.low:+.3f} to {c.high:+.3f}", c.verdict.value


def _groups_grid(found: Mapping[str, Mapping[str, Figure]]) -> Grid:
    names = [name for name in FIGURES if any(name in some for some in found.values())]
    cells = [tuple(shown(name, some[name]) if name in some else "" for name in names) for some in found.values()]
    heats = [tuple(heat(name, some[name]) if name in some else None for name in names) for some in found.values()]
    return Grid(
        "Figures",
        "By language, voice, noise and kind; in brackets 95 % (bootstrap). Error, false and missed: less is better.",
        ("", *(name.replace("_", " ") for name in names)),
        tuple((group, *row) for group, row in zip(found, cells, strict=True)),
        tuple((None, *row) for row in heats),
    )


def _matrix_grid(name: str, rows: Sequence[Row]) -> Grid:
    cells = matrix(rows, name)
    snrs = sorted({snr for by in cells.values() for snr in by}, key=lambda snr: (snr is not None, -(snr or 0)))
    places = sorted(place for place, by in cells.items() if by)
    return Grid(
        f"{name.replace('_', ' ').capitalize()} against noise and loss",
        "Columns: speech above the noise; rows: language and share of packets lost.",
        ("", *("no noise" if snr is None else f"{snr:g} dB" for snr in snrs)),
        tuple(
            (f"{lang}, {lost:.0%} lost", *(shown(name, by[snr]) if snr in by else "" for snr in snrs))
            for (lang, lost), by in ((place, cells[place]) for place in places)
        ),
        tuple(
            (None, *(heat(name, cells[place][snr]) if snr in cells[place] else None for snr in snrs))
            for place in places
        ),
    )
