"""`ivr users`: who may use the console, and the log of what they looked at. Only the command line."""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from ivr.console.accounts import Accounts, NewUser
from ivr.console.places import Places
from ivr.console.roles import Role
from ivr.core.clock import INDIA, SystemClock
from ivr.core.data import data_dir
from ivr.core.settings import Settings
from ivr.store import access, users
from ivr.store.access import AccessLog
from ivr.store.database import Database
from ivr.store.secrets import Secrets
from ivr.store.upgrade import require_newest

app = typer.Typer(help="Who may use the console, and the log of what they looked at.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]


@contextmanager
def _accounts() -> Iterator[tuple[Accounts, Database, AccessLog]]:
    settings = Settings.load()
    db = Database(settings.database_url)
    secrets = Secrets(settings.secret_key.get_secret_value())
    log = AccessLog(secrets.key("access-log"))
    try:
        require_newest(db)
        yield Accounts(db, secrets, log, frozenset(Places.load(data_dir("grammars")))), db, log
    finally:
        db.dispose()


@app.command("add")
def add_user(
    name: Annotated[str, typer.Argument(help="Small letters, digits, . _ -")],
    role: Annotated[Role, typer.Option(help="What the user may do; see docs/operator.md.")],
    place: Annotated[
        str | None, typer.Option(help="District (English name) beyond which nothing is seen; an officer needs one.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="hi, te or en; default: the browser's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a user. Prints a password for the first sign-in, at which it must be changed."""
    with _accounts() as (accounts, _, _):
        password = accounts.add(NewUser(name, role, place, language), _me(), SystemClock().now())
    _told(name, password, as_json)


@app.command("password")
def reset_password(name: str, as_json: AsJson = False) -> None:
    """Give a user a new one-time password; the second factor is taken away and the user is signed out."""
    with _accounts() as (accounts, _, _):
        password = accounts.reset(name, _me(), SystemClock().now())
    _told(name, password, as_json)


@app.command("disable")
def disable(
    name: str, undo: Annotated[bool, typer.Option("--undo", help="Let the user sign in again.")] = False
) -> None:
    """Let a user sign in no more. What the user did stays in the log; the last administrator cannot be disabled."""
    with _accounts() as (accounts, _, _):
        accounts.enable(name, undo, _me(), SystemClock().now())
    typer.echo(f"{name} may {'sign in again' if undo else 'no longer sign in'}.", err=True)


@app.command("list")
def list_users(as_json: AsJson = False) -> None:
    """All users, with role, place and when they were last seen."""
    with _accounts() as (_, db, _), db.read() as connection:
        found = users.listed(connection)
    for one in found:
        plain = {name: getattr(one, name) for name in ("name", "role", "place", "totp", "seen_at", "disabled_at")}
        if as_json:
            typer.echo(json.dumps(plain, default=lambda at: at.isoformat()))
        else:
            state = "disabled" if one.disabled_at else f"seen {_when(one.seen_at)}"
            factor = "second factor" if one.totp else "password only"
            typer.echo(f"{one.name:16} {one.role:14} {one.place or 'all districts':20} {factor:14} {state}")
    if not found:
        typer.echo("No users. Begin with: ivr users add NAME --role administrator", err=True)


@app.command("log")
def show_log(
    who: Annotated[str, typer.Option(help="Only of this user.")] = "",
    about: Annotated[str, typer.Option(help='Only about this, e.g. "ticket 4827316".')] = "",
    limit: Annotated[int, typer.Option(min=1, max=1_000_000)] = 100,
    as_json: AsJson = False,
) -> None:
    """The access log, newest first, after checking that no line was altered or left out (exit 1 if one was)."""
    with _accounts() as (_, db, log), db.read() as connection:
        broken = log.first_break(connection)
        found = access.newest(connection, who=who, about=about, limit=limit)
    for line in found:
        e = line.entry
        if as_json:
            row = {"n": line.n, "at": e.at.isoformat(), "who": e.who, "act": e.act, "object": e.object}
            typer.echo(json.dumps({**row, "detail": e.detail, "hash": line.hash}, ensure_ascii=False))
        else:
            typer.echo(f"{line.n:7} {_when(e.at)}  {e.who:16} {e.act:20} {e.object}  {e.detail}".rstrip())
    if broken is not None:
        typer.echo(f"ivr users: the log was tampered with at line {broken}", err=True)
        raise typer.Exit(1)
    typer.echo(f"The chain holds{f'; its last hash is {found[0].hash}' if found else ''}.", err=True)


def _told(name: str, password: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"name": name, "password": password}))
    else:
        typer.echo(f"{name}: sign in at /console/ with the password {password}  (for one use; it must be changed)")


def _me() -> str:
    """Who works at this machine, for the log."""
    try:
        return f"shell:{getpass.getuser()}"[:32]
    except (KeyError, OSError):
        return "shell"


def _when(at: datetime | None) -> str:
    return at.astimezone(INDIA).strftime("%d %b %Y %H:%M") if at else "never"
