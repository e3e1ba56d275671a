"""Phrases learnt from corrected calls, beside the grammars that are shipped.

learnt/<lang>.yaml in the data folder holds service -> sentences, as a supervisor accepted them. Written by the desk; a
machine without the folder has learnt nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ivr.core.data import load_mapping, wrong
from ivr.understanding.grammars import Grammars
from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.templates import Template, parse
from ivr.understanding.text import words

FOLDER = "learnt"
Phrases = Mapping[str, Mapping[str, Sequence[str]]]  # language -> service -> sentences


def load_learnt(folder: Path) -> Phrases:
    """Everything learnt so far. DataError with file and line where a file is wrong."""
    return {path.stem: _services(path) for path in sorted(folder.glob("*.yaml"))}


def taught(grammars: Grammars, learnt: Phrases) -> Grammars:
    """The grammars with these phrases. Languages and services that are not there (any more) are passed over."""
    by_language = {
        lang: _with(grammar, learnt[lang]) if learnt.get(lang) else grammar
        for lang, grammar in grammars.by_language.items()
    }
    return replace(grammars, by_language=by_language)


def _with(grammar: LanguageGrammar, learnt: Mapping[str, Sequence[str]]) -> LanguageGrammar:
    more = {
        service: (*grammar.services[service], *(_template(grammar, service, text) for text in texts))
        for service, texts in learnt.items()
        if service in grammar.services
    }
    return replace(grammar, services={**grammar.services, **more})


def _template(grammar: LanguageGrammar, service: str, text: str) -> Template:
    """A sentence is a template of plain words: what would be syntax is left out."""
    return parse(" ".join(words(text)), grammar.folder / FOLDER, service)


def _services(path: Path) -> Mapping[str, Sequence[str]]:
    found = load_mapping(path)
    for service, texts in found.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) and words(text) for text in texts):
            raise wrong(path, "must be a list of sentences", service)
    return found
