"""`ivr relief`: who can bring help, enrolled by the desk. Only the command line."""

from pathlib import Path
from typing import Annotated

import typer

from ivr.cli.house import Opened, opened, print_json
from ivr.core.clock import SystemClock
from ivr.core.data import data_dir
from ivr.core.errors import DataError, ReliefError
from ivr.desk import enrolling
from ivr.desk.desk import ticket_rules
from ivr.desk.enrolling import Enrolment, Given, Known
from ivr.desk.relief_house import relief_items
from ivr.store import enrolments, responders
from ivr.store.responders import ResponderRow
from ivr.understanding.catalogue import languages

app = typer.Typer(
    help="Responders of relief: chemists, shops, volunteers, organisations, donors.", no_args_is_help=True
)
_PAGE = 500

Json = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]


@app.command()
def enrol(
    number: Annotated[str, typer.Argument(help="Their telephone. Who is enrolled already is brought up to date.")],
    kind: Annotated[str, typer.Option(help=f"One of {', '.join(responders.KINDS)}.")],
    district: Annotated[str, typer.Option(help="The district's English name.")],
    has: Annotated[list[str], typer.Option(help="What they have: medicine, food=50, blood:o_neg=2. Repeat it.")],
    name: Annotated[str, typer.Option(help="For the desk; no caller hears it.")] = "",
    area: Annotated[str, typer.Option(help="PIN code.")] = "",
    lang: Annotated[str, typer.Option(help="The language in which they are asked.")] = "",
    by_call: Annotated[bool, typer.Option("--by-call", help="Ask by a call instead of an SMS.")] = False,
    at_once: Annotated[int, typer.Option(min=1, max=enrolling.MOST_AT_ONCE, help="Requests in hand at a time.")] = 2,
) -> None:
    """Enrol one responder, with their agreement: they are asked by SMS or call from now on."""
    given = Given(number, kind, district, " ".join(has), name, area, lang, "yes" if by_call else "", str(at_once))
    try:
        one = enrolling.check(given, _known())
    except ReliefError as error:
        typer.echo(f"ivr relief: {error}", err=True)
        raise typer.Exit(1) from None
    _write((one,))


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help=f"CSV in UTF-8 with the columns {', '.join(enrolling.COLUMNS)}.")],
    only_check: Annotated[bool, typer.Option("--check", help="Read and check the file, write nothing.")] = False,
) -> None:
    """Enrol all responders of FILE, or, if a line is wrong, none: every wrong line is told with its number.

    stock: what they have, as in `medicine food=50 blood:o_neg=2`. by_call: yes or no. Responders who are not named stay
    as they are.
    """
    try:
        wanted = enrolling.read(file, _known())
    except DataError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    if only_check:
        typer.echo(f"{len(wanted)} responders, nothing wrong", err=True)
        return
    _write(wanted)


@app.command("list")
def list_responders(
    district: Annotated[str | None, typer.Option(help="Only of this district (English name).")] = None,
    as_json: Json = False,
) -> None:
    """Responders with what they have; telephones are masked."""
    with opened() as house:
        count = sum(_show(house, row, as_json) for row in _rows(house, district))
    if not count:
        typer.echo("No responders; see: ivr relief enrol --help", err=True)


@app.command()
def stop(
    responder: Annotated[int, typer.Argument(help="As `ivr relief list` numbers them.")],
    resume: Annotated[bool, typer.Option("--resume", help="Ask them again.")] = False,
) -> None:
    """Ask a responder no more. What they have taken on stays theirs."""
    with opened() as house, house.db.begin() as connection:
        found = enrolling.stop(connection, responder, not resume, SystemClock().now())
    if not found:
        typer.echo(f"ivr relief: there is no responder {responder}; see ivr relief list", err=True)
        raise typer.Exit(1)
    typer.echo(f"responder {responder} is asked {'again' if resume else 'no more'}", err=True)


@app.command()
def undo() -> None:
    """Take back the last enrol, import or stop; once more, the one before it. Their stock is as it was before, too."""
    with opened() as house, house.db.begin() as connection:
        done = enrolments.undo_last(connection, SystemClock().now())
    if done is None:
        typer.echo("ivr relief: nothing is left to take back", err=True)
        raise typer.Exit(1)
    said = f"{done.restored} as before, {done.removed} removed"
    typer.echo(said + (f", {done.stopped} stopped, for they were asked already" if done.stopped else ""), err=True)


def _known() -> Known:
    return Known(relief_items(), ticket_rules().states.keys(), languages(data_dir("grammars")))


def _write(wanted: tuple[Enrolment, ...]) -> None:
    with opened() as house, house.db.begin() as connection:
        counted = enrolling.write(connection, house.desk.relief, wanted, SystemClock().now())
    typer.echo(", ".join(f"{count} {what}" for what, count in counted.items()), err=True)


def _rows(house: Opened, district: str | None) -> list[ResponderRow]:
    found, last = list[ResponderRow](), 0
    while True:
        with house.db.read() as connection:
            page = responders.listed(connection, district, _PAGE if district is None else 10_000, last)
        found += page
        if district is not None or len(page) < _PAGE:
            return found
        last = page[-1].id


def _show(house: Opened, row: ResponderRow, as_json: bool) -> bool:
    with house.db.read() as connection:
        has = responders.stock_of(connection, row.id)
    stock = [
        f"{item}{detail and ':' + detail}{'' if count is None else f'={count}'}"
        for (item, detail), count in has.items()
    ]
    if as_json:
        names = ("id", "kind", "name", "district", "area", "language", "by_call", "at_once", "state", "phone")
        print_json({**{name: getattr(row, name) for name in names}, "stock": stock})
    else:
        where = f"{row.district} {row.area}".strip()
        typer.echo(f"{row.id:5}  {row.kind:9} {where:28} {row.phone}  {row.name}  {' '.join(stock)}  {row.state}")
    return True
