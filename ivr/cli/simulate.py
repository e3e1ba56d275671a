"""`ivr simulate`: a seeded population of callers plays against the dialogue."""

import json
import time
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ivr.core.data import data_dir
from ivr.replay.population.call import Result
from ivr.replay.population.simulate import Plan, Report, judged, report, simulate
from ivr.understanding.accuracy import Rate
from ivr.web.knowledge import KEPT, Knowledge


def command(
    calls: Annotated[int, typer.Option(min=1, help="How many calls.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same calls.")] = 1,
    word_error: Annotated[float, typer.Option(min=0, max=1, help="Share of words that are misheard.")] = 0.25,
    keys: Annotated[bool, typer.Option("--keys/--speech-only", help="Do callers press keys when told to?")] = True,
    at_least: Annotated[float, typer.Option(min=0, max=1, help="Task success that must be reached.")] = 0.0,
    show: Annotated[int, typer.Option(min=0, help="Print so many failed calls.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Simulate callers; exit 1 when success is below --at-least, a call has no agreed ending or, with --at-least, an
    emergency was missed. Success is what callers wanted, done without a person."""
    console = Console(stderr=True, highlight=False)
    begun = time.monotonic()
    plan = Plan(calls, seed, word_error, keys)
    results = _play(plan, console)
    found = report(results)
    for result in [r for r in results if judged(r) and not r.done][:show]:
        console.rule(f"{result.trait}, {result.goal.kind}, {', '.join(sorted(result.goal.services)) or '-'}")
        console.print("\n".join(result.lines), markup=False)
    if as_json:
        typer.echo(json.dumps(_plain(plan, found), ensure_ascii=False))
    else:
        console.print(_table(plan, found))
    console.print(f"{calls} calls in {time.monotonic() - begun:.0f} s", style="dim")
    if found.success.value < at_least or found.not_ended or (at_least and found.missed.hits):
        raise typer.Exit(1)


def _play(plan: Plan, console: Console) -> list[Result]:
    results = []
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("reading grammars", total=plan.calls)
        data = data_dir("grammars").parent / "tests" / "data"
        for result in simulate(Knowledge.load(cache=KEPT), plan, data):
            results.append(result)
            progress.update(task, advance=1, description="calling")
    return results


def _table(plan: Plan, found: Report) -> Table:
    who = "with keys" if plan.keys else "speech only"
    table = Table(title=f"{plan.calls} calls, seed {plan.seed}, {plan.word_error:.0%} word error, {who}")
    for name in ("", "share", "95 % interval", "of"):
        table.add_column(name, justify="left" if not name else "right", no_wrap=True)
    rows = {"task success": found.success, "success, or a person": found.helped, **found.groups}
    rows |= {"something wrong opened or sent": found.wrong, "emergencies missed": found.missed}
    for name, rate in rows.items():
        table.add_row(name, f"{rate.value:.1%}", _interval(rate), str(rate.total))
    table.add_row("without an agreed ending", str(found.not_ended), "", str(plan.calls))
    table.add_row("turns, seconds to success", f"{found.turns:.1f}, {found.seconds:.0f} s")
    table.caption = "\n".join(f"{times} failed: {name}" for name, times in found.causes)
    return table


def _interval(rate: Rate) -> str:
    low, high = rate.interval
    return f"{low:.1%} - {high:.1%}"


def _plain(plan: Plan, found: Report) -> dict[str, Any]:
    def plain(rate: Rate) -> dict[str, float]:
        low, high = rate.interval
        return {"share": round(rate.value, 4), "low": round(low, 4), "high": round(high, 4), "of": rate.total}

    return {
        "calls": plan.calls,
        "seed": plan.seed,
        "word_error": plan.word_error,
        "keys": plan.keys,
        "success": plain(found.success),
        "helped": plain(found.helped),
        "wrong": plain(found.wrong),
        "missed_emergencies": plain(found.missed),
        "not_ended": found.not_ended,
        "turns": round(found.turns, 2),
        "seconds": round(found.seconds, 1),
        "groups": {name: plain(rate) for name, rate in found.groups.items()},
        "causes": [{"cause": name, "calls": times} for name, times in found.causes],
        "dispositions": dict(found.dispositions),
    }
