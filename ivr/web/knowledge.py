"""What a process knows: grammars, catalogue, script and models, read once for any number of assemblies."""

import gc
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy
import rapidfuzz

from ivr.call.hearing import Hearing
from ivr.core.data import data_dir
from ivr.core.kept import fingerprint, kept
from ivr.dialogue.script import Script
from ivr.speech.models import ModelRegistry
from ivr.understanding.abuse import Abuse
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.grammars import Grammars
from ivr.understanding.understand import Understander

KEPT = Path("var/cache")  # of commands that have no settings
_PACKAGE = Path(__file__).resolve().parent.parent
_READING = ("core", "understanding", "dialogue")  # rooms whose code decides what is read
_VERSIONS = f"numpy {numpy.__version__}, rapidfuzz {rapidfuzz.__version__}"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is read of grammars/ and the models. Holds no state of a call: one serves any number of assemblies."""

    catalogue: Catalogue
    grammars: Grammars
    understander: Understander
    script: Script
    models: ModelRegistry

    @classmethod
    def load(cls, models_dir: Path | None = None, learnt: Path | None = None, cache: Path | None = None) -> "Knowledge":
        """Read it all, ready for the first call; `learnt`: the folder of phrases learnt from calls. `cache`: a folder
        that keeps what was read, which takes several times as long to read anew. DataError with file and line."""
        folder = data_dir("grammars")
        read = partial(_read, folder, learnt)
        found = kept(cache, "grammars", _mark(folder, learnt), read) if cache is not None else read()
        gc.collect()
        gc.freeze()  # it lives as long as the process: each full collection would walk through it in mid-call
        return cls(*found, ModelRegistry(models_dir))


def _mark(folder: Path, learnt: Path | None) -> str:
    """The fingerprint of all that decides what is read; of where it lies too, for what was read names its files."""
    made_from = [folder, *(_PACKAGE / room for room in _READING), *([learnt] if learnt else [])]
    return fingerprint(made_from, _VERSIONS, str(folder.resolve()))


def _read(folder: Path, learnt: Path | None) -> tuple[Catalogue, Grammars, Understander, Script]:
    understander = Understander.load(folder, learnt)
    understander.warm()
    return understander.catalogue, understander.grammars, understander, Script.load(folder)


def hearing(known: Knowledge, emergency_keys: str) -> Hearing:
    """What a line asks of the languages while somebody is still speaking."""
    understander = known.understander
    return Hearing(
        only_listening=understander.only_listening,
        emergency=understander.emergency,
        emergency_so_far=partial(understander.emergency, whole=False),
        digits=understander.digits_heard,
        abusive=Abuse.load(data_dir("grammars"), known.grammars.languages).spoken,
        emergency_keys=emergency_keys,
        back_channel={
            lang: grammar.language.back_channel_phrases for lang, grammar in known.grammars.by_language.items()
        },
    )


def fillers(grammars: Grammars) -> dict[str, frozenset[str]]:
    """The words that mean nothing, by language."""
    return {lang: grammar.language.filler_words for lang, grammar in grammars.by_language.items()}
