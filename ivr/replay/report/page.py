"""Writes the report: one HTML file that needs nothing else, not even a network."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from ivr.core.errors import ReplayError
from ivr.replay.report.sound import BARS, both_sides, drawing, length_s, player
from ivr.replay.report.view import CallView, call_view
from ivr.replay.run import Outcome

_FONTS = Path(__file__).resolve().parents[2] / "console" / "static" / "fonts"
_SCRIPTS = (("devanagari", "U+0900-097F,U+1CD0-1CFF,U+200C-200D,U+A8E0-A8FF"), ("telugu", "U+0C00-0C7F,U+200C-200D"))


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of figures. `heat` as `rows`, 0 (bad) to 1 (good), None where a cell is no such figure."""

    title: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    heat: tuple[tuple[float | None, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A call's view with its sound; no sound where its audio means nothing to an ear."""

    view: CallView
    sound: str
    drawings: tuple[str, str]
    length_s: float


def write_report(
    path: Path, outcomes: Iterable[Outcome], title: str, grids: Sequence[Grid] = (), sound: bool = True
) -> None:
    """The report of these outcomes. ReplayError where it cannot be written."""
    calls = [shown(outcome, sound) for outcome in outcomes]
    text = _template().render(title=title, calls=calls, grids=grids, fonts=_fonts(), bars=BARS, counts=_counts(calls))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReplayError(f"{path}: the report cannot be written: {error.strerror}") from error


def shown(outcome: Outcome, sound: bool = True) -> Shown:
    """The outcome with its player and drawing."""
    caller, helpline = both_sides(outcome.record.streams)
    if not sound or not caller:
        return Shown(call_view(outcome), "", ("", ""), 0.0)
    drawings = (drawing(caller, upwards=True), drawing(helpline, upwards=False))
    return Shown(call_view(outcome), player(caller, helpline), drawings, length_s(caller))


def _counts(calls: Sequence[Shown]) -> dict[str, int]:
    states = [call.view.state for call in calls]
    return {state: states.count(state) for state in ("failed", "known", "passed")}


@cache
def _template():  # type: ignore[no-untyped-def]
    environment = Environment(
        loader=PackageLoader("ivr.replay.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["clock"] = lambda seconds: f"{int(seconds) // 60}:{seconds % 60:04.1f}"
    return environment.get_template("report.html")


@cache
def _fonts() -> tuple[tuple[str, str, str], ...]:
    """(family, unicode range, data) of the scripts' fonts, where the console has them."""
    found = [(name, span, _FONTS / f"{name}-400.woff2") for name, span in _SCRIPTS]
    return tuple(
        (f"report-{name}", span, base64.b64encode(path.read_bytes()).decode())
        for name, span, path in found
        if path.is_file()
    )
