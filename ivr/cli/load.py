"""`ivr load`: how many calls a running server holds before its answers come too late."""

import asyncio
import ipaddress
import json
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table

from ivr.core.errors import IvrError
from ivr.core.settings import Settings
from ivr.replay.carrier import Line
from ivr.replay.case import find_cases
from ivr.replay.load.callers import Target
from ivr.replay.load.figures import Limits, Stage, percentile
from ivr.replay.load.ramp import Ramp
from ivr.replay.load.run import Loaded, Plan, interrupting, load, suited

_NUMBER = "+911800111555"
_MIB = 1024 * 1024


def command(
    url: Annotated[str, typer.Option(help="The server, e.g. http://127.0.0.1:8000 (its IVR_PUBLIC_URL).")],
    cases: Annotated[list[Path] | None, typer.Argument(help="Callers; default: all of audio/fixtures.")] = None,
    calls: Annotated[int, typer.Option(min=0, help="Hold just so many instead of ramping up.")] = 0,
    first: Annotated[int, typer.Option("--from", min=1, help="Calls of the first stage.")] = 2,
    most: Annotated[int, typer.Option("--most", min=1, help="Never more calls than this.")] = 200,
    step: Annotated[int, typer.Option(min=1, help="How exactly the limit is found, in calls.")] = 1,
    hold_s: Annotated[float, typer.Option("--hold", min=1, help="Seconds that a stage is measured.")] = 30.0,
    ring_s: Annotated[float, typer.Option("--ring", min=0, help="Seconds over which new callers ring.")] = 20.0,
    settle_s: Annotated[float, typer.Option("--settle", min=0, help="Seconds before a stage is measured.")] = 5.0,
    replies: Annotated[
        int, typer.Option(min=1, help="A stage goes on for up to five times --hold until it has so many replies.")
    ] = 60,
    limit_ms: Annotated[float, typer.Option(min=1, help="The reply time that must not be exceeded.")] = 1200.0,
    share: Annotated[float, typer.Option(min=0.5, max=1, help="By how many of the replies.")] = 0.95,
    interrupt_ms: Annotated[
        int, typer.Option("--interrupt", min=0, help="Callers speak so many ms into a prompt; 0: they hear it out.")
    ] = 0,
    refused: Annotated[float, typer.Option(min=0, max=1, help="Share of calls that may be sent to the keys.")] = 0.0,
    at_least: Annotated[int, typer.Option(min=0, help="Exit 1 where fewer calls are held.")] = 0,
    test_server: Annotated[
        bool, typer.Option("--test-server", help="A server elsewhere, which sends nothing to citizens.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a stage and one at the end.")] = False,
) -> None:
    """Load a running server with calls by the carrier's protocol, in real time, until replies come too late.

    The carrier's token is read from IVR_TWILIO_AUTH_TOKEN. Callers are invented, but what they ask for is done: use a
    server without the carrier's account, for it would send SMS to strangers.
    """
    url = url.rstrip("/")
    if not (test_server or _here(url)):
        raise typer.BadParameter(
            f"{url} is not this machine; say --test-server if no SMS leaves it", param_hint="--url"
        )
    ramp = Ramp(calls, calls, calls) if calls else Ramp(min(first, most), most, step)
    plan = Plan(ramp, Limits(limit_ms, share, refused, fewest=replies), hold_s, settle_s, ring_s)
    console = Console(stderr=True, highlight=False)
    try:
        settings = Settings.load(prepare=False)
        line = Line(f"{url}/twilio/voice", settings.twilio_number or _NUMBER)
        target = Target(line, settings.twilio_auth_token.get_secret_value())
        found = suited(find_cases(cases or [Path("audio/fixtures")]))
        found = interrupting(found, interrupt_ms) if interrupt_ms else found
        with console.status("calling") as status:
            loaded = asyncio.run(load(target, url, found, plan, status.update))
    except IvrError as error:
        typer.echo(f"ivr load: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        for stage, why in loaded.stages:
            typer.echo(json.dumps(_plain(stage, why)))
        typer.echo(json.dumps(_summary(loaded)))
    console.print(_table(loaded, plan.limits))
    if loaded.held < max(at_least, calls):
        raise typer.Exit(1)


def _here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _plain(stage: Stage, why: str) -> dict[str, Any]:
    server = stage.server
    return {
        "calls": stage.calls,
        "held": not why,
        "why": why,
        "seconds": round(stage.seconds, 1),
        "replies": len(stage.reply_ms),
        "unanswered": stage.unanswered,
        "reply_ms": {f"p{share}": _number(percentile(stage.reply_ms, share / 100)) for share in (50, 90, 95, 99)},
        "begun": stage.begun,
        "ended": stage.ended,
        "refused": stage.refused,
        "broken": stage.broken,
        "failed": list(stage.failed),
        "talking": round(stage.talking, 3),
        "late_frames": round(stage.late, 4),
        "cores": _number(server.cores, 3),
        "memory_mib": _number(server.memory_bytes and server.memory_bytes / _MIB, 1),
        "decoding_lag_s": _number(server.lag_s, 3),
        "work_ms": server.work_ms,
        "decoding_ms": server.decoding_ms,
    }


def _summary(loaded: Loaded) -> dict[str, Any]:
    return {
        "calls_held": loaded.held,
        "cores_a_call": _number(loaded.cores, 4),
        "mib_a_call": _number(loaded.memory_bytes and loaded.memory_bytes / _MIB, 2),
    }


def _number(value: float | None, digits: int = 0) -> float | None:
    """JSON has neither NaN nor infinity."""
    return None if value is None or value != value or abs(value) == float("inf") else round(value, digits)


def _table(loaded: Loaded, limits: Limits) -> Table:
    table = Table(title=f"replies within {limits.reply_ms:.0f} ms at {limits.share:.0%}")
    for name in ("calls", "replies", "p50", "p95", "p99", "talk", "cores", "MiB", "lag", "work"):
        table.add_column(name, justify="right", no_wrap=True)
    for stage, why in loaded.stages:
        server = stage.server
        table.add_row(
            str(stage.calls),
            str(len(stage.reply_ms)),
            *(_shown(percentile(stage.reply_ms, share)) for share in (0.5, 0.95, 0.99)),
            f"{stage.talking:.0%}",
            _shown(server.cores, 2),
            _shown(server.memory_bytes and server.memory_bytes / _MIB),
            _shown(server.lag_s and server.lag_s * 1000),
            f"<={server.work_ms[1]:.0f}" if server.work_ms else "-",
            style="red" if why else None,
        )
    reasons = [f"{stage.calls} calls: {why}" for stage, why in loaded.stages if why]
    table.caption = "\n".join([*reasons, *_held(loaded), "times in ms; lag: longest wait for a decoder; work: p95"])
    return table


def _held(loaded: Loaded) -> list[str]:
    return [
        f"{loaded.held} calls held; a call costs {_shown(loaded.cores, 3)} cores and "
        f"{_shown(loaded.memory_bytes and loaded.memory_bytes / _MIB, 1)} MiB"
    ]


def _shown(value: float | None, digits: int = 0) -> str:
    return "-" if value is None or value != value else f"{value:.{digits}f}"
