"""`ivr models`: which speech models there are, whether they work, and getting better ones. Only the command lines.

Alpha Cephei's models are trained on speech at 16 kHz: a caller's 8 kHz are resampled for them. The large Hindi one has
a static graph and takes no grammar at run time, so answers such as yes and no are heard by free recognition only.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from ivr.cli.models_graph import graph, words
from ivr.core.data import data_dir
from ivr.core.errors import DataError, ModelError
from ivr.core.settings import Settings
from ivr.speech.install import download
from ivr.speech.install.inventory import Found, inventory
from ivr.speech.install.place import Choice, Installed
from ivr.speech.install.place import install as put_in_place
from ivr.speech.install.trial import try_out
from ivr.speech.models import ModelRegistry

app = typer.Typer(help="Speech models: which there are, whether they work, better ones.", no_args_is_help=True)
app.command("words")(words)
app.command("graph")(graph)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object a model on stdout.")]
_LANG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_TELEPHONE_HZ = 8000


def _home(settings: Settings) -> Path:
    """Where models are installed."""
    return settings.speech_models.absolute()


def _found(settings: Settings) -> list[Found]:
    places = {"installed": _home(settings)}
    try:
        places["bundled"] = data_dir("audio") / "models"
    except DataError:
        typer.echo("ivr models: this installation has no bundled models", err=True)
    registry = ModelRegistry(settings.speech_models)
    return list(inventory(places, frozenset(registry.path(lang).absolute() for lang in registry.languages())))


@app.command("list")
def list_models(as_json: AsJson = False) -> None:
    """List the models on this machine. A star marks those in force."""
    found = _found(Settings.load(prepare=False))
    for model in found:
        typer.echo(_json(model) if as_json else _line(model))
    if not found:
        typer.echo("No models; run `ivr models install LANG`.", err=True)


@app.command()
def verify(
    lang: Annotated[str | None, typer.Argument(help="Only the models of this language.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check each model's files, load it in a process of its own and let it hear a second of speech.

    Exit 1 when one is broken, or there is none.
    """
    found = [model for model in _found(Settings.load(prepare=False)) if lang in (None, model.lang)]
    if not found:
        raise ModelError(f"no model{f' for {lang!r}' if lang else ''}; run `ivr models install {lang or 'LANG'}`")
    whole = [_verified(model, as_json) for model in found]
    if not all(whole):
        raise typer.Exit(1)


def _verified(model: Found, as_json: bool) -> bool:
    """False, and what to do on stderr, when the model is broken."""
    try:
        trial = try_out(model.lang, model.path)
    except ModelError as error:
        if as_json:
            typer.echo(_json(model, ok=False, problem=str(error)))
        typer.echo(f"ivr models: {error}\n  {_remedy(model)}", err=True)
        return False
    if as_json:
        typer.echo(_json(model, ok=True, **asdict(trial)))
        return True
    typer.echo(f"{_line(model)}\n    loads in {trial.load_s:.1f} s, {trial.memory_mb} MB; heard: {trial.heard or '-'}")
    return True


def _remedy(model: Found) -> str:
    if model.origin == "bundled":
        return "It came with this package: install the package again."
    return f"Run `ivr models install {model.lang} --again`, or delete {model.path} to use the bundled model."


@app.command()
def install(
    lang: Annotated[str, typer.Argument(help="The language, as its folder in grammars/ is called: hi, te.")],
    name: Annotated[str, typer.Option(help="Which model of the list; the small one when not given.")] = "",
    source: Annotated[
        str, typer.Option("--from", metavar="FILE|URL", help="A model's zip, its address, or another list's address.")
    ] = "",
    again: Annotated[bool, typer.Option("--again", help="Even if this model is in its place already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Install a model that Alpha Cephei publishes, into IVR_MODELS_DIR or "models" in the data folder.

    An interrupted download goes on when the command is run again. The model is checked and tried before it replaces the
    one that is there. Models at 16 kHz are used by resampling the call. Static ones, such as the large Hindi model,
    take no grammar at run time: every answer is recognised freely. Without internet: --from a zip.
    """
    if not _LANG.fullmatch(lang):
        raise typer.BadParameter("must be a language such as hi or te", param_hint="LANG")
    if name and source.endswith(".zip"):
        raise typer.BadParameter("chooses from a list; --from gives one model already", param_hint="--name")
    settings = Settings.load(prepare=False)
    with _progress() as progress:
        done = put_in_place(Choice(lang, name, source, again), _home(settings), progress)
    _report(done, as_json)
    _advise(done, settings)


@contextmanager
def _progress() -> Iterator[download.Progress]:
    """A bar on stderr; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _report(done: Installed, as_json: bool) -> None:
    if as_json:
        trial = asdict(done.trial) if done.trial else {}
        told = {"lang": done.lang, "name": done.name, "path": str(done.path), "changed": done.changed}
        typer.echo(json.dumps({**told, "replaced": done.replaced, **trial}, ensure_ascii=False))
    elif not done.changed:
        typer.echo(f"{done.lang}: {done.name} is already in {done.path}; --again installs it anew.", err=True)
    else:
        typer.echo(f"{done.lang}: {done.name} is in {done.path}.", err=True)


def _advise(done: Installed, settings: Settings) -> None:
    """What is left to do, on stderr."""
    if done.trial and done.trial.rate_hz != _TELEPHONE_HZ:
        typer.echo(f"It works at {done.trial.rate_hz} Hz; calls are resampled for it.", err=True)
    if done.trial and not done.trial.dynamic:
        typer.echo("Its graph is static: it takes no grammars, every answer is recognised freely.", err=True)
    if done.changed:
        typer.echo(
            f"Running servers keep the former one until restarted. Next: ivr models words --lang {done.lang}", err=True
        )


def _json(model: Found, **more: object) -> str:
    return json.dumps({**asdict(model), "path": str(model.path), **more}, ensure_ascii=False)


def _line(model: Found) -> str:
    mark = "*" if model.in_force else " "
    where = f"{mark} {model.lang:4} {model.origin:9} {model.size / 1e6:7.1f} MB"
    if model.problem:
        return f"{where}  BROKEN: {model.problem}"
    graph_kind = "grammars at run time" if model.dynamic else "static graph"
    count = "?" if model.words is None else str(model.words)
    return f"{where}  {model.rate_hz} Hz  {graph_kind}, {count} words  {model.name or model.path}"
