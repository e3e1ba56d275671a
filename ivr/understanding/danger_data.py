"""The concepts of danger as data: grammars/emergency.yaml (the events, the same for every language) and
grammars/<lang>/danger.yaml (each concept's words). Reads and checks; finding them is for `danger`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong

ANY = "*"
END = "$"  # stands for the end of the utterance
MARKS = ("talk", "once", "was", "now", "just", "ongoing")

Group = tuple[str, ...]


@dataclass(frozen=True)
class Harmless:
    """`concepts` said together silence `kinds` where none of `unless` is said."""

    concepts: tuple[str, ...]
    unless: tuple[str, ...]
    kinds: frozenset[str]


@dataclass(frozen=True)
class Dangers:
    """The data. `events` and `doubts`: (kind, groups of concepts of which each must be said); `words`: concept -> its
    expressions."""

    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    endings: tuple[str, ...] = ()
    events: tuple[tuple[str, tuple[Group, ...]], ...] = ()
    doubts: tuple[tuple[str, tuple[Group, ...]], ...] = ()
    harmless: tuple[Harmless, ...] = ()
    marks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # talk, now, ongoing -> concepts
    grave: frozenset[str] = frozenset()
    reach: int = 8
    tails: tuple[tuple[str, tuple[str, ...]], ...] = ()  # last letters of a beginning, and how it mostly goes on
    stem: int = 4  # letters of a beginning from which any end may follow: Telugu's "kr", a stick, begins too much


def sayable(dangers: Dangers, concept: str) -> tuple[str, ...]:
    """The concept's expressions as they may be said, beginnings as they mostly go on; what is only an ending, or in the
    middle of a sentence, cannot be."""
    found: dict[str, None] = {}
    for text in dangers.words[concept]:
        found |= dict.fromkeys(_whole(dangers, text.removesuffix(ANY)) if text.endswith(ANY) else (text,))
    return tuple(text for text in found if ANY not in text and END not in text)


def _whole(dangers: Dangers, beginning: str) -> Iterator[str]:
    for last, tails in dangers.tails:
        if beginning.endswith(tuple(last)):
            yield from (beginning + tail for tail in tails)
            return
    yield beginning


def load_dangers(grammars_dir: Path, lang: str) -> Dangers:
    """Both files. DataError with file and line for a concept that nobody has words for; no file, no events."""
    path, words_path = grammars_dir / "emergency.yaml", grammars_dir / lang / "danger.yaml"
    if not path.exists() or not words_path.exists():
        return Dangers()
    data, own = load_mapping(path), load_mapping(words_path)
    words = {name: _spoken(own["concepts"], name, words_path) for name in own.get("concepts") or {}}
    events, doubts = _lines(data.get("events") or {}), _lines(data.get("doubts") or {})
    harmless = tuple(
        Harmless(tuple(entry["concepts"].split()), tuple(entry["unless"].split()), frozenset(entry["kinds"]))
        for entry in data.get("harmless") or ()
    )
    marks = {mark: tuple(data.get(mark) or ()) for mark in MARKS}
    named = [name for _, groups in (*events, *doubts) for group in groups for name in group]
    named += [name for entry in harmless for name in (*entry.concepts, *entry.unless)]
    for name in (*named, *(name for names in marks.values() for name in names)):
        if not words.get(name):
            raise wrong(words_path, f"no words for {name!r}, which {path.name} names", "concepts")
    grave = frozenset(data.get("grave") or ())
    endings = tuple(own.get("endings") or ())
    tails = tuple((last, tuple(found)) for last, found in (own.get("tails") or {}).items())
    reach, stem = data.get("reach", 8), own.get("stem", 4)
    return Dangers(words, endings, events, doubts, harmless, marks, grave, reach, tails, stem)


def _lines(kinds: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[Group, ...]], ...]:
    """Each line of each kind, in the file's order."""
    return tuple(
        (kind, tuple(tuple(group.split("|")) for group in line.split()))
        for kind, lines in kinds.items()
        for line in lines
    )


def _spoken(concepts: Mapping[str, Any], name: str, path: Path) -> tuple[str, ...]:
    """The concept's expressions; <other> stands for all of the other's."""
    found: list[str] = []
    for text in concepts[name]:
        if not isinstance(text, str):
            raise wrong(path, f"must be words, is {text!r}", "concepts", name)
        inner = text[1:-1] if text.startswith("<") else ""
        if inner and inner not in concepts:
            raise wrong(path, f"no concept {inner!r}", "concepts", name)
        found += _spoken(concepts, inner, path) if inner else [text]
    return tuple(dict.fromkeys(found))
