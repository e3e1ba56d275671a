"""`ivr serve`: the helpline's server. Only the command line: `ivr.web` serves and puts the parts together."""

import json
from importlib import import_module
from typing import Annotated

import typer
from starlette.types import ASGIApp

from ivr.core import logs
from ivr.core.settings import Settings
from ivr.web.server import listen


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default IVR_HOST.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to listen on, 0 takes a free one; default IVR_PORT.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the address as one JSON line on stdout.")] = False,
) -> None:
    """Answer calls: webhooks, media streams, the pages behind SMS links, health and metrics."""
    settings = Settings.load()
    logs.configure(settings.log_level, json=settings.log_json, personal=settings.log_personal)
    address = (host or settings.host, settings.port if port is None else port)
    if not listen(lambda: _application(settings), address, lambda url: _listening(url, as_json)):
        raise typer.Exit(1)


def _application(settings: Settings) -> ASGIApp:
    """Read only when the address is ours: a taken port is told at once."""
    app: ASGIApp = import_module("ivr.web.assembly").assemble(settings).app
    return app


def _listening(url: str, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"event": "listening", "url": url}))
    else:
        typer.echo(f"Listening on {url} (Ctrl-C ends)", err=True)
