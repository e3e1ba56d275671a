"""Corrupts a text as a recogniser with a given word error rate would: words heard as others that sound alike, lost, or
added. For measuring only; the same seed and text give the same corruption."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

from ivr.understanding.text import Folder, words

# Of all errors; telephone recognisers mostly mishear, lose short words and seldom add any.
_LOST = 0.25
_ADDED = 0.12
_LIKEST = 6


@dataclass(frozen=True)
class Corrupter:
    """`vocabulary` are the words (as written) that the recogniser can output; `rate` the word error rate 0..1."""

    folder: Folder
    vocabulary: Sequence[str]
    rate: float
    seed: int = 1
    _sounds: list[str] = field(default_factory=list)
    _likest: dict[str, list[str]] = field(default_factory=dict)

    def corrupt(self, text: str) -> str:
        """The text as misheard."""
        chance = np.random.default_rng([self.seed, zlib.crc32(text.encode())])
        heard: list[str] = []
        for word in words(text):
            if chance.random() >= self.rate:
                heard.append(word)
                continue
            kind = chance.random()
            if kind < _LOST:
                continue
            if kind < _LOST + _ADDED:
                heard.extend((word, self.vocabulary[int(chance.integers(len(self.vocabulary)))]))
                continue
            likest = self._like(word)
            heard.append(likest[int(chance.integers(len(likest)))])
        return " ".join(heard)

    def _like(self, word: str) -> list[str]:
        """The words of the vocabulary that sound most like this one, itself not among them."""
        found = self._likest.get(word)
        if found is None:
            if not self._sounds:
                self._sounds.extend(self._sound(known) for known in self.vocabulary)
            hits = extract(self._sound(word), self._sounds, scorer=Levenshtein.normalized_similarity, limit=_LIKEST + 4)
            found = [self.vocabulary[at] for _, _, at in hits if self.vocabulary[at] != word][:_LIKEST]
            self._likest[word] = found
        return found

    def _sound(self, word: str) -> str:
        return self.folder.sound(self.folder.key(word))
