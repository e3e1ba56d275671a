"""Whether a caller is abusive, by a list of each language's words. The caller is served all the same.

Words are compared as written, not folded: folding makes "year" of one of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.core.data import load_mapping, wrong
from ivr.understanding.text import words

FILE = "abuse.yaml"


@dataclass(frozen=True, slots=True)
class Abuse:
    """`phrases`: language -> sequences of words."""

    phrases: Mapping[str, tuple[tuple[str, ...], ...]]

    @classmethod
    def load(cls, grammars_dir: Path, languages: Iterable[str]) -> "Abuse":
        """Read grammars/<lang>/abuse.yaml, where there is one. DataError where it is wrong."""
        return cls({lang: _phrases(grammars_dir / lang / FILE) for lang in languages})

    def spoken(self, text: str, lang: str) -> bool:
        said = tuple(words(text))
        return any(_within(phrase, said) for phrase in self.phrases.get(lang, ()))


def _phrases(path: Path) -> tuple[tuple[str, ...], ...]:
    listed = load_mapping(path).get("words") if path.exists() else []
    if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
        raise wrong(path, "must be a list of words", "words")
    return tuple(phrase for text in listed if (phrase := tuple(words(text))))


def _within(phrase: tuple[str, ...], said: tuple[str, ...]) -> bool:
    length = len(phrase)
    return any(said[at : at + length] == phrase for at in range(len(said) - length + 1))
