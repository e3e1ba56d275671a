"""`ivr measure`: how well callers are heard and understood, from audio, with intervals and against an earlier run."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ivr.cli.replay import CACHE
from ivr.core import logs
from ivr.core.errors import IvrError
from ivr.core.settings import Settings
from ivr.replay.case import find_cases
from ivr.replay.figures.book import figures, grids, load, save, shown
from ivr.replay.figures.calls import call_row
from ivr.replay.figures.corpus import read_items
from ivr.replay.figures.estimate import Change, Verdict, changes
from ivr.replay.figures.listen import Ear, Lines
from ivr.replay.figures.rows import Row
from ivr.replay.modes import Mode
from ivr.replay.report.page import write_report
from ivr.replay.run import Outcome, Player
from ivr.replay.spoil.spoiled import Spoil, spoil_of
from ivr.web.knowledge import KEPT, Knowledge

_DATA = Path("tests/data")
_FILES = (_DATA / "utterances.csv", _DATA / "slots.csv", _DATA / "emergencies.csv")


@dataclass(frozen=True, slots=True)
class _Plan:
    files: Sequence[Path]
    calls: Sequence[Path]
    limit: int
    voices: int
    lines: Lines
    workers: int


def command(
    files: Annotated[list[Path] | None, typer.Argument(help="CSV files; default: those of tests/data.")] = None,
    calls: Annotated[list[Path] | None, typer.Option(help="Cases to be played as whole calls too.")] = None,
    limit: Annotated[int, typer.Option(min=0, help="At most so many utterances of each file, always the same.")] = 100,
    voices: Annotated[int, typer.Option(min=1, max=5, help="By how many voices each is said.")] = 1,
    noise: Annotated[str, typer.Option(help="Surroundings, with commas: street,bus,fan,babble.")] = "",
    snr: Annotated[str, typer.Option(help="Speech over the noise in dB, with commas: 20,10,5.")] = "10",
    lost: Annotated[str, typer.Option(help="Shares of packets lost, with commas: 0,0.05.")] = "0",
    spoil: Annotated[list[str] | None, typer.Option(help="NAME=VALUE for all, e.g. codec=gsm (may repeat).")] = None,
    workers: Annotated[int, typer.Option("--workers", "-n", min=1, help="Threads that decode.")] = 1,
    saved: Annotated[Path | None, typer.Option("--save", help="Keep the run in this file.")] = None,
    against: Annotated[Path | None, typer.Option(help="Compare with this kept run; exit 1 where it is worse.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report to this file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Measure recognition and understanding on audio; texts without audio are synthesised by voices of callers."""
    console = Console(stderr=True, highlight=False)
    try:
        lines = Lines(tuple(filter(None, noise.split(","))), _numbers(snr), _numbers(lost), spoil_of(spoil or []))
        list(lines.every())  # a noise that is none is told before anything is heard
        earlier = load(against) if against else []
        plan = _Plan(files or _FILES, calls or (), limit, voices, lines, workers)
        rows, outcomes = _measured(plan, console)
        changed = changes(earlier, rows) if against else []
        if saved:
            save(saved, rows)
        if report:
            write_report(report, outcomes, f"{len(rows)} measured", grids(rows, changed))
    except IvrError as error:
        typer.echo(f"ivr measure: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(json.dumps(_plain(rows, changed), ensure_ascii=False))
    _tell(console, rows, changed)
    if any(change.verdict is Verdict.WORSE for change in changed):
        raise typer.Exit(1)


def _numbers(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(",") if part)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r}: numbers with commas between are wanted") from error


def _measured(plan: _Plan, console: Console) -> tuple[list[Row], list[Outcome]]:
    logs.configure("error")
    items = [item for path in plan.files for item in read_items(path, plan.limit)]
    knowledge = _knowledge(Settings.load(prepare=False).speech_models)
    ear = Ear(knowledge, CACHE / "callers", plan.voices)
    for lang in knowledge.grammars.languages:
        knowledge.understander.reader(lang)
    jobs, cases = ear.jobs(items, plan.lines), find_cases(list(plan.calls)) if plan.calls else []
    plays = [(case, how) for case in cases for how in plan.lines.every()]
    rows, outcomes = list[Row](), list[Outcome]()
    with Progress(console=console, transient=True) as progress, ThreadPoolExecutor(plan.workers) as threads:
        task = progress.add_task("listening", total=len(jobs) + len(plays))
        for row in threads.map(lambda job: ear.row(*job), jobs):
            rows.append(row)
            progress.advance(task)
        for case, how in plays:
            spoil = None if how == Spoil() else how
            outcomes.append(asyncio.run(Player(knowledge, Mode.REAL, CACHE, spoil).play(case)))
            rows.append(call_row(outcomes[-1], how))
            progress.advance(task)
    return rows, outcomes


@cache
def _knowledge(models_dir: Path) -> Knowledge:
    return Knowledge.load(models_dir, cache=KEPT)


def _tell(console: Console, rows: Sequence[Row], changed: Sequence[Change]) -> None:
    table = Table()
    for name in ("", "figure", "value [95 %]", "of"):
        table.add_column(name, no_wrap=True, justify="left" if name in ("", "figure") else "right")
    for group, found in figures(rows, deep=False).items():
        for name, figure in found.items():
            table.add_row(group, name.replace("_", " "), shown(name, figure), str(figure.rows))
        table.add_section()
    console.print(table)
    for change in changed:
        if change.verdict is not Verdict.SAME:
            style = "red" if change.verdict is Verdict.WORSE else "green"
            text = f"{change.verdict}: {change.group}, {change.figure}: {change.before:.3f} -> {change.now:.3f}"
            console.print(
                f"{text} (difference {change.low:+.3f} to {change.high:+.3f}, {change.rows} compared)", style=style
            )
    if changed:
        same = sum(change.verdict is Verdict.SAME for change in changed)
        console.print(f"{same} of {len(changed)} figures within noise")


def _plain(rows: Sequence[Row], changed: Sequence[Change]) -> dict[str, Any]:
    return {
        "rows": len(rows),
        "groups": {
            group: {
                name: {"value": round(f.value, 4), "low": round(f.low, 4), "high": round(f.high, 4), "rows": f.rows}
                for name, f in found.items()
            }
            for group, found in figures(rows).items()
        },
        "changes": [
            {"group": c.group, "figure": c.figure, "before": round(c.before, 4), "now": round(c.now, 4),
             "low": round(c.low, 4), "high": round(c.high, 4), "verdict": c.verdict.value}
            for c in changed
        ],
    }  # fmt: skip
