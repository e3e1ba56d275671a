"""The `ivr` command. Each command stands in a module of its own, imported only when it is asked for."""

import sys
from dataclasses import dataclass
from importlib import import_module

import typer

from ivr import __version__
from ivr.core.errors import IvrError


@dataclass(frozen=True, slots=True)
class _Command:
    """Where a command stands: `attribute` of `module` is a function, or a typer.Typer for a group. `summary` is what
    `ivr --help` says of it."""

    module: str
    attribute: str
    summary: str


GROUPS = {
    "Try it": {
        "demo": _Command("ivr.cli.demo", "demo", "Play recorded callers through everything"),
        "call": _Command("ivr.cli.call", "call", "Call a running server as the carrier would"),
        "understand": _Command("ivr.cli.understand", "understand", "Say what is understood of a text"),
        "recognize": _Command("ivr.cli.recognize", "recognize", "Say what is heard in a sound file"),
    },
    "Run it": {
        "serve": _Command("ivr.cli.serve", "serve", "Answer calls"),
        "worker": _Command("ivr.cli.worker", "worker", "Send what is queued, in a process of its own"),
        "doctor": _Command("ivr.cli.doctor", "doctor", "Check settings and machine before calls come"),
        "db": _Command("ivr.cli.db", "app", "Make and upgrade the tables, look at queued work"),
        "purge": _Command("ivr.cli.purge", "command", "Delete what has been kept long enough"),
        "users": _Command("ivr.cli.users", "app", "Accounts of the console"),
    },
    "Run the desk": {
        "tickets": _Command("ivr.cli.tickets", "app", "Complaints, their deadlines and their SMS"),
        "officers": _Command("ivr.cli.officers", "app", "Who answers for what, where"),
        "relief": _Command("ivr.cli.relief", "app", "Responders: chemists, shops, volunteers, donors"),
        "alerts": _Command("ivr.cli.alerts", "app", "Calls that warn: floods, heat, vaccination"),
        "certificates": _Command("ivr.cli.certificates", "app", "Certificates that anybody can check"),
        "stats": _Command("ivr.cli.stats", "stats", "The league of departments"),
        "corrections": _Command("ivr.cli.corrections", "command", "What operators corrected, for `accuracy`"),
    },
    "Words and voices": {
        "check": _Command("ivr.cli.check", "check", "Look for mistakes in grammars/"),
        "accuracy": _Command("ivr.cli.accuracy", "accuracy", "Measure understanding on texts"),
        "tune": _Command("ivr.cli.tune", "tune", "Choose the thresholds"),
        "models": _Command("ivr.cli.models", "app", "Speech models"),
        "prompts": _Command("ivr.cli.prompts", "app", "Prompts: render, listen, studio sheets"),
    },
    "Test it": {
        "replay": _Command("ivr.cli.replay", "replay", "Replay recorded and written calls"),
        "case": _Command("ivr.cli.case", "app", "Make cases out of calls and recordings"),
        "degrade": _Command("ivr.cli.degrade", "command", "Spoil sound as lines and places do"),
        "measure": _Command("ivr.cli.measure", "command", "Measure hearing and understanding on sound"),
        "simulate": _Command("ivr.cli.simulate", "command", "Let a population of callers ring"),
        "load": _Command("ivr.cli.load", "command", "Ring a running server until it is full"),
        "bench": _Command("ivr.cli.bench", "bench", "Measure everything beside its peers"),
    },
}
COMMANDS = {name: command for group in GROUPS.values() for name, command in group.items()}


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"janvaani {__version__}")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    """Janvaani: a telephone helpline that gives a state's services by voice."""


def _empty() -> typer.Typer:
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_root)
    return app


def build(names: list[str]) -> typer.Typer:
    """The command with these subcommands."""
    app = _empty()
    for name in names:
        command = getattr(import_module(COMMANDS[name].module), COMMANDS[name].attribute)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _overview() -> typer.Typer:
    """What `ivr --help` shows: every command by name, none of them read."""
    app = _empty()
    for group, commands in GROUPS.items():
        for name, command in commands.items():
            app.command(name, help=command.summary, rich_help_panel=group)(_root)
    return app


def main() -> None:
    """Run the command line. An error of ours is one line on stderr and exit code 1."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    app = build([asked]) if asked in COMMANDS else _overview()
    try:
        app()
    except IvrError as error:
        typer.echo(f"ivr {asked}: {error}", err=True)
        raise SystemExit(1) from error
