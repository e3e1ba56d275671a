"""`ivr replay`: recorded callers through the whole telephone path, in virtual time."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ivr.core.errors import IvrError
from ivr.replay.case import Case, find_cases
from ivr.replay.house import replay_house
from ivr.replay.run import Outcome, accept, run_case
from ivr.web.assembly import Knowledge

CACHE = Path("var/replay-prompts")
_WIDE = 120


def replay(
    cases: Annotated[list[Path] | None, typer.Argument(help="Case folders, or folders of them.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Accept what happened as what must happen.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print every transcript.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a case on stdout.")] = False,
) -> None:
    """Replay recorded calls; exit 1 when one went otherwise than it must. Default: all of audio/fixtures."""
    console = Console(stderr=True)
    try:
        found = find_cases(cases or [Path("audio/fixtures")])
        outcomes = asyncio.run(_run(found, console))
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
        console.print(f"{len(changed)} golden transcripts written")
    if not all(_good(o, update) for o in outcomes):
        raise typer.Exit(1)


async def _run(cases: list[Case], console: Console) -> list[Outcome]:
    outcomes = []
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("reading grammars", total=len(cases))
        knowledge = Knowledge.load()
        for case in cases:
            progress.update(task, description=case.name)
            with replay_house(CACHE, knowledge=knowledge) as house:
                for before in _before(case, cases):
                    await run_case(house, before)
                outcomes.append(await run_case(house, case))
            progress.advance(task)
    return outcomes


def _before(case: Case, cases: list[Case]) -> list[Case]:
    """The cases that this one comes after, the earliest first."""
    if not case.after:
        return []
    known = {c.name: c for c in cases}
    folder = case.folder.parent.parent / case.after
    before = known.get(case.after) or Case.load(folder)
    return [*_before(before, cases), before]


def _good(outcome: Outcome, update: bool) -> bool:
    """A known failure must fail: one that passes is to be taken off the list."""
    passed = not outcome.problems if update else outcome.passed
    return passed != bool(outcome.case.known_failure)


def _line(outcome: Outcome) -> dict[str, object]:
    return {
        "case": outcome.case.name,
        "passed": outcome.passed,
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
        console.print("  passes, though listed as a known failure: take `known_failure` out of its case.yaml")
    if not verbose:
        console.print(outcome.diff, markup=False, highlight=False)


def _table(console: Console, outcomes: list[Outcome], update: bool) -> Table:
    table = Table()
    for name in ("case", "result", "call s", "x real time", "slowest reply"):
        table.add_column(name, no_wrap=True)
    wide = console.width >= _WIDE
    if wide:
        table.add_column("hard")
    for o in outcomes:
        passed = not o.problems if update else o.passed
        result = "passed" if passed else "known failure" if o.case.known_failure else "FAILED"
        slowest = f"{max(o.reply_ms)} ms" if o.reply_ms else "-"
        row = [o.case.name, result, f"{o.call_s:.0f}", f"{o.call_s / o.wall_s:.0f}", slowest]
        row += [", ".join(o.case.hard)] if wide else []
        table.add_row(*row, style=None if passed else "yellow" if o.case.known_failure else "red")
    failed = sum(not _good(o, update) for o in outcomes)
    table.caption = f"{len(outcomes) - failed} passed, {failed} failed"
    return table
