"""What a recogniser with a given word error makes of what a simulated caller says: a free pass, a pass bound to the
wait's grammar where there is one, and what a recogniser of another language hears in it. Seeded; measures nothing."""

import random
from collections.abc import Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from ivr.dialogue.commands import Listen
from ivr.dialogue.events import Said
from ivr.speech.agreement import TwoPasses, agree, nbest
from ivr.speech.recogniser import NOTHING_HEARD, Recognition, Word
from ivr.understanding.corrupt import Corrupter
from ivr.understanding.grammars import Grammars
from ivr.understanding.result import Hypothesis, WaitKind
from ivr.understanding.text import Folder, words

_OWN, _SECOND, _OTHER = 0.9, 0.45, 0.5  # confidence of the right language's readings, and of another one's
_BOUND_ERROR = 0.4  # of the free pass's word error: a grammar of few words is heard better
_ALIKE = 0.6  # under a grammar, a word that sounds so much like one of its own is taken for it


@dataclass(frozen=True)
class MisHearing:
    """Hears for one word error rate."""

    grammars: Grammars
    rate: float

    def said(self, text: str, lang: str, listen: Listen, chance: random.Random, barged_in: bool = False) -> Said:
        """The event of one utterance at a wait."""
        passes = {other: self._passes(text, lang, other, listen, chance) for other in listen.langs}
        agreed = any(agree(found) for found in passes.values())
        return Said({other: nbest(found) for other, found in passes.items()}, agreed, barged_in)

    def _passes(self, text: str, lang: str, by: str, listen: Listen, chance: random.Random) -> TwoPasses:
        if by != lang:
            foreign = [_vocabulary(self.grammars, by).alike(word) or "" for word in words(text)]
            return TwoPasses(_recognition((" ".join(filter(None, foreign)),), _OTHER))
        free = tuple(self._corrupt(text, lang, chance) for _ in range(2))
        found, known = _recognition(free, _OWN), _expected(self.grammars, by, listen.kind, listen.choices)
        return TwoPasses(found) if known is None else TwoPasses(found, self._bound(text, known, chance))

    def _corrupt(self, text: str, lang: str, chance: random.Random) -> str:
        if not self.rate:
            return " ".join(words(text))
        hearer = _corrupter(self.grammars, lang)
        return replace(hearer, rate=self.rate, seed=chance.getrandbits(31)).corrupt(text)

    def _bound(self, text: str, known: "_Words", chance: random.Random) -> Recognition:
        heard, noise = [], 0
        for word in words(text):
            missed = chance.random() < self.rate * _BOUND_ERROR
            found = known.alike(word, itself=not missed)
            if found is None:
                noise += 1
            else:
                heard.append(found)
        if noise > len(heard) or not heard:
            return NOTHING_HEARD
        return _recognition((" ".join(heard),), _OWN * len(heard) / (len(heard) + noise))


@dataclass(frozen=True)
class _Words:
    """Words that can be heard, sorted, and how each sounds."""

    folder: Folder
    written: tuple[str, ...]
    sounds: tuple[str, ...]
    _own: frozenset[str]
    _nearest: dict[tuple[str, bool], str | None] = field(default_factory=dict)

    @classmethod
    def of(cls, known: Set[str], grammars: Grammars) -> "_Words":
        folder = next(iter(grammars.by_language.values())).language.folder
        written = tuple(sorted(known))
        return cls(folder, written, tuple(_sound(word, folder) for word in written), frozenset(known))

    def alike(self, word: str, itself: bool = True) -> str | None:
        """The word that sounds most like `word`, None where none does; with `itself` false, another one."""
        if itself and word in self._own:
            return word
        if (word, itself) not in self._nearest:
            pairs = zip(self.sounds, self.written, strict=True)
            choices = self.sounds if itself else [sound if other != word else "" for sound, other in pairs]
            scorer = Levenshtein.normalized_similarity
            hit = extractOne(_sound(word, self.folder), choices, scorer=scorer, score_cutoff=_ALIKE)
            self._nearest[word, itself] = self.written[hit[2]] if hit else None
        return self._nearest[word, itself]


# Built once for grammars, which never change, whatever the number of populations that speak.


@lru_cache(maxsize=8)
def _vocabulary(grammars: Grammars, lang: str) -> _Words:
    return _Words.of(grammars.vocabulary(lang), grammars)


@lru_cache(maxsize=8)
def _corrupter(grammars: Grammars, lang: str) -> Corrupter:
    """For any rate and seed: what sounds alike is the same for all."""
    return Corrupter(grammars.by_language[lang].language.folder, _vocabulary(grammars, lang).written, 0.0)


@lru_cache(maxsize=256)
def _expected(grammars: Grammars, lang: str, kind: WaitKind, choices: tuple[str, ...]) -> _Words | None:
    """The words of a wait's grammar; None where it has none."""
    phrases = grammars.recogniser_phrases(lang, kind, choices)
    return None if phrases is None else _Words.of({word for phrase in phrases for word in phrase.split()}, grammars)


def _sound(word: str, folder: Folder) -> str:
    return folder.sound(folder.script.key(word))


def _recognition(texts: Sequence[str], confidence: float) -> Recognition:
    """Readings, best first; the first that is not empty is what was heard."""
    kept = [text for text in dict.fromkeys(texts) if text]
    if not kept:
        return NOTHING_HEARD
    readings = tuple(Hypothesis(text, confidence * (_SECOND if at else 1.0)) for at, text in enumerate(kept))
    heard = tuple(Word(word, 400 * at, 400 * at + 400, confidence) for at, word in enumerate(kept[0].split()))
    return Recognition(kept[0], heard, confidence, False, readings, 1.0)
