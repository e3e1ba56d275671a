"""The console's words: texts/<topic>.yaml, each text in every language beside the other. Checked when read.

Callers' words stand in grammars/; these are for the people at the desk. A text's name in templates is topic.name.
"""

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.core.errors import DataError

LANGUAGES: Mapping[str, str] = {"hi": "हिंदी", "te": "తెలుగు", "en": "English"}
FOLDER = Path(__file__).parent / "texts"
Texts = Mapping[str, Mapping[str, str]]


def load(folder: Path = FOLDER) -> Texts:
    """Language -> name -> text. DataError with file and line where one is missing or its {fields} differ."""
    texts: dict[str, dict[str, str]] = {lang: {} for lang in LANGUAGES}
    for path in sorted(folder.glob("*.yaml")):
        for name, entry in load_mapping(path).items():
            _check(path, name, entry)
            for lang in LANGUAGES:
                texts[lang][f"{path.stem}.{name}"] = entry[lang]
    return texts


def _check(path: Path, name: str, entry: Any) -> None:
    if not isinstance(entry, dict) or any(not isinstance(entry.get(lang), str) for lang in LANGUAGES):
        raise wrong(path, f"{name} must hold a text for each of {', '.join(LANGUAGES)}", name)
    if unknown := set(entry) - set(LANGUAGES) - {"about"}:
        raise wrong(path, f"{name} holds {', '.join(sorted(unknown))}, which is no language of the console", name)
    wanted = set(fields(entry["en"]))
    for lang in LANGUAGES:
        if set(fields(entry[lang])) != wanted:
            raise wrong(path, f"{name} has other {{fields}} in {lang} than in en", name, lang)


def fields(text: str) -> Iterator[str]:
    """The names in braces."""
    return (name for _, name, _, _ in string.Formatter().parse(text) if name)


@dataclass(frozen=True, slots=True)
class Words:
    """One language's texts, for one page."""

    lang: str
    texts: Mapping[str, str]

    def __call__(self, name: str, /, **values: object) -> str:
        """The text `name` with its fields filled in. DataError when there is none: a template names it wrongly."""
        try:
            text = self.texts[name]
        except KeyError:
            raise DataError(f"the console has no text {name}; write it into ivr/console/texts/") from None
        return text.format_map(values) if values else text

    def of(self, prefix: str, value: str | None) -> str:
        """The text of a stored word ("state." + "open"); the word itself where there is none, "-" for nothing."""
        return self.texts.get(f"{prefix}{value}", value) if value else "-"


def choose(wanted: str | None, accepted: str, texts: Texts) -> Words:
    """The words in the language wanted, else the first that the browser accepts, else English."""
    for lang in [wanted or "", *(part.split(";")[0].strip()[:2].lower() for part in accepted.split(","))]:
        if lang in texts:
            return Words(lang, texts[lang])
    return Words("en", texts["en"])
