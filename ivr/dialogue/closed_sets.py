"""Closed sets of answers, read from grammars/: named options of short questions, and the list of rumours."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.core.errors import DataError

NAMES = "names"
VERDICTS = ("false", "true", "partly")


@dataclass(frozen=True, slots=True)
class Rumour:
    """What is said of a rumour, by language: its short `name`, the `answer` and the `source` as it is spoken."""

    verdict: str
    name: Mapping[str, str]
    answer: Mapping[str, str]
    source: Mapping[str, str]


def named_options(grammars_dir: Path, languages: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Question -> its answers ("question.answer") in the order of the keys. DataError where languages differ."""
    found: dict[str, tuple[str, ...]] = {}
    for lang in languages:
        path = grammars_dir / lang / "options.yaml"
        for question, answers in _questions(path).items():
            names = tuple(f"{question}.{answer}" for answer in answers)
            if found.setdefault(question, names) != names:
                raise wrong(path, f"{question} has other answers than another language, or in another order", question)
    return found


def option_names(grammars_dir: Path, languages: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    """Language -> answer -> how it is named with its key. DataError where a name lacks."""
    return {lang: _names(grammars_dir / lang / "options.yaml") for lang in languages}


def _names(path: Path) -> dict[str, str]:
    spoken = load_mapping(path).get(NAMES, {}) if path.exists() else {}
    found: dict[str, str] = {}
    for question, answers in _questions(path).items():
        names = spoken.get(question, ())
        if len(names) != len(answers):
            raise wrong(path, f"{question} needs a name for each answer", NAMES)
        found |= {f"{question}.{answer}": name for answer, name in zip(answers, names, strict=True)}
    return found


def _questions(path: Path) -> Mapping[str, Any]:
    data = load_mapping(path) if path.exists() else {}
    return {question: answers for question, answers in data.items() if question != NAMES}


def read_office_says(path: Path, languages: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
    """Language -> code of an answer or a question of tickets.yaml -> its words."""
    data = load_mapping(path) if path.exists() else {}
    coded = {code: entry for kind in ("answers", "questions") for code, entry in data.get(kind, {}).items()}
    return {lang: {code: str(entry.get(lang, "")) for code, entry in coded.items()} for lang in languages}


def read_block(path: Path) -> range:
    """The code points of a language's script, from `script: "0900-097F"` of its language.yaml."""
    first, _, last = str(load_mapping(path).get("script", "")).partition("-")
    try:
        return range(int(first, 16), int(last, 16) + 1)
    except ValueError:
        raise wrong(path, "script must be a Unicode block like 0900-097F", "script") from None


def read_rumours(path: Path, languages: tuple[str, ...]) -> Mapping[str, Rumour]:
    """The list in its order. DataError where an entry lacks a source, a verdict or a language."""
    entries = load_mapping(path) if path.exists() else {}
    return {name: _rumour(path, name, raw, languages) for name, raw in entries.items()}


def _rumour(path: Path, name: str, raw: Mapping[str, Any], languages: tuple[str, ...]) -> Rumour:
    if raw.get("verdict") not in VERDICTS:
        raise wrong(path, f"verdict must be one of {', '.join(VERDICTS)}", name)
    if not raw.get("sources") or not all(one.get("name") and one.get("date") for one in raw["sources"]):
        raise wrong(path, "needs sources with name and date", name)
    spoken: dict[str, dict[str, str]] = {"name": {}, "answer": {}, "source": {}}
    for part, texts in spoken.items():
        for lang in languages:
            text = (raw.get(lang) or {}).get(part)
            if not isinstance(text, str):
                raise DataError(f"{path}:1: {name} has no {part} in {lang}")
            texts[lang] = text
    return Rumour(raw["verdict"], **spoken)
