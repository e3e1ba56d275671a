"""The words that phrases are made of, found by spelling, stem, sound or nearness of sound. Knows no services."""

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ivr.understanding.near import NearSounds
from ivr.understanding.text import Folder, Keys

SAME_SOUND = 0.94
SAME_STEM = 0.9
SAME_SOUND_STEM = 0.86
JOINED = 0.95
_NEAR_FROM = 0.7  # normalised similarity of two sounds from which they count as near
_NEAR_LEAST_SOUNDS = 4
_NEAR_COUNT = 4
_MISHEARD_FROM = 0.75  # as _NEAR_FROM, for a word that is known but may have been misheard for another
_MISHEARD = 0.6
_CUT_LEAST_SOUNDS = 3
_CUT_MOST = 4  # sounds that a word may lose at its end
_CUT_MOST_WORDS = 6  # more words than these begin so: the beginning tells nothing
_CUT = 0.6
_CUT_LEAST_SOUNDS_BESIDE = 5  # the same for a beginning that also sounds near another word,
_CUT_BESIDE = 0.66  # and what it counts: words are cut oftener than changed
_STEM_LEAST = 3  # letters of a stem from which it tells words apart: not "ag" of fire and ahead
_STEM_LEAST_KNOWN = 4  # the same for a word that is known as it is: not "kai", many, in "kaise", how
_JOIN_LEAST_SOUNDS = 5  # of a word that a recogniser may have torn in two
_JOIN_FROM = 0.75
_CACHE_TOKENS = 100_000

Found = tuple[tuple[int, float], ...]


@dataclass
class Lexicon:
    """Words (keys) by number. `joins` are words that may be said as one: the key written together -> its words."""

    folder: Folder
    words: tuple[str, ...]
    ids: dict[str, int] = field(default_factory=dict)
    joins: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _stems: dict[str, list[int]] = field(default_factory=dict)
    _sounds: dict[str, list[int]] = field(default_factory=dict)
    _sound_stems: dict[str, list[int]] = field(default_factory=dict)
    _near: NearSounds = field(default_factory=NearSounds)
    _beginnings: dict[str, list[str]] = field(default_factory=dict)
    _cache: dict[str, Found] = field(default_factory=dict)
    _joined: dict[str, Found] = field(default_factory=dict)

    @classmethod
    def build(cls, folder: Folder, phrases: Iterable[Keys], *, loose: bool = True) -> "Lexicon":
        """A lexicon of all the words of the phrases. Not `loose`: words that only sound near are not looked for, so
        that everything found is at least `SAME_SOUND_STEM` alike."""
        phrases = list(phrases)
        words = tuple(sorted({word for phrase in phrases for word in phrase}))
        lexicon = cls(folder, words, {word: i for i, word in enumerate(words)})
        for i, word in enumerate(words):
            stem, sound = folder.stem(word), folder.sound(word)
            lexicon._stems.setdefault(stem, []).append(i)
            lexicon._sounds.setdefault(sound, []).append(i)
            lexicon._sound_stems.setdefault(folder.sound(stem), []).append(i)
        for pair in {pair for phrase in phrases for pair in itertools.pairwise(phrase)}:
            lexicon.joins.setdefault(folder.sound("".join(pair)), tuple(lexicon.ids[word] for word in pair))
        if loose:
            lexicon._index_near()
        return lexicon

    def _index_near(self) -> None:
        self._near = NearSounds.build(self._sounds)
        for sound in self._sounds:
            for cut in range(max(_CUT_LEAST_SOUNDS, len(sound) - _CUT_MOST), len(sound)):
                self._beginnings.setdefault(sound[:cut], []).append(sound)

    def find(self, token: str) -> Found:
        """The words that the token may be, with similarity 0..1, best first; () when it sounds like none."""
        found = self._cache.get(token)
        if found is None:
            found = self._find(token)
            if len(self._cache) < _CACHE_TOKENS:
                self._cache[token] = found
        return found

    def _find(self, token: str) -> Found:
        best: dict[int, float] = {}
        if token in self.ids:
            best[self.ids[token]] = 1.0
        stem, sound = self.folder.stem(token), self.folder.sound(token)
        _offer(best, self._sounds.get(sound, ()), SAME_SOUND)
        if len(stem) >= (_STEM_LEAST_KNOWN if best else _STEM_LEAST):
            _offer(best, self._stems.get(stem, ()), SAME_STEM)
            _offer(best, self._sound_stems.get(self.folder.sound(stem), ()), SAME_SOUND_STEM)
        if best:
            self._offer_near(best, sound, _MISHEARD_FROM, lambda ratio: _MISHEARD * ratio)
        else:
            self._offer_unknown(best, sound)
        return tuple(sorted(best.items(), key=lambda item: (-item[1], item[0])))

    def _offer_unknown(self, best: dict[int, float], sound: str) -> None:
        """What a word that is not known may be: two said as one, one cut short, or one that sounds near."""
        _offer(best, self.joins.get(sound, ()), JOINED)
        if not best and len(sound) >= _NEAR_LEAST_SOUNDS:
            self._offer_near(best, sound, _NEAR_FROM, near_similarity)
        if len(sound) >= (_CUT_LEAST_SOUNDS_BESIDE if best else _CUT_LEAST_SOUNDS):
            longer = self._beginnings.get(sound, ())
            if len(longer) <= _CUT_MOST_WORDS:
                for other in longer:
                    _offer(best, self._sounds[other], _CUT_BESIDE if best else _CUT)

    def _offer_near(
        self, best: dict[int, float], sound: str, cutoff: float, similarity: Callable[[float], float]
    ) -> None:
        """Words whose sound is near, of about the same length."""
        for near, ratio in self._near.find(sound, cutoff, _NEAR_COUNT):
            _offer(best, self._sounds[near], similarity(ratio))

    def joined(self, tokens: Sequence[str]) -> tuple[Found, int] | None:
        """The words that the first two or three tokens may be when written together, and how many tokens that took.
        Written so; or two sounding so, or near, where one of them is no known word itself."""
        for length in (3, 2):
            if len(tokens) >= length:
                word = self.ids.get("".join(tokens[:length]))
                if word is not None:
                    return ((word, 1.0),), length
        if len(tokens) > 1:
            found = self._sounding_joined("".join(tokens[:2]), tokens[:2])
            if found:
                return found, 2
        return None

    def _sounding_joined(self, key: str, tokens: Sequence[str]) -> Found:
        found = self._joined.get(key)
        if found is None:
            found = self._find_joined(self.folder.sound(key), tokens)
            if len(self._joined) < _CACHE_TOKENS:
                self._joined[key] = found
        return found

    def _find_joined(self, sound: str, tokens: Sequence[str]) -> Found:
        best: dict[int, float] = {}
        if len(sound) < _JOIN_LEAST_SOUNDS:
            return ()
        _offer(best, self._sounds.get(sound, ()), SAME_SOUND)
        if not best and any(token not in self.ids and self._best(token) < SAME_STEM for token in tokens):
            self._offer_near(best, sound, _JOIN_FROM, near_similarity)
        return tuple(sorted(best.items(), key=lambda item: (-item[1], item[0])))

    def _best(self, token: str) -> float:
        found = self.find(token)
        return found[0][1] if found else 0.0


def near_similarity(ratio: float) -> float:
    """How much a word counts that sounds `ratio` (0..1) like the one meant: 0.45 at 0.7, 0.81 at 0.9."""
    return max(0.0, min(0.85, 0.45 + (ratio - _NEAR_FROM) * 1.8))


def _offer(best: dict[int, float], ids: Sequence[int], similarity: float) -> None:
    for i in ids:
        if similarity > best.get(i, 0.0):
            best[i] = similarity
