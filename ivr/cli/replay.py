"""`ivr replay`: recorded callers, or callers given as text, through the whole telephone path in virtual time."""

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from ivr.core import logs
from ivr.core.errors import IvrError
from ivr.replay.case import Case, find_cases
from ivr.replay.difference import Kind, Line, difference
from ivr.replay.junit import write_junit
from ivr.replay.modes import Mode, fits
from ivr.replay.report.page import write_report
from ivr.replay.run import Outcome, Player, accept
from ivr.replay.spoil.spoiled import Spoil, spoil_of
from ivr.replay.variants import hung_up_every as gone_every
from ivr.replay.variants import network_of, with_network
from ivr.replay.virtual_loop import run_virtual
from ivr.web.knowledge import KEPT, Knowledge

CACHE = Path("var/replay")
_WIDE = 120
_player: Player | None = None  # of this process


@dataclass(frozen=True, slots=True)
class _Playing:
    mode: Mode
    spoil: Spoil | None


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
    report: Annotated[
        Path | None, typer.Option(help="Write an HTML report with sound and waveforms to this file.")
    ] = None,
    network: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE: jitter_ms, lost, doubled, late_marks_ms, ... (may repeat).")
    ] = None,
    spoil: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE: spoil callers' voices as `ivr degrade` does (may repeat).")
    ] = None,
    hang_up_every: Annotated[
        float, typer.Option(min=0, help="Play each case again with the caller gone at every so many seconds.")
    ] = 0.0,
) -> None:
    """Replay calls; exit 1 when one went otherwise than it must. Default: all of audio/fixtures.

    A case is a folder with case.yaml and audio, or a YAML file whose caller is given as text.
    """
    console = Console(stderr=True)
    update = update and mode is Mode.REAL and not (network or spoil or hang_up_every)
    try:
        found = [case for case in find_cases(cases or [Path("audio/fixtures")]) if fits(case, mode)]
        if network:
            found = [with_network(case, network_of(network)) for case in found]
        how = spoil_of(spoil) if spoil else None
        outcomes = _run(found, _Playing(mode, how), workers, console)
        if hang_up_every:
            gone = [case for o in outcomes for case in gone_every(o.case, o.call_s, hang_up_every)]
            outcomes += _run(gone, _Playing(mode, how), workers, console)
    except IvrError as error:
        typer.echo(f"ivr replay: {error}", err=True)
        raise typer.Exit(1) from error
    for outcome in outcomes:
        if as_json:
            typer.echo(json.dumps(_line(outcome), ensure_ascii=False))
        _tell(console, outcome, verbose, update)
    changed = [o for o in outcomes if update and not o.problems and accept(o)]
    console.print(_table(console, outcomes, update))
    if update:
        console.print(f"{len(changed)} cases' golden files written")
    if junit is not None:
        write_junit(junit, [(o, None if _good(o, False) else _why(o)) for o in outcomes])
    if report is not None:
        write_report(report, outcomes, f"{len(outcomes)} calls replayed, {mode}", sound=mode is not Mode.TEXT)
        console.print(f"report: {report}")
    if not all(_good(o, update) for o in outcomes):
        raise typer.Exit(1)


def _run(cases: list[Case], playing: _Playing, workers: int, console: Console) -> list[Outcome]:
    outcomes = []
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("reading grammars", total=len(cases))
        for outcome in _played(cases, playing, min(workers, len(cases))):
            progress.update(task, advance=1, description=outcome.case.name)
            outcomes.append(outcome)
    return outcomes


def _played(cases: list[Case], playing: _Playing, workers: int) -> Iterator[Outcome]:
    if workers <= 1:
        _begin(playing)
        yield from map(_play, cases)
        return
    # Spawned, not forked: a fork in a process with threads may hang.
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (playing,)) as pool:
        yield from pool.map(_play, cases)


def _begin(playing: _Playing) -> None:
    global _player
    logs.configure("error")
    _player = Player(Knowledge.load(cache=KEPT), playing.mode, CACHE, playing.spoil)


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
        "decoding_s": None if outcome.decoding_s is None else round(outcome.decoding_s, 3),
    }


def _tell(console: Console, outcome: Outcome, verbose: bool, update: bool) -> None:
    if verbose:
        console.rule(outcome.case.name)
        console.print(outcome.transcript, markup=False, highlight=False)
    if _good(outcome, update) and not (update and outcome.diff):
        return
    style = "bold" if update and not outcome.problems else "bold red"
    console.print(f"{outcome.case.name}: {outcome.case.title}", style=style, markup=False)
    for problem in outcome.problems:
        console.print(f"  {problem}", markup=False)
    if outcome.case.known_failure and outcome.passed:
        console.print(
            f"  passes, though listed as a known failure: take `known_failure` out of {outcome.case.path.name}"
        )
    if outcome.wanted is not None:
        for line in difference(outcome.wanted, outcome.transcript):
            console.print(_changed(line))
    elif not verbose:
        console.print(outcome.diff, markup=False, highlight=False)


_SIGNS = {
    Kind.ADDED: ("  + ", "green"),
    Kind.REMOVED: ("  - ", "red"),
    Kind.SAME: ("    ", ""),
    Kind.GAP: ("  … ", "dim"),
}


def _changed(line: Line) -> Text:
    sign, style = _SIGNS[line.kind]
    return Text.assemble((sign, style), *((p.text, f"{style} reverse" if p.changed else style) for p in line.pieces))


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
