"""The `ivr` command. Each command stands in a module of its own, imported only when it is asked for."""

import sys
from importlib import import_module

import typer

from ivr import __version__
from ivr.core.errors import IvrError

# command -> module and name of a function, or of a typer.Typer for a group
COMMANDS = {
    "demo": ("ivr.cli.demo", "demo"),
    "serve": ("ivr.cli.serve", "serve"),
    "worker": ("ivr.cli.worker", "worker"),
    "call": ("ivr.cli.call", "call"),
    "replay": ("ivr.cli.replay", "replay"),
    "case": ("ivr.cli.case", "app"),
    "degrade": ("ivr.cli.degrade", "command"),
    "measure": ("ivr.cli.measure", "command"),
    "load": ("ivr.cli.load", "command"),
    "simulate": ("ivr.cli.simulate", "command"),
    "bench": ("ivr.cli.bench", "bench"),
    "understand": ("ivr.cli.understand", "understand"),
    "recognize": ("ivr.cli.recognize", "recognize"),
    "check": ("ivr.cli.check", "check"),
    "accuracy": ("ivr.cli.accuracy", "accuracy"),
    "purge": ("ivr.cli.purge", "command"),
    "corrections": ("ivr.cli.corrections", "command"),
    "tune": ("ivr.cli.tune", "tune"),
    "doctor": ("ivr.cli.doctor", "doctor"),
    "tickets": ("ivr.cli.tickets", "app"),
    "alerts": ("ivr.cli.alerts", "app"),
    "relief": ("ivr.cli.relief", "app"),
    "certificates": ("ivr.cli.certificates", "app"),
    "stats": ("ivr.cli.stats", "stats"),
    "users": ("ivr.cli.users", "app"),
    "officers": ("ivr.cli.officers", "app"),
    "models": ("ivr.cli.models", "app"),
    "prompts": ("ivr.cli.prompts", "app"),
    "db": ("ivr.cli.db", "app"),
}


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"janvaani {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Janvaani: a telephone helpline that gives a state's services by voice."""


def build(names: list[str]) -> typer.Typer:
    """The command with these subcommands."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_root)
    for name in names:
        module, attribute = COMMANDS[name]
        command = getattr(import_module(module), attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def main() -> None:
    """Run the command line. An error of ours is one line on stderr and exit code 1."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    app = build([asked] if asked in COMMANDS else list(COMMANDS))
    try:
        app()
    except IvrError as error:
        typer.echo(f"ivr {asked}: {error}", err=True)
        raise SystemExit(1) from error
