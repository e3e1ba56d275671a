"""`ivr recognize`: what the recogniser hears in audio files, one JSON object a file."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ivr.core.clock import SystemClock
from ivr.core.data import data_dir
from ivr.core.errors import IvrError
from ivr.core.settings import Settings
from ivr.speech.audio import read_any
from ivr.speech.models import ModelRegistry, SpeechModel
from ivr.speech.offline import HeardFile, hear
from ivr.understanding.grammars import Grammars
from ivr.understanding.result import WaitKind

_NEEDS_CHOICES = (WaitKind.CHOICE, WaitKind.MESSAGE, WaitKind.OPTION, WaitKind.RUMOUR)
WAITS = tuple(kind for kind in WaitKind if kind not in _NEEDS_CHOICES)


def as_json(file: Path, heard: HeardFile) -> dict[str, object]:
    """The line `ivr recognize` prints for a file."""
    return {
        "file": str(file),
        "text": heard.text,
        "nbest": [{"text": found.text, "confidence": round(found.confidence, 3)} for found in heard.nbest],
        "words": [
            {
                "text": word.text,
                "start_ms": word.start_ms,
                "end_ms": word.end_ms,
                "confidence": round(word.confidence, 3),
            }
            for word in heard.words
        ],
        "rejected": heard.rejected,
        "rtf": round(heard.rtf, 4),
    }


def recognize(
    files: Annotated[list[Path], typer.Argument(help="Audio files: WAV, or anything ffmpeg reads.")],
    lang: Annotated[str, typer.Option(help="The language spoken.")],
    wait: Annotated[
        str, typer.Option(help=f"What was asked, which chooses the grammar: {', '.join(WAITS)}.")
    ] = WaitKind.SERVICE.value,
    json_lines: Annotated[bool, typer.Option("--json", help="Machine-readable lines only (the default).")] = False,
) -> None:
    """Print what is heard in each file: text, n-best, words with times, whether it is rejected, and the speed."""
    if wait not in WAITS:
        raise typer.BadParameter(f"{wait!r} is none of {', '.join(WAITS)}", param_hint="--wait")
    try:
        grammars = Grammars.load(data_dir("grammars"))
        if lang not in grammars.languages:
            known = ", ".join(grammars.languages)
            raise typer.BadParameter(f"no grammars for {lang!r}; there are {known}", param_hint="--lang")
        model = ModelRegistry(Settings.load(prepare=False).speech_models).get(lang)
    except IvrError as error:
        typer.echo(f"ivr recognize: {error}", err=True)
        raise typer.Exit(1) from error
    phrases = grammars.recogniser_phrases(lang, WaitKind(wait))
    read = [_print(file, model, phrases) for file in files]
    if not all(read):
        raise typer.Exit(1)


def _print(file: Path, model: SpeechModel, phrases: tuple[str, ...] | None) -> bool:
    """False, and a line on stderr, when the file cannot be heard."""
    try:
        heard = hear(model, read_any(file), phrases, SystemClock())
    except IvrError as error:
        typer.echo(f"ivr recognize: {error}", err=True)
        return False
    typer.echo(json.dumps(as_json(file, heard), ensure_ascii=False))
    return True
