"""Writes docs/reference/settings.md and commands.md from the program itself. tests/unit/test_reference.py compares.

    python -m tools.reference            # write them
    python -m tools.reference --check    # write nothing; exit 1 where one is out of date

Owns the form of these two files, nothing of what stands in them: settings tell their own meaning, commands their help.
"""

import argparse
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from ivr.cli import COMMANDS, build
from ivr.core.settings import Settings, described

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
_MADE = "<!-- Made by `make reference`; do not edit by hand. -->"

_SETTINGS = f"""\
{_MADE}
# Settings

Environment variables, or lines of a file `.env` in the folder where `ivr` is started; the environment wins. They are
read once at start. A name beginning with `IVR_` that is not listed here is refused, and an empty value is the default.
`ivr doctor` prints them with the values in force (of secrets only whether they are set).

| Variable | Default | Meaning |
|---|---|---|
"""

_COMMANDS = f"""\
{_MADE}
# Commands

Every command has `--help`. Exit code 0: done; 1: what was asked failed, and a line on stderr says why; 2: the command
line was wrong. With `--json` stdout holds machine-readable lines only; everything else goes to stderr.

"""


def settings() -> str:
    """docs/reference/settings.md."""
    rows = (
        f"| `{variable}` | {_default(name)} | {_cell(meaning)} |"
        for (variable, meaning), name in zip(described().items(), Settings.model_fields, strict=True)
    )
    return _SETTINGS + "\n".join(rows) + "\n"


def commands() -> str:
    """docs/reference/commands.md."""
    root = typer.main.get_command(build(list(COMMANDS)))
    sections = [section for path, command in _leaves("ivr", root) for section in _section(path, command)]
    return _COMMANDS + "\n".join(sections)


def command_names() -> frozenset[str]:
    """Every command as it is typed: "ivr serve", "ivr db upgrade"."""
    root = typer.main.get_command(build(list(COMMANDS)))
    return frozenset(path for path, _ in _leaves("ivr", root))


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    text = value.get_secret_value() if isinstance(value, SecretStr) else "" if value is None else value
    shown = str(text).lower() if isinstance(text, bool) else str(text)
    return f"`{shown}`" if shown else ""


# typer's command classes are not public and have moved between its releases: these functions ask for attributes only
def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    for name, sub in getattr(command, "commands", {}).items():
        yield from _leaves(f"{path} {name}", sub)
    if not hasattr(command, "commands"):
        yield path, command


def _section(path: str, command: Any) -> Iterator[str]:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and p.name != "help"]
    usage = " ".join([path, *(["[OPTIONS]"] if options else []), *map(_argument, arguments)])
    yield f"## `{path}`\n\n{inspect.cleandoc(command.help or '')}\n\n    {usage}\n"
    rows = [f"| `{_argument(p)}` | {_cell(_help(p))} | |" for p in arguments if _help(p)]
    rows += [f"| {_option(p)} | {_cell(_help(p))} | {_value(p)} |" for p in options]
    if rows:
        yield "\n".join(["| | | Default |", "|---|---|---|", *rows]) + "\n"


def _argument(parameter: Any) -> str:
    shown = str(parameter.metavar or parameter.name).upper()
    several = f"{shown}..." if parameter.nargs == -1 else shown
    return several if parameter.required else f"[{several}]"


def _option(parameter: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))
    if parameter.is_flag:
        return names
    repeated = ", repeatable" if parameter.multiple else ""
    required = ", required" if parameter.required else ""
    return f"{names} {_cell(str(parameter.metavar or parameter.name).upper())}{repeated}{required}"


def _help(parameter: Any) -> str:
    return str(getattr(parameter, "help", None) or "")


def _value(parameter: Any) -> str:
    value = parameter.default
    if value is None or value is False or value == "":
        return ""
    return f"`{parameter.opts[0]}`" if value is True else f"`{value}`"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


FILES = {"settings.md": settings, "commands.md": commands}


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/reference/settings.md and commands.md.")
    parser.add_argument("--check", action="store_true", help="only say which are out of date")
    check = parser.parse_args().check
    old = 0
    for name, make in FILES.items():
        path, text = FOLDER / name, make()
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        old += 1
        if not check:
            path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.name} {'is out of date' if check else 'written'}\n")
    return 1 if check and old else 0


if __name__ == "__main__":
    sys.exit(main())
