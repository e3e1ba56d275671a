"""What a recogniser with a given word error makes of what a simulated caller says: a free pass, a pass bound to the
wait's grammar where there is one, and what a recogniser of another language hears in it. Seeded; measures nothing."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extractOne

from ivr.dialogue.commands import Listen
from ivr.dialogue.events import Said
from ivr.speech.agreement import TwoPasses, agree, nbest
from ivr.speech.recogniser import NOTHING_HEARD, Recognition, Word
from ivr.understanding.corrupt import Corrupter
from ivr.understanding.grammars import Grammars
from ivr.understanding.result import Hypothesis
from ivr.understanding.text import words

_OWN, _SECOND, _OTHER = 0.9, 0.45, 0.5  # confidence of the right language's readings, and of another one's
_BOUND_ERROR = 0.4  # of the free pass's word error: a grammar of few words is heard better
_ALIKE = 0.6  # under a grammar, a word that sounds so much like one of its own is taken for it


@dataclass(frozen=True)
class MisHearing:
    """Hears for one word error rate."""

    grammars: Grammars
    rate: float
    _vocabularies: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _corrupters: dict[str, Corrupter] = field(default_factory=dict)
    _sounds: dict[tuple[str, ...], tuple[list[str], list[str]]] = field(default_factory=dict)
    _nearest: dict[tuple[int, str], str | None] = field(default_factory=dict)

    def said(self, text: str, lang: str, listen: Listen, chance: random.Random, barged_in: bool = False) -> Said:
        """The event of one utterance at a wait."""
        passes = {other: self._passes(text, lang, other, listen, chance) for other in listen.langs}
        agreed = any(agree(found) for found in passes.values())
        return Said({other: nbest(found) for other, found in passes.items()}, agreed, barged_in)

    def _passes(self, text: str, lang: str, by: str, listen: Listen, chance: random.Random) -> TwoPasses:
        phrases = self.grammars.recogniser_phrases(by, listen.kind, listen.choices)
        if by != lang:
            foreign = [self._alike(word, self._vocabulary(by)) or "" for word in words(text)]
            return TwoPasses(_recognition((" ".join(filter(None, foreign)),), _OTHER))
        free = tuple(self._corrupt(text, lang, chance) for _ in range(2))
        found = _recognition(free, _OWN)
        return TwoPasses(found) if phrases is None else TwoPasses(found, self._bound(text, phrases, chance))

    def _corrupt(self, text: str, lang: str, chance: random.Random) -> str:
        if not self.rate:
            return " ".join(words(text))
        if lang not in self._corrupters:
            folder = self.grammars.by_language[lang].language.folder
            self._corrupters[lang] = Corrupter(folder, self._vocabulary(lang), self.rate)
        return replace(self._corrupters[lang], seed=chance.getrandbits(31)).corrupt(text)

    def _bound(self, text: str, phrases: Sequence[str], chance: random.Random) -> Recognition:
        known = tuple(sorted({word for phrase in phrases for word in phrase.split()}))
        heard, noise = [], 0
        for word in words(text):
            missed = chance.random() < self.rate * _BOUND_ERROR
            found = self._alike(word, known, itself=not missed)
            if found is None:
                noise += 1
            else:
                heard.append(found)
        if noise > len(heard) or not heard:
            return NOTHING_HEARD
        return _recognition((" ".join(heard),), _OWN * len(heard) / (len(heard) + noise))

    def _alike(self, word: str, known: tuple[str, ...], itself: bool = True) -> str | None:
        """The word of `known` that sounds most like `word`, None where none does."""
        if itself and word in known:
            return word
        if known not in self._sounds:
            kept = list(known)
            self._sounds[known] = (kept, [self._sound(other) for other in kept])
        kept, sounds = self._sounds[known]
        key = (id(kept), word + ("" if itself else "!"))
        if key not in self._nearest:
            choices = sounds if itself else [s if o != word else "" for s, o in zip(sounds, kept, strict=True)]
            scorer = Levenshtein.normalized_similarity
            hit = extractOne(self._sound(word), choices, scorer=scorer, score_cutoff=_ALIKE)
            self._nearest[key] = kept[hit[2]] if hit else None
        return self._nearest[key]

    def _sound(self, word: str) -> str:
        folder = next(iter(self.grammars.by_language.values())).language.folder
        return folder.sound(folder.script.key(word))

    def _vocabulary(self, lang: str) -> tuple[str, ...]:
        if lang not in self._vocabularies:
            self._vocabularies[lang] = tuple(sorted(self.grammars.vocabulary(lang)))
        return self._vocabularies[lang]


def _recognition(texts: Sequence[str], confidence: float) -> Recognition:
    """Readings, best first; the first that is not empty is what was heard."""
    kept = [text for text in dict.fromkeys(texts) if text]
    if not kept:
        return NOTHING_HEARD
    readings = tuple(Hypothesis(text, confidence * (_SECOND if at else 1.0)) for at, text in enumerate(kept))
    heard = tuple(Word(word, 400 * at, 400 * at + 400, confidence) for at, word in enumerate(kept[0].split()))
    return Recognition(kept[0], heard, confidence, False, readings, 1.0)
