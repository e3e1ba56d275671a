"""Which words of a caller may leave the house: those that the grammars know and that are no number or name. Pure.

An allow-list: a word that the grammars do not know is taken for a name or an address. A recogniser that knows few
words writes a name as some word that it does know, mostly with little confidence; so an unsure word is private too.
That is not proof: a person listens before a call leaves the house.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.core.data import load_mapping, wrong
from ivr.understanding.text import words
from ivr.understanding.understand import Understander

FILE = "private.yaml"
SURE = 0.5  # confidence below which a word may be anything
NUMBER_RUN = 3  # so many number words in a row are somebody's number
NAME_WORDS = 3  # a name has at most so many

Phrases = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SaidWord:
    """A word as recognised. `confidence` 0..1."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class PrivateWords:
    """One language's rules. `known` and `number` tell of a word whether the grammars have it, whether it counts."""

    known: Callable[[str], bool]
    number: Callable[[str], bool]
    follows: Phrases = ()
    precedes: Phrases = ()

    @classmethod
    def of(cls, understander: Understander, grammars_dir: Path, lang: str) -> "PrivateWords":
        """From grammars/<lang>. DataError where private.yaml is wrong, KeyError for a language without grammars."""
        grammar, slots = understander.grammars.by_language[lang], understander.reader(lang).slots
        fold = grammar.language.folder.fold
        vocabulary = {fold(word) for word in grammar.vocabulary}
        path = grammars_dir / lang / FILE
        table = load_mapping(path) if path.exists() else {}
        return cls(
            known=lambda word: fold(word) in vocabulary,
            number=lambda word: any(key.isdecimal() or slots.mixed.read(key, near=False) for key in fold(word)),
            follows=_phrases(path, table, "follows"),
            precedes=_phrases(path, table, "precedes"),
        )

    def private(self, said: Sequence[SaidWord], asked_for_digits: bool = False) -> frozenset[int]:
        """Places of the words that must not leave the house. `asked_for_digits`: any number word answers that."""
        plain = [" ".join(words(word.text)) for word in said]
        numbers = [self.number(word) for word in plain]
        unknown = {
            at for at, word in enumerate(said) if not (numbers[at] or self.known(plain[at])) or word.confidence < SURE
        }
        counted = {
            at
            for begin, end in _runs(numbers)
            if asked_for_digits or end - begin >= NUMBER_RUN
            for at in range(begin, end)
        }
        return frozenset(unknown | counted | _named(plain, self.follows, self.precedes))


def _named(said: Sequence[str], follows: Phrases, precedes: Phrases) -> set[int]:
    after = {at + len(p) + more for p in follows for at in _places(said, p) for more in range(NAME_WORDS)}
    before = {at - less for p in precedes for at in _places(said, p) for less in range(1, NAME_WORDS + 1)}
    return {at for at in after | before if 0 <= at < len(said)}


def _places(said: Sequence[str], phrase: tuple[str, ...]) -> list[int]:
    return [at for at in range(len(said) - len(phrase) + 1) if tuple(said[at : at + len(phrase)]) == phrase]


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """(begin, end) of every stretch of trues."""
    edges = [at for at in range(len(flags) + 1) if (at < len(flags) and flags[at]) != (at > 0 and flags[at - 1])]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _phrases(path: Path, table: object, name: str) -> Phrases:
    listed = table.get(name, []) if isinstance(table, dict) else None
    if not isinstance(listed, list) or not all(isinstance(text, str) and words(text) for text in listed):
        raise wrong(path, "must be a list of phrases", name)
    return tuple(tuple(words(text)) for text in listed)
