"""What grammars/<lang>/language.yaml says of one language: names, folding, words that carry no request."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.understanding.text import (
    Folder,
    Keys,
    Script,
    Substitutions,
    canon_table,
    read_rules,
    substitute,
    substitutions,
)


@dataclass(frozen=True)
class Language:
    """One language. All words are keys (sequences of keys where several words belong together).

    `fillers` are dropped; `back_channel` words only show that one listens; `weightless` words stay but weigh little;
    `cancel` sequences take back what was said before them; `names` are how its speakers call each language;
    `place_words` surround a place's name, `place_endings` are written together with it,
    `district_words` say that it is a district's.
    """

    id: str
    name: str
    english: str
    espeak: str
    folder: Folder
    fillers: Substitutions = field(default_factory=dict)
    back_channel: Substitutions = field(default_factory=dict)
    filler_words: frozenset[str] = frozenset()
    weightless: frozenset[str] = frozenset()
    back_channel_phrases: tuple[str, ...] = ()
    postpositions: frozenset[str] = frozenset()
    cancel: Substitutions = field(default_factory=dict)
    place_words: frozenset[str] = frozenset()
    place_endings: tuple[str, ...] = ()
    district_words: frozenset[str] = frozenset()
    names: Mapping[str, tuple[Keys, ...]] = field(default_factory=dict)
    written: frozenset[str] = frozenset()

    def content(self, keys: Keys) -> Keys:
        """The keys without fillers."""
        return substitute(keys, self.fillers)

    def only_listening(self, text: str) -> bool:
        """Whether the text is nothing but back-channel words; false for no text."""
        keys = self.folder.fold(text)
        return bool(keys) and not substitute(keys, self.back_channel)


def load_language(grammars_dir: Path, lang: str, script: Script) -> Language:
    """Read grammars/<lang>/language.yaml. DataError with file and line where it is wrong."""
    path = grammars_dir / lang / "language.yaml"
    data = load_mapping(path)
    if data.get("id", lang) != lang:
        raise wrong(path, f"id is {data['id']!r} but the folder is {lang!r}", "id")
    if not data.get("name"):
        raise wrong(path, "no name: what the language is called in its own language")
    folder = _folder(path, data, script)
    names = data.get("language_names") or {}
    return Language(
        id=lang,
        name=data["name"],
        english=data.get("english", lang),
        espeak=data.get("espeak", lang),
        folder=folder,
        filler_words=frozenset(word for text in _texts(path, data, "fillers") for word in text.split()),
        fillers=substitutions({folder.fold(text): () for text in _texts(path, data, "fillers")}),
        back_channel=substitutions({folder.fold(text): () for text in _texts(path, data, "back_channel")}),
        back_channel_phrases=tuple(_texts(path, data, "back_channel")),
        weightless=_single(folder, _texts(path, data, "postpositions") + _texts(path, data, "auxiliaries")),
        postpositions=_single(folder, _texts(path, data, "postpositions")),
        cancel=substitutions({folder.keys(text): () for text in _texts(path, data, "cancel")}),
        place_words=frozenset(key for text in _texts(path, data, "place_words") for key in folder.keys(text)),
        place_endings=tuple(dict.fromkeys(folder.key(text) for text in _texts(path, data, "place_endings"))),
        district_words=frozenset(key for text in _texts(path, data, "district_words") for key in folder.keys(text)),
        names={code: _longest_first(folder.keys(text) for text in texts) for code, texts in names.items()},
        written=frozenset(word for texts in names.values() for text in texts for word in text.split())
        | frozenset(
            word
            for part in ("fillers", "back_channel", "postpositions", "cancel")
            for text in _texts(path, data, part)
            for word in text.split()
        ),
    )


def _folder(path: Path, data: Mapping[str, Any], script: Script) -> Folder:
    fold = data.get("fold") or {}
    bare = Folder(script, read_rules(path, fold.get("letters"), "fold", "letters"))
    variants = fold.get("words") or {}
    for canonical, forms in variants.items():
        if not isinstance(forms, list) or not all(isinstance(form, str) for form in forms):
            raise wrong(path, f"the forms of {canonical!r} must be a list of words", "fold", "words", canonical)
    endings = {bare.key(ending) for ending in _texts(path, data, "case_endings")} - {""}
    return replace(
        bare,
        canon=canon_table(bare, variants),
        endings=tuple(sorted(endings, key=lambda ending: (-len(ending), ending))),
    )


def _texts(path: Path, data: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts; YAML's own words (no, yes, numbers) among them are a mistake."""
    texts = data.get(key) or []
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise wrong(path, f"{key} must be a list of words", key)
    return texts


def _single(folder: Folder, texts: Iterable[str]) -> frozenset[str]:
    """The words that stand alone in the list, folded; those of sequences ("in the name of") have meaning elsewhere."""
    folded = [folder.fold(text) for text in texts if len(text.split()) == 1]
    return frozenset(keys[0] for keys in folded if len(keys) == 1)


def _longest_first(items: Iterable[Keys]) -> tuple[Keys, ...]:
    return tuple(sorted({item for item in items if item}, key=lambda item: (-len(item), item)))
