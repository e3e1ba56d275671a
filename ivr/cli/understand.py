"""`ivr understand`: what the helpline makes of a text, one JSON object a line."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from ivr.core.clock import SystemClock, india_today
from ivr.core.data import data_dir
from ivr.understanding.result import Hypothesis, Understanding, WaitKind
from ivr.understanding.understand import Understander

WAITS = (
    WaitKind.SERVICE,
    WaitKind.YES_NO,
    WaitKind.DIGITS,
    WaitKind.NUMBER,
    WaitKind.DATE,
    WaitKind.PLACE,
    WaitKind.LANGUAGE,
)

_ALTERNATIVES = 3


def load_understander(learnt: Path | None = None) -> Understander:
    """The understander of the checkout's or the installed grammars, and of the phrases learnt in that folder. Raises
    DataError where they are wrong."""
    return Understander.load(data_dir("grammars"), learnt)


def as_json(understanding: Understanding, services: Iterable[str]) -> dict[str, object]:
    """The line `ivr understand` prints for it. At least three alternatives: further `services` follow with score 0."""
    alternatives = [{"intent": found.intent, "score": found.score} for found in understanding.alternatives]
    named = {found.intent for found in understanding.alternatives}
    others = (service for service in services if service not in named)
    alternatives += [
        {"intent": service, "score": 0.0} for service in islice(others, max(0, _ALTERNATIVES - len(alternatives)))
    ]
    line: dict[str, object] = {
        "text": understanding.text,
        "lang": understanding.lang,
        "intent": understanding.intent,
        "score": understanding.score,
        "margin": understanding.margin,
        "band": understanding.band.value,
        "alternatives": alternatives,
        "slots": dict(understanding.slots),
    }
    extra = {
        "emergency": understanding.emergency,
        "command": understanding.command,
        "language": understanding.language,
    }
    line.update({name: value for name, value in extra.items() if value is not None})
    return line


def understand(
    texts: Annotated[list[str] | None, typer.Argument(help="Texts; without any, one a line on standard input.")] = None,
    lang: Annotated[str, typer.Option(help="The language spoken: a folder under grammars/.")] = "hi",
    wait: Annotated[str, typer.Option(help=f"What was asked: {', '.join(WAITS)}.")] = WaitKind.SERVICE.value,
    today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The reference day for dates.")] = None,
    json_lines: Annotated[bool, typer.Option("--json", help="Machine-readable lines only (the default).")] = False,
) -> None:
    """Print what is understood of each text: intent, score, band, alternatives and slots."""
    if wait not in tuple(WAITS):
        raise typer.BadParameter(f"{wait!r} is none of {', '.join(WAITS)}", param_hint="--wait")
    understander = load_understander()
    if lang not in understander.grammars.languages:
        known = ", ".join(understander.grammars.languages)
        raise typer.BadParameter(f"no grammars for {lang!r}; there are {known}", param_hint="--lang")
    day = today.date() if today else india_today(SystemClock().now())
    for text in _texts(texts):
        print_line(understander, text, lang, WaitKind(wait), day)


def print_line(understander: Understander, text: str, lang: str, kind: WaitKind, today: date) -> None:
    found = understander.understand((Hypothesis(text),), lang, kind, today)
    typer.echo(json.dumps(as_json(found, understander.catalogue.services), ensure_ascii=False))


def _texts(texts: list[str] | None) -> Iterator[str]:
    if texts:
        yield from texts
        return
    for line in sys.stdin:
        yield line.rstrip("\r\n")
