"""`ivr tune`: chooses the thresholds from utterances with known meaning and keeps them with the grammars."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.accuracy import corrupter, read_rows, utterances
from ivr.cli.understand import load_understander
from ivr.core.clock import SystemClock, india_today
from ivr.core.data import data_dir
from ivr.understanding.accuracy import Outcome, run
from ivr.understanding.thresholds import FILE, fingerprint
from ivr.understanding.tuning import Choice, ErrorCosts, interval, sweep

_HEAD = """\
# When an intent is acted on, asked about or refused. Written by `ivr tune`; do not edit by hand.
# accept: least score to act; margin: least lead over the next service; confirm: least score to ask.
# grammars: fingerprint of the grammars that they were chosen for.
"""


def tune(
    file: Annotated[Path, typer.Argument(help="CSV: lang,text,service_id,note.")],
    corrupt: Annotated[
        list[float] | None, typer.Option(help="Word error rates to tune at; repeat. Default 0, 0.25.")
    ] = None,
    most_wrong: Annotated[float, typer.Option(help="The greatest part of wrong acts allowed.")] = 0.02,
    acted_wrong: Annotated[float, typer.Option(help="Cost of a wrong act, in needless questions.")] = 12.0,
    refused_right: Annotated[float, typer.Option(help="Cost of refusing a right intent.")] = 3.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print, write nothing.")] = False,
    json_lines: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Choose accept, margin and confirm at the least total cost; write grammars/thresholds.yaml."""
    folder = data_dir("grammars")
    costs = ErrorCosts(acted_wrong=acted_wrong, refused_right=refused_right)
    outcomes = _outcomes(file, corrupt or [0.0, 0.25])
    best, *others = sweep(outcomes, costs, most_wrong, fingerprint(folder))
    low, high = interval(outcomes, best.thresholds, costs)
    report = {
        "utterances": len(outcomes),
        "best": _plain(best),
        "cost_interval": [round(low, 4), round(high, 4)],
        "next": [_plain(choice) for choice in others[:4]],
    }
    typer.echo(json.dumps(report) if json_lines else json.dumps(report, indent=1))
    if not dry_run:
        write(folder / FILE, best, costs)
        typer.echo(f"written: {folder / FILE}", err=True)


def write(path: Path, choice: Choice, costs: ErrorCosts) -> None:
    """Write the thresholds file, the costs that led to it in its comments."""
    chosen = choice.thresholds
    path.write_text(
        f"{_HEAD}# costs: wrong act {costs.acted_wrong:g}, right intent refused {costs.refused_right:g}, "
        f"needless question {costs.asked_right:g}, useless question {costs.asked_wrong:g}; "
        f"average {choice.cost:.3f} an utterance, {choice.acted_wrong:.1%} acted on wrongly\n"
        f"accept: {chosen.accept:g}\nmargin: {chosen.margin:g}\nconfirm: {chosen.confirm:g}\n"
        f"grammars: {chosen.grammars}\n",
        encoding="utf-8",
    )


def _outcomes(file: Path, rates: list[float]) -> list[Outcome]:
    understander = load_understander()
    day = india_today(SystemClock().now())
    known = utterances(read_rows(file, {"lang", "text", "service_id"}))
    return [
        outcome for rate in rates for outcome in run(understander, known, day, corrupter(understander, rate, seed=1))
    ]


def _plain(choice: Choice) -> dict[str, float]:
    return {
        "accept": choice.thresholds.accept,
        "margin": choice.thresholds.margin,
        "confirm": choice.thresholds.confirm,
        "cost": round(choice.cost, 4),
        "acted_wrong": round(choice.acted_wrong, 4),
    }
