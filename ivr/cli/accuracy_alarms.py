"""`ivr accuracy` of a file of emergencies: missed ones and false alarms by language and class."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.table import Table

from ivr.cli.rates import cell, grouped, plain_rates
from ivr.understanding.alarms import Alarmed, alarm_cases, alarm_rates, heard_as
from ivr.understanding.understand import Understander

_COLUMNS = ("missed", "right_kind", "false_alarms")


def alarm_report(
    understander: Understander,
    rows: Sequence[dict[str, str]],
    respeak: Callable[[str, str], str],
    console: Console,
    failures: bool,
) -> dict[str, Any]:
    """Print the rates of every group; with `failures` each case that went wrong. The report for JSON."""
    cases = [replace(case, text=respeak(case.lang, case.text)) for case in alarm_cases(rows)]
    found = [Alarmed(case, heard_as(understander, case)) for case in cases]
    groups = grouped(found, lambda one: (one.case.lang, one.case.note))
    table = Table("", *_COLUMNS)
    for name, members in groups.items():
        rates = alarm_rates(members)
        table.add_row(f"{name} ({len(members)})", *(cell(rates.get(column)) for column in _COLUMNS))
    console.print(table)
    for one in found if failures else ():
        if one.missed or one.false:
            what = "missed" if one.missed else f"false alarm ({one.heard})"
            console.print(f"[{one.case.lang} {one.case.note}] {what}: {one.case.text}", markup=False)
    return {"groups": {name: plain_rates(alarm_rates(members)) for name, members in groups.items()}}
