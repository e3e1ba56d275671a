"""`ivr tickets simulate`: a month of a district in virtual time, and its report. Only the command line."""

import json
import time
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ivr.core.data import data_dir
from ivr.desk.desk import ticket_rules
from ivr.dialogue.script import house_hours
from ivr.replay.district.month import Month, Scale
from ivr.replay.district.report import Report, plain, report
from ivr.understanding.catalogue import Catalogue, Service

_PERCENT = {
    "closed_by_citizen": "closed by the citizen's yes",
    "waiting_for_citizen": "called solved, citizen being asked",
    "not_reached": "called solved, citizen not reached (not closed)",
    "in_work": "in work",
    "late": "in work and late",
    "with_a_person": "with a person of the helpline",
    "reopened": "reopened by the citizen's no",
    "lazy_climbed": "begun with a lazy officer, taken up a level by the clock",
    "diligent_climbed": "begun with a diligent officer, taken up a level",
}


def simulate(
    calls: Annotated[int, typer.Option(min=1, help="Calls that come in.")] = 200_000,
    tickets: Annotated[int, typer.Option(min=1, help="Of them complaints.")] = 20_000,
    officers: Annotated[int, typer.Option(min=20, help="A third of them are lazy.")] = 300,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of the month.")] = 30,
    seed: Annotated[int, typer.Option(help="Another month of the same kind.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """A month of a district under the rules of grammars/tickets.yaml and escalation.yaml, in virtual time. Exit code 1
    when a rule did not hold: a complaint closed without its citizen's yes, a promised day moved, one forgotten."""
    begun = time.perf_counter()
    month = Month(
        Scale(calls, tickets, officers, days, seed),
        ticket_rules(),
        complaint_services(),
        house_hours(data_dir("grammars")),
        progress=lambda day: typer.echo(f"day {day} of {days}", err=True),
    )
    month.run()
    found = report(month)
    if as_json:
        typer.echo(json.dumps(plain(found), ensure_ascii=False))
    else:
        _print(found)
    typer.echo(f"{time.perf_counter() - begun:.1f} s", err=True)
    if found.broken:
        raise typer.Exit(1)


def complaint_services() -> tuple[Service, ...]:
    """The services of the catalogue that open a complaint for an office."""
    every = Catalogue.load(data_dir("grammars")).services.values()
    return tuple(s for s in every if s.outcome == "ticket" and s.department != "helpline")


def _print(found: Report) -> None:
    table = Table(title=f"{found.tickets} complaints, {found.officers} officers, {found.lazy} of them lazy")
    table.add_column("measure")
    table.add_column("value", justify="right")
    for name, text in _PERCENT.items():
        table.add_row(text, f"{100 * getattr(found, name):.1f} %")
    table.add_row("first answer, hours: median, 90 %", "{}, {}".format(*found.first_answer_h))
    table.add_row("closed, hours: median, 90 %", "{}, {}".format(*found.solved_h))
    for level, count in found.raised.items():
        table.add_row(f"came up to {level}", str(count))
    table.add_row("called solved though nothing was done", str(found.bogus_claims))
    table.add_row("of them closed (the citizen said yes by mistake)", str(found.bogus_closed))
    table.add_row("acts that the rules refused", str(found.refused_acts))
    table.add_row("calls that came in", str(found.calls))
    table.add_row("calls to citizens", str(found.calls_to_citizens))
    table.add_row("calls in the busiest hour, at once", f"{found.busiest_hour}, {found.most_at_once}")
    table.add_row("SMS to citizens, to officers", f"{found.sms.get('citizen', 0)}, {_officers(found)}")
    console = Console()
    console.print(table)
    for rule in found.broken or ("every rule held",):
        console.print(rule)


def _officers(found: Report) -> int:
    return found.sms.get("officer", 0) + found.sms.get("before", 0)
