"""`ivr officers`: the directory of posts that answer for complaints. Only the command line."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ivr.core.clock import SystemClock
from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.core.settings import Settings
from ivr.desk import directory
from ivr.desk.desk import ticket_rules
from ivr.store import officers
from ivr.store.database import Database
from ivr.store.officers import OfficerRow
from ivr.store.secrets import Secrets
from ivr.store.upgrade import require_newest
from ivr.understanding.catalogue import Catalogue, languages

app = typer.Typer(help="The posts that answer for complaints, and who holds them.", no_args_is_help=True)


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8: key, level, role, department, place, name, phone, ...")],
    partial: Annotated[
        bool, typer.Option("--partial", help="Only these posts change; without it posts not named are retired.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Read and check the file, write nothing.")] = False,
) -> None:
    """Bring the directory to what FILE says. Read whole before anything is written; a mistake changes nothing.

    Columns: key (of the post, stays the same when its holder changes), level (of grammars/escalation.yaml), role,
    department (empty: all), place (AP.Guntur.Tenali; empty: everywhere), name (empty: vacant), phone, language, user.
    """
    grammars = data_dir("grammars")
    departments = frozenset(service.department for service in Catalogue.load(grammars).services.values())
    try:
        lines = directory.read(file, ticket_rules(), departments, languages(grammars))
    except DataError as error:
        typer.echo(f"ivr officers: {error}", err=True)
        raise typer.Exit(1) from None
    if check:
        typer.echo(f"{len(lines)} posts, nothing wrong", err=True)
        return
    settings = Settings.load()
    db = Database(settings.database_url)
    try:
        require_newest(db)
        secrets = Secrets(settings.secret_key.get_secret_value())
        with db.begin() as connection:
            counted = directory.write(connection, secrets, lines, SystemClock().now(), whole=not partial)
    finally:
        db.dispose()
    typer.echo(", ".join(f"{count} {what}" for what, count in counted.items()), err=True)


@app.command("list")
def list_officers(
    place: Annotated[str, typer.Option(help="Only this place and below: AP.Guntur.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Retired posts too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
) -> None:
    """The directory by level and place; telephones are masked."""
    db = Database(Settings.load().database_url)
    try:
        require_newest(db)
        with db.read() as connection:
            found = officers.listed(connection, place, active=not everything)
    finally:
        db.dispose()
    levels = ticket_rules().matrix.levels
    for one in found:
        typer.echo(_json(one, levels[one.level].id) if as_json else _line(one, levels[one.level].id))
    if not found:
        typer.echo("No posts; see: ivr officers import --help", err=True)


def _line(one: OfficerRow, level: str) -> str:
    duty = f"{level:9} {one.place_path or 'everywhere':32} {one.department or 'all':16}"
    return f"{duty} {one.role}: {one.name or 'vacant'} {one.phone}".rstrip()


def _json(one: OfficerRow, level: str) -> str:
    plain = {name: getattr(one, name) for name in OfficerRow.__dataclass_fields__ if name not in {"id", "caller_hash"}}
    return json.dumps(plain | {"level": level}, ensure_ascii=False)
