"""The reference says what the program says: settings, commands, routes. Mend a failure with `make reference`."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute

from ivr.cli import COMMANDS
from ivr.core.settings import described
from ivr.web.app import create_app
from tests.web.fakes import Behind
from tools import reference

HTTP = reference.FOLDER / "http.md"


@pytest.mark.parametrize(("name", "make"), reference.FILES.items())
def test_it_is_up_to_date(name: str, make: Callable[[], str]) -> None:
    assert (reference.FOLDER / name).read_text(encoding="utf-8") == make(), "out of date: run `make reference`"


@pytest.mark.parametrize("variable", described())
def test_every_setting_says_what_it_means(variable: str) -> None:
    assert re.search(rf"^\| `{variable}` \| .* \| \S.* \|$", reference.settings(), re.MULTILINE)


@pytest.mark.parametrize("command", sorted(reference.command_names()))
def test_every_command_says_what_it_does(command: str) -> None:
    assert re.search(rf"^## `{command}`\n\n\w", reference.commands(), re.MULTILINE)


def _routes() -> dict[str, str]:
    """Path -> method, of everything that the application answers."""
    routes = create_app(replace(Behind().services(), console=Starlette())).routes
    http = {r.path: next(iter((r.methods or set()) - {"HEAD"})) for r in routes if isinstance(r, Route)}
    sockets = {r.path: "WS" for r in routes if isinstance(r, WebSocketRoute)}
    rooms = {f"{r.path}/": "GET" for r in routes if isinstance(r, Mount)}
    assert len(http) + len(sockets) + len(rooms) == len(routes), "a route of a new kind: teach this test to see it"
    return http | sockets | rooms


def test_the_http_reference_names_every_route_and_no_other() -> None:
    rows = re.findall(r"^\| (GET|POST|WS) \| `([^`]+)` \|", HTTP.read_text(encoding="utf-8"), re.MULTILINE)
    assert {path: method for method, path in rows} == _routes()


def test_check_tells_an_old_file_and_leaves_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "FOLDER", tmp_path)
    monkeypatch.setattr("sys.argv", ["reference", "--check"])
    assert reference.main() == 1
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr("sys.argv", ["reference"])
    assert reference.main() == 0
    monkeypatch.setattr("sys.argv", ["reference", "--check"])
    assert reference.main() == 0


def test_the_overview_names_every_command_and_reads_none() -> None:
    show = "import sys; from ivr import cli; sys.argv = ['ivr', '--help']; cli.main()"
    shown = subprocess.run([sys.executable, "-X", "importtime", "-c", show], capture_output=True, text=True, check=True)
    assert {name for name in COMMANDS if re.search(rf"^│ {name} +\w", shown.stdout, re.MULTILINE)} == set(COMMANDS)
    assert not re.search(r"ivr\.cli\.\w", shown.stderr)
