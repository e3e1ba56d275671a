"""`ivr replay`: recorded callers, or callers given as text, through the whole telephone path in virtual time."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ivr.core import logs
from ivr.core.errors import IvrError
from ivr.replay.case import Case, find_cases
from ivr.replay.junit import write_junit
from ivr.replay.modes import Mode, fits
from ivr.replay.run import Outcome, Player, accept
from ivr.replay.virtual_loop import run_virtual
from ivr.web.assembly import Knowledge

CACHE = Path("var/replay")
_WIDE = 120
_player: Player | None = None  # of this process


def replay(
    cases: Annotated[list[Path] | None, typer.Argument(help="Cases, or folders of them.")] = None,
    mode: Annotated[
        Mode, typer.Option(help="How callers are heard: by the real recogniser, by its recorded results, or as text.")
    ] = Mode.REAL,
    update: Annotated[bool, typer.Option("--update", help="Accept what happened as what must happen.")] = False,
    workers: Annotated[int, typer.Option("--workers", "-n", min=1, help="Processes that play cases.")] = 1,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print every transcript.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case on stdout.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write a JUnit XML report to this file.")] = None,
) -> None:
    """Replay calls; exit 1 when one went otherwise than it must. Default: all of audio/fixtures.

    A case is a folder with case.yaml and audio, or a YAML file whose caller is given as text.
    """
    console = Console(stderr=True)
    update = update and mode is Mode.REAL
    try:
        found = find_cases(cases or [Path("audio/fixtures")])
        outcomes = _run([case for case in found if fits(case, mode)], mode, workers, console)
    except IvrError as error:
        typer.echo(f"ivr replay: {error}", err=True)
        raise typer.Exit(1) from error
    changed = [o for o in outcomes if update and not o.problems and accept(o)]
    for outcome in outcomes:
        if as_json:
            typer.echo(json.dumps(_line(outcome), ensure_ascii=False))
        _tell(console, outcome, verbose, update)
    console.print(_table(console, outcomes, update))
    if update:
        console.print(f"{len(changed)} cases' golden files written")
    if junit is not None:
        write_junit(junit, [(o, None if _good(o, False) else _why(o)) for o in outcomes])
    if not all(_good(o, update) for o in outcomes):
        raise typer.Exit(1)


def _run(cases: list[Case], mode: Mode, workers: int, console: Console) -> list[Outcome]:
    outcomes = []
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("reading grammars", total=len(cases))
        for outcome in _played(cases, mode, min(workers, len(cases))):
            progress.update(task, advance=1, description=outcome.case.name)
            outcomes.append(outcome)
    return outcomes


def _played(cases: list[Case], mode: Mode, workers: int) -> Iterator[Outcome]:
    if workers <= 1:
        _begin(mode)
        yield from map(_play, cases)
        return
    # Spawned, not forked: a fork in a process with threads may hang.
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (mode,)) as pool:
        yield from pool.map(_play, cases)


def _begin(mode: Mode) -> None:
    global _player
    logs.configure("error")
    _player = Player(Knowledge.load(), mode, CACHE)


def _play(case: Case) -> Outcome:
    assert _player is not None
    return run_virtual(_player.play(case))


def _good(outcome: Outcome, update: bool) -> bool:
    """A known failure must fail: one that passes is to be taken off the list."""
    passed = not outcome.problems if update else outcome.passed
    return passed != bool(outcome.case.known_failure)


def _why(outcome: Outcome) -> str:
    if outcome.case.known_failure:
        return "passes, though listed as a known failure"
    return "\n".join([*outcome.problems, outcome.diff])


def _line(outcome: Outcome) -> dict[str, object]:
    return {
        "case": outcome.case.name,
        "passed": outcome.passed,
        "known_failure": outcome.case.known_failure,
        "problems": list(outcome.problems),
        "changed": bool(outcome.diff),
        "reply_ms": list(outcome.reply_ms),
        "call_s": round(outcome.call_s, 2),
        "wall_s": round(outcome.wall_s, 3),
    }


def _tell(console: Console, outcome: Outcome, verbose: bool, update: bool) -> None:
    if verbose:
        console.rule(outcome.case.name)
        console.print(outcome.transcript, markup=False, highlight=False)
    if _good(outcome, update) or (update and not outcome.problems):
        return
    console.print(f"{outcome.case.name}: {outcome.case.title}", style="bold red", markup=False)
    for problem in outcome.problems:
        console.print(f"  {problem}", markup=False)
    if outcome.case.known_failure and outcome.passed:
        console.print(
            f"  passes, though listed as a known failure: take `known_failure` out of {outcome.case.path.name}"
        )
    if not verbose:
        console.print(outcome.diff, markup=False, highlight=False)


def _table(console: Console, outcomes: list[Outcome], update: bool) -> Table:
    table = Table()
    for name in ("case", "result", "call s", "x real time", "slowest reply"):
        table.add_column(name, no_wrap=True)
    wide = console.width >= _WIDE
    if wide:
        table.add_column("what")
    for o in outcomes:
        passed = not o.problems if update else o.passed
        result = "passed" if passed else "known failure" if o.case.known_failure else "FAILED"
        slowest = f"{max(o.reply_ms)} ms" if o.reply_ms else "-"
        row = [o.case.name, result, f"{o.call_s:.0f}", f"{o.call_s / o.wall_s:.0f}", slowest]
        row += [o.case.known_failure or ", ".join(o.case.hard) or o.case.title] if wide else []
        table.add_row(*row, style=None if passed else "yellow" if o.case.known_failure else "red")
    failed = sum(not _good(o, update) for o in outcomes)
    known = sum(bool(o.case.known_failure) for o in outcomes)
    table.caption = f"{len(outcomes) - failed} as they must, {failed} not; {known} known failures"
    return table
