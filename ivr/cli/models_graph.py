"""`ivr models words` and `ivr models graph`: whether the speech models know the words of grammars/, and teaching them.

Only the command lines; `ivr.speech.graph` builds.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from ivr.core.data import data_dir
from ivr.core.errors import ModelError
from ivr.core.settings import Settings
from ivr.speech.graph import can_rebuild, rebuild
from ivr.speech.graph.sentences import practice
from ivr.speech.models import ModelRegistry
from ivr.understanding.grammars import Grammars

Lang = Annotated[list[str] | None, typer.Option("--lang", help="A language of grammars/; all when not given.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object a language on stdout.")]


def _languages(grammars: Grammars, asked: list[str] | None) -> list[str]:
    unknown = set(asked or ()) - set(grammars.languages)
    if unknown:
        raise typer.BadParameter(f"no grammars for {', '.join(sorted(unknown))}", param_hint="--lang")
    return asked or list(grammars.languages)


def words(
    lang: Lang = None,
    every: Annotated[bool, typer.Option("--all", help="Every word that the grammars use.")] = False,
    as_json: Json = False,
) -> None:
    """List the words of grammars/ that the speech models cannot hear; exit 1 when there are any."""
    grammars = Grammars.load(data_dir("grammars"))
    models = ModelRegistry(Settings.load().speech_models)
    short = False
    for name in _languages(grammars, lang):
        vocabulary = grammars.vocabulary(name)
        missing = models.get(name).missing(vocabulary)
        short = short or bool(missing)
        listed = sorted(vocabulary if every else missing)
        if as_json:
            report = {"lang": name, "words": len(vocabulary), "missing": len(missing), "listed": listed}
            typer.echo(json.dumps(report, ensure_ascii=False))
            continue
        typer.echo(f"{name}: {len(vocabulary)} words in grammars/, {len(missing)} unknown to the model", err=True)
        for word in listed:
            typer.echo(word)
    if short and not every:
        raise typer.Exit(1)


def _bundled(name: str) -> Path:
    return data_dir("audio") / "models" / name


def graph(
    lang: Lang = None,
    out: Annotated[Path | None, typer.Option(help="Folder for the models; in place when not given.")] = None,
    as_json: Json = False,
) -> None:
    """Teach the bundled models the words of grammars/: rebuild their decoding graphs, in seconds.

    With --out the models are copied to OUT/<lang> first; point IVR_MODELS_DIR there. Running servers keep the graph
    they loaded. Exit 1 when a word cannot be read by the model's letter rules.
    """
    grammars = Grammars.load(data_dir("grammars"))
    unread = False
    for name in _languages(grammars, lang):
        model = _source(name)
        target = out / name if out else model
        report = rebuild(model, grammars.hearable(name), practice(grammars, name), target)
        unread = unread or bool(report.unspeakable)
        if as_json:
            found = {"lang": name, "path": str(target), "words": report.words, "bytes": report.size}
            typer.echo(json.dumps(found | {"unspeakable": report.unspeakable}, ensure_ascii=False))
            continue
        typer.echo(f"{name}: {report.words} words, {report.size / 1e6:.1f} MB of graph in {target / 'graph'}", err=True)
        for word in report.unspeakable:
            typer.echo(f"{name}: no letter rule reads {word!r}", err=True)
    if unread:
        raise typer.Exit(1)


def _source(name: str) -> Path:
    """The model to teach: the configured one where it can be taught, else the bundled one."""
    configured = Settings.load().speech_models
    own = configured / name
    if can_rebuild(own):
        return own
    if not can_rebuild(_bundled(name)):
        raise ModelError(f"no model for {name!r} that can be given words; only bundled models can")
    return _bundled(name)
