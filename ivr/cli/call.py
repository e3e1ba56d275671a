"""`ivr call`: one call against a running server, as the carrier would make it."""

import asyncio
import json
import secrets
from pathlib import Path
from typing import Annotated

import httpx
import numpy as np
import typer
from rich.console import Console

from ivr.core.errors import IvrError
from ivr.core.settings import Settings
from ivr.replay.carrier import CallRecord, CarrierCall, Line
from ivr.replay.case import Act, Case, Turn
from ivr.replay.wires import SocketWire
from ivr.speech.audio import mulaw_encode, read_any, write_mulaw_wav

_KEYS = set("0123456789*#")


def call(
    url: Annotated[str, typer.Option(help="The server, e.g. http://127.0.0.1:8000 (its IVR_PUBLIC_URL).")],
    turns: Annotated[
        list[str], typer.Argument(help="What the caller does, in order: an audio file, or keys like 1 or 4827316#.")
    ],
    caller: Annotated[str, typer.Option(help="The caller's number.")] = "+919415550199",
    speed: Annotated[float, typer.Option(min=0.1, max=20, help="Times as fast as life.")] = 1.0,
    save: Annotated[
        Path | None, typer.Option(help="Write both sides as a two-channel WAV: caller left, helpline right.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Call a running server. The carrier's token is read from IVR_TWILIO_AUTH_TOKEN."""
    try:
        settings = Settings.load(prepare=False)
        case = Case("call", Path(), "a call by hand", "", caller, tuple(map(_turn, turns)))
        record = asyncio.run(_call(url.rstrip("/"), settings, case, speed))
    except IvrError as error:
        typer.echo(f"ivr call: {error}", err=True)
        raise typer.Exit(1) from error
    except (OSError, httpx.HTTPError) as error:
        typer.echo(f"ivr call: {url} cannot be reached ({error}); is `ivr serve` running there?", err=True)
        raise typer.Exit(1) from error
    if save is not None:
        _save(save, record)
    _tell(record, as_json)


def _turn(text: str) -> Turn:
    if set(text) <= _KEYS:
        return Turn(Act.PRESS, text)
    return Turn(Act.SAY, text, text, mulaw_encode(np.asarray(read_any(Path(text)), np.int16)))


async def _call(url: str, settings: Settings, case: Case, speed: float) -> CallRecord:
    async with httpx.AsyncClient(timeout=15) as client:
        wire = SocketWire(client, settings.twilio_auth_token.get_secret_value(), speed)
        sid = "CA" + secrets.token_hex(16)
        number = settings.twilio_number or "+911800111555"
        return await CarrierCall(wire, case, Line(f"{url}/twilio/voice", number), sid).run()


def _save(path: Path, record: CallRecord) -> None:
    caller = b"".join(bytes(h.caller) for h in record.streams)
    helpline = b"".join(bytes(h.helpline) for h in record.streams)
    both = np.stack([np.frombuffer(side, np.uint8) for side in (caller, helpline)], axis=1)
    write_mulaw_wav(path, both.tobytes(), channels=2)


def _tell(record: CallRecord, as_json: bool) -> None:
    spoken = [s for h in record.streams for s in h.spoken]
    if as_json:
        replies = [s.answered_ms - s.ended_ms if s.answered_ms is not None else None for s in spoken]
        seconds = sum(len(h.caller) for h in record.streams) / 8000
        line = {
            "call_sid": record.call_sid,
            "seconds": seconds,
            "reply_ms": replies,
            "gathered": record.gathered,
            "dialled": len(record.dialled),
            "ended": record.ended,
        }
        typer.echo(json.dumps(line))
        return
    console = Console(stderr=True)
    for turn in spoken:
        reply = f"{turn.answered_ms - turn.ended_ms} ms" if turn.answered_ms is not None else "no answer"
        console.print(f"{turn.turn.file}: answered after {reply}", markup=False)
    console.print(f"ended by the {record.ended}")
