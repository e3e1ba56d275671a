"""`ivr tickets`: complaints, their deadlines and the SMS about them. Only the command line; numbers are masked."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import typer

from ivr.cli.district import simulate
from ivr.core.clock import INDIA
from ivr.core.ids import format_ticket
from ivr.core.settings import Settings
from ivr.desk.build import open_desk, sms_texts
from ivr.desk.desk import Desk
from ivr.store.database import Database
from ivr.store.outbox import SmsRow
from ivr.store.tickets import TicketEvent, TicketRow
from ivr.store.upgrade import require_newest

app = typer.Typer(help="Complaints, their deadlines and the SMS about them.", no_args_is_help=True)

app.command("simulate")(simulate)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")]


@contextmanager
def _desk() -> Iterator[Desk]:
    settings = Settings.load()
    db = Database(settings.database_url)
    try:
        require_newest(db)
        yield open_desk(settings, db)
    finally:
        db.dispose()


@app.command("list")
def list_tickets(
    everything: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
    district: Annotated[str | None, typer.Option(help="Only of this district (English name).")] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Tickets by due time, the late ones first."""
    with _desk() as desk:
        found = desk.tickets(open_only=not everything, district=district, limit=limit)
    for one in found:
        typer.echo(_dump(_plain(one)) if as_json else _line(one))
    if not found:
        typer.echo("No tickets.", err=True)


@app.command("templates")
def sms_templates(as_json: AsJson = False) -> None:
    """The SMS texts exactly as they are to be registered on the DLT platform, each with its id once it has one."""
    for (name, language), template in sorted(sms_texts(Settings.load()).templates.items()):
        if as_json:
            typer.echo(
                _dump({"template": name, "language": language, "id": template.dlt_id, "text": template.registered()})
            )
        else:
            typer.echo(f"{name}/{language}  {template.dlt_id or 'not registered'}\n    {template.registered()}")


@app.command("show")
def show_ticket(number: str, as_json: AsJson = False) -> None:
    """One ticket with what happened to it. NUMBER as on the SMS, with or without hyphen."""
    with _desk() as desk:
        found = desk.ticket(number)
    if found is None:
        typer.echo(f"ivr tickets: no ticket {number}", err=True)
        raise typer.Exit(1)
    one, trail = found
    if as_json:
        typer.echo(_dump({**_plain(one), "words": one.words, "trail": [_event(event) for event in trail]}))
        return
    typer.echo(_line(one))
    typer.echo(f"  said: {one.words or '-'}")
    for event in trail:
        typer.echo(f"  {_when(event.at)}  {event.actor}: {event.kind} -> {event.state} {event.note}".rstrip())


@app.command("share")
def share_ticket(
    number: str,
    undo: Annotated[bool, typer.Option("--undo", help="One person uses it, after all.")] = False,
) -> None:
    """Mark the telephone behind ticket NUMBER as used by several people: its tickets are then told only to callers
    who know a ticket's last four digits."""
    with _desk() as desk:
        done = desk.share(number, not undo)
    if not done:
        typer.echo(f"ivr tickets: no ticket {number}, or its caller's number is withheld", err=True)
        raise typer.Exit(1)


@app.command("sms")
def list_sms(limit: Limit = 50, as_json: AsJson = False) -> None:
    """The SMS of the helpline and what became of them, newest first."""
    with _desk() as desk:
        found = desk.sms(limit)
    for one in found:
        typer.echo(_dump(_sms(one)) if as_json else f"{_when(one.queued_at)}  {one.state:11}  {one.to}  {one.body}")
    if not found:
        typer.echo("No SMS.", err=True)


def _line(one: TicketRow) -> str:
    due = f"due {_when(one.due_at)}" if one.due_at else "no deadline"
    place, caller = one.district or "-", one.caller or "withheld"
    whose = f"level {one.level}, {one.officer or 'nobody'}"
    return f"{format_ticket(one.number)}  {one.state:12}  {due}  {one.service}  {place}  {caller}  {whose}"


def _when(at: datetime) -> str:
    return at.astimezone(INDIA).strftime("%d %b %Y %H:%M")


def _plain(one: TicketRow) -> dict[str, Any]:
    """Without the citizen's words, which only `show` prints."""
    return {name: getattr(one, name) for name in TicketRow.__dataclass_fields__ if name not in {"id", "words"}}


def _event(event: TicketEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in TicketEvent.__dataclass_fields__}


def _sms(one: SmsRow) -> dict[str, Any]:
    return {name: getattr(one, name) for name in SmsRow.__dataclass_fields__}


def _dump(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, default=lambda value: value.isoformat())
