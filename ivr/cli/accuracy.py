"""`ivr accuracy`: measures understanding on utterances with known meaning."""

import csv
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from ivr.cli.accuracy_alarms import alarm_report
from ivr.cli.rates import cell, grouped, plain_rates
from ivr.cli.understand import load_understander
from ivr.core.clock import SystemClock, india_today
from ivr.core.errors import IvrError
from ivr.understanding.accuracy import (
    Outcome,
    Rate,
    SlotCase,
    Utterance,
    confusions,
    measure,
    run,
    same_value,
    slot_value,
)
from ivr.understanding.corrupt import Corrupter
from ivr.understanding.understand import Understander

_COLUMNS = {"lang", "text", "service_id"}
_SLOT_COLUMNS = {"lang", "text", "kind", "value"}
_ALARM_COLUMNS = {"lang", "text", "emergency"}


def accuracy(
    file: Annotated[Path, typer.Argument(help="CSV: lang,text and service_id,note or kind,value or emergency,note.")],
    slots: Annotated[bool, typer.Option("--slots", help="The file holds slot values.")] = False,
    corrupt: Annotated[float, typer.Option(min=0, max=1, help="Word error rate to corrupt the texts by.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Seed of the corruption.")] = 1,
    json_lines: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON to this file too.")] = None,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The reference day for dates.")] = None,
    failures: Annotated[bool, typer.Option("--failures", help="List every utterance that went wrong.")] = False,
    learnt: Annotated[
        Path | None, typer.Option(help="Folder of phrases learnt from calls (var/learnt): measure what they gain.")
    ] = None,
) -> None:
    """Measure top-1, top-3, wrong acceptances and rejections, or missed emergencies and false alarms, by language and
    note, with 95 % intervals."""
    day = today.date() if today else india_today(SystemClock().now())
    alarms = not slots and told_by(file, "emergency")
    rows = read_rows(file, _SLOT_COLUMNS if slots else _ALARM_COLUMNS if alarms else _COLUMNS)
    understander = load_understander()
    respeak = corrupter(understander, corrupt, seed)
    console = Console(stderr=json_lines, highlight=False)
    if slots:
        report = _slots(understander, rows, day, console)
    elif alarms:
        report = alarm_report(understander, rows, respeak, console, failures)
    else:
        report = _services(understander, rows, day, respeak, console, failures)
    if learnt is not None:
        if slots or alarms:
            raise IvrError("--learnt is about services; leave out --slots and emergencies", code="usage")
        outcomes = run(understander, utterances(rows), day, respeak)
        report["learnt"] = gained(outcomes, run(load_understander(learnt), utterances(rows), day, respeak), console)
    report["file"], report["corrupt"] = file.name, corrupt
    text = json.dumps(report, ensure_ascii=False, indent=None if json_lines else 1)
    if out:
        out.write_text(text + "\n", encoding="utf-8")
    if json_lines:
        typer.echo(text)


def read_rows(file: Path, columns: set[str]) -> list[dict[str, str]]:
    """The CSV's rows. IvrError when it cannot be read or lacks a column."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            lacking = columns - set(reader.fieldnames or ())
            if lacking:
                raise IvrError(f"{file}:1: no column {', '.join(sorted(lacking))}", code="data")
            return [{key: value or "" for key, value in row.items() if key} for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise IvrError(f"{file}: cannot be read: {error}", code="data") from error


def told_by(file: Path, column: str) -> bool:
    """Whether the CSV's first line names the column."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return column in next(csv.reader(lines), ())
    except (OSError, UnicodeDecodeError, csv.Error):
        return False  # read_rows says what is wrong


def utterances(rows: Sequence[dict[str, str]]) -> list[Utterance]:
    return [
        Utterance(
            row["lang"],
            row["text"],
            frozenset(part.strip() for part in row["service_id"].split("|") if part.strip()),
            row.get("note", "").strip(),
        )
        for row in rows
    ]


def corrupter(understander: Understander, rate: float, seed: int) -> Callable[[str, str], str]:
    """What the recogniser with this word error rate makes of a text."""
    if not rate:
        return lambda _, text: text
    tools = {
        lang: Corrupter(grammar.language.folder, sorted(grammar.vocabulary), rate, seed)
        for lang, grammar in understander.grammars.by_language.items()
    }
    return lambda lang, text: tools[lang].corrupt(text)


def _services(
    understander: Understander,
    rows: Sequence[dict[str, str]],
    day: date,
    respeak: Callable[[str, str], str],
    console: Console,
    failures: bool,
) -> dict[str, Any]:
    outcomes = run(understander, utterances(rows), day, respeak)
    groups = _groups(outcomes)
    table = Table("", *_names(groups))
    for name, members in groups.items():
        rates = measure(members)
        table.add_row(f"{name} ({len(members)})", *(cell(rates.get(column)) for column in _names(groups)))
    console.print(table)
    worst = confusions(outcomes)
    for expected, understood, times in worst:
        console.print(f"{times} x {expected} -> {understood}")
    if failures:
        _list_failures(outcomes, console)
    return {
        "groups": {name: plain_rates(measure(members)) for name, members in groups.items()},
        "confusions": [{"expected": a, "understood": b, "times": times} for a, b, times in worst],
    }


def gained(before: Sequence[Outcome], after: Sequence[Outcome], console: Console) -> dict[str, Any]:
    """What the learnt phrases change, by group: rates without and with them, and how many became right or wrong."""
    report: dict[str, Any] = {}
    with_them = _groups(after)
    for name, old in _groups(before).items():
        new = with_them[name]
        better = sum(not a.right and b.right for a, b in zip(old, new, strict=True))
        worse = sum(a.right and not b.right for a, b in zip(old, new, strict=True))
        rates = [plain_rates(measure(members)) for members in (old, new)]
        report[name] = {"without": rates[0], "with": rates[1], "became_right": better, "became_wrong": worse}
        console.print(f"learnt phrases, {name} ({len(old)}): {better} became right, {worse} wrong", markup=False)
    return report


def _groups(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    return grouped(outcomes, lambda one: (one.utterance.lang, one.utterance.note))


def _names(groups: dict[str, list[Outcome]]) -> list[str]:
    return list(measure(groups["all"]))


def _list_failures(outcomes: Sequence[Outcome], console: Console) -> None:
    for outcome in outcomes:
        if (not outcome.right and not outcome.negative) or outcome.accepted_wrong:
            wanted = "|".join(sorted(outcome.utterance.expected)) or "(none)"
            console.print(
                f"[{outcome.utterance.lang} {outcome.utterance.note}] {outcome.utterance.text}\n"
                f"    wanted {wanted}; {outcome.band} {outcome.score:.2f} +{outcome.margin:.2f}: "
                f"{', '.join(outcome.ranked)}",
                markup=False,
            )


def _slots(understander: Understander, rows: Sequence[dict[str, str]], day: date, console: Console) -> dict[str, Any]:
    counted: dict[str, list[bool]] = {}
    wrong: list[dict[str, Any]] = []
    for row in rows:
        case = SlotCase(row["lang"], row["text"], row["kind"], row["value"].strip())
        read = slot_value(understander, case, day)
        right = same_value(case.value, read)
        for group in ("all", case.lang, f"{case.lang} {case.kind}"):
            counted.setdefault(group, []).append(right)
        if not right:
            wrong.append({"lang": case.lang, "text": case.text, "kind": case.kind, "value": case.value, "read": read})
            console.print(f"{case.lang} {case.kind}: {case.text!r} is {case.value!r}, read as {read!r}", markup=False)
    rates = {group: Rate(sum(hits), len(hits)) for group, hits in counted.items()}
    for group, rate in sorted(rates.items()):
        console.print(f"{group:16} {cell(rate)} of {rate.total}", markup=False)
    return {"groups": plain_rates(rates), "wrong": wrong}
