"""`ivr case`: replay cases out of calls that were, and out of recordings of any kind."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from ivr.core.data import data_dir
from ivr.core.settings import Settings
from ivr.desk.case_export import Review, exported
from ivr.desk.kept_calls import exportable, kept_call
from ivr.replay.recording import case_of_recording
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.store.secrets import Secrets
from ivr.store.upgrade import require_newest
from ivr.understanding.private import PrivateWords

app = typer.Typer(help="Replay cases out of kept calls and out of recordings.", no_args_is_help=True)


@contextmanager
def _open() -> Iterator[tuple[Settings, Database]]:
    settings = Settings.load()
    db = Database(settings.database_url)
    try:
        require_newest(db)
        yield settings, db
    finally:
        db.dispose()


@app.command("list")
def list_calls(limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50) -> None:
    """Calls that may be exported: their callers agreed. The latest first."""
    with _open() as (_, db):
        found = exportable(db, limit)
    for sid, started, disposition in found:
        typer.echo(f"{sid}  {started}  {disposition}")
    if not found:
        typer.echo("No call whose caller agreed.", err=True)


@app.command("export")
def export(
    call_sid: Annotated[str, typer.Argument(help="The call, as `ivr case list` shows it.")],
    folder: Annotated[Path, typer.Argument(help="A new folder for the case.")],
    title: Annotated[str, typer.Option(help="What is special about the call.")] = "",
) -> None:
    """Make a case of a kept call; names, numbers and what was not recognised are cut out. Listen before it leaves."""
    from ivr.cli.understand import load_understander

    with _open() as (settings, db):
        secrets = Secrets(settings.secret_key.get_secret_value())
        call = kept_call(db, Calls(db, secrets), settings.data_dir, call_sid)
        private = PrivateWords.of(load_understander(), data_dir("grammars"), call.language)
        made = exported(call, private, Review(title))
    made.write(folder)
    typer.echo(f"{folder}: {len(made.files) - 1} spoken turns, {len(made.cut)} stretches beeped", err=True)
    typer.echo(f"{len(made.left_out)} turns left nothing. Listen to the files before they leave the house.", err=True)


@app.command("new")
def new(
    recording: Annotated[Path, typer.Argument(help="A call's recording: wav, mp3, m4a, ogg, raw µ-law; any rate.")],
    folder: Annotated[Path, typer.Argument(help="A new folder for the case.")],
    lang: Annotated[str, typer.Option(help="The caller's language, hi or te.")],
    channel: Annotated[int, typer.Option(min=1, max=2, help="The caller's channel in a two-sided recording.")] = 1,
    title: Annotated[str, typer.Option(help="What is special about the call.")] = "",
) -> None:
    """Make a case of a recording: the caller's turns are found by their voice, each written as a file of its own."""
    made = case_of_recording(recording, lang, channel - 1, title)
    made.write(folder)
    typer.echo(
        f"{folder}: {len(made.files) - 1} turns; now `ivr replay -v {folder}`, then write `say` and `expect`", err=True
    )
