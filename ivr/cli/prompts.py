"""`ivr prompts`: renders the prompts, prints the studio's script, and tells what is missing."""

import csv
import html
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from ivr.core.data import data_dir
from ivr.core.errors import IvrError
from ivr.core.settings import Settings
from ivr.dialogue.commands import Play
from ivr.speech.audio import mulaw_decode, write_wav
from ivr.speech.prompts import PromptLibrary

app = typer.Typer(help="Prompts: render, studio script, what is missing.", no_args_is_help=True)

Languages = Annotated[list[str] | None, typer.Option("--lang", help="Only this language; may be given again.")]
Lines = Annotated[bool, typer.Option("--json", help="One JSON object a line on standard output.")]
COLUMNS = ("language", "prompt", "file", "text", "about", "recorded")


def load_library() -> PromptLibrary:
    """The library with its cache in the data folder. Raises IvrError where settings or data are wrong."""
    folder = Settings.load(prepare=False).data_dir
    return PromptLibrary(data_dir("grammars"), data_dir("audio"), folder / "prompts", voices_dir=folder / "voices")


def _open(langs: list[str] | None) -> tuple[PromptLibrary, tuple[str, ...]]:
    try:
        library = load_library()
    except IvrError as error:
        typer.echo(f"ivr prompts: {error}", err=True)
        raise typer.Exit(1) from error
    unknown = set(langs or ()) - set(library.languages)
    if unknown:
        known = ", ".join(library.languages)
        raise typer.BadParameter(f"no prompts in {', '.join(sorted(unknown))}; there are {known}", param_hint="--lang")
    return library, tuple(langs or library.languages)


@app.command()
def render(
    lang: Languages = None,
    out: Annotated[Path | None, typer.Option(help="Also write each as WAV into this folder, by language.")] = None,
    json_lines: Lines = False,
) -> None:
    """Speak every prompt that has no places into the cache, so that the first caller does not wait for it."""
    library, langs = _open(langs=lang)
    wanted = [(one, ident) for one in langs for ident, prompt in library.prompts(one).items() if not prompt.places]
    failed = False
    for one, ident in track(wanted, "Speaking", console=Console(stderr=True), transient=True):
        try:
            spoken = library.render(Play(ident, one))
            if out is not None:
                (out / one).mkdir(parents=True, exist_ok=True)
                write_wav(out / one / f"{ident}.wav", mulaw_decode(spoken.mulaw))
        except (IvrError, OSError) as error:
            typer.echo(f"ivr prompts: {one} {ident}: {error}", err=True)
            failed = True
            continue
        if json_lines:
            typer.echo(json.dumps({"language": one, "prompt": ident, "duration_ms": spoken.duration_ms}))
    typer.echo(f"{len(wanted)} prompts", err=True)
    if failed:
        raise typer.Exit(1)


@app.command()
def sheet(
    out: Annotated[Path, typer.Argument(help="File to write: .csv, or .html to print.")], lang: Languages = None
) -> None:
    """Write the script for the studio: what to record, under which name, and what it is for."""
    library, langs = _open(langs=lang)
    kinds = {".csv": sheet_csv, ".html": sheet_html}
    if out.suffix not in kinds:
        raise typer.BadParameter("must end in .csv or .html", param_hint="OUT")
    try:
        out.write_text(kinds[out.suffix](list(rows(library, langs))), encoding="utf-8")
    except OSError as error:
        typer.echo(f"ivr prompts: {out}: {error.strerror or error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{out}", err=True)


@app.command()
def missing(lang: Languages = None, json_lines: Lines = False) -> None:
    """List what is not recorded, and prompts that one language has and another lacks (exit 1 when there are any)."""
    library, langs = _open(langs=lang)
    unrecorded = [row for row in rows(library, langs) if not row["recorded"]]
    for row in unrecorded if json_lines else ():
        typer.echo(json.dumps(row, ensure_ascii=False))
    for one in langs:
        count = sum(row["language"] == one for row in unrecorded)
        typer.echo(f"{one}: {count} recordings missing; {library.speaker(one)} speaks instead", err=True)
    every = {ident for one in library.languages for ident in library.prompts(one)}
    lacking = [(one, ident) for one in langs for ident in sorted(every - library.prompts(one).keys())]
    for one, ident in lacking:
        typer.echo(f"{one}: no text for {ident}", err=True)
    if lacking:
        raise typer.Exit(1)


def rows(library: PromptLibrary, langs: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """One row a recording: COLUMNS."""
    for lang in langs:
        for ident, prompt in library.prompts(lang).items():
            texts = prompt.stretches if prompt.places else (" ".join(prompt.stretches),)
            for file, text in zip(library.recordings(lang, ident), texts, strict=True):
                recorded = "yes" if file.exists() else ""
                values = (lang, ident, f"{lang}/{file.name}", text, prompt.about, recorded)
                yield dict(zip(COLUMNS, values, strict=True))


def sheet_csv(table: list[dict[str, str]]) -> str:
    """With a byte order mark: spreadsheets take it for Latin-1 without."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(table)
    return "\ufeff" + text.getvalue()


_PAGE = """<!doctype html>
<meta charset="utf-8">
<title>Prompts to record</title>
<style>
body {{ font: 12pt sans-serif }}
td, th {{ border-bottom: 1px solid #999; padding: .5em; text-align: left; vertical-align: top }}
td.text {{ font-size: 16pt }}
tr {{ break-inside: avoid }}
thead {{ display: table-header-group }}
</style>
<h1>Prompts to record</h1>
<p>One WAV file a line, mono, 16 bit, 16 kHz or better, named as in the first column.
Calm, clear, friendly; no music.</p>
<table><thead><tr><th>File<th>Text<th>What it is for<th>Done</thead>
{rows}
</table>
"""


def sheet_html(table: list[dict[str, str]]) -> str:
    lines = (
        f'<tr><td>{html.escape(row["file"])}<td class="text" lang="{row["language"]}">{html.escape(row["text"])}'
        f"<td>{html.escape(row['about'])}<td>{'✓' if row['recorded'] else '☐'}"
        for row in table
    )
    return _PAGE.format(rows="\n".join(lines))
