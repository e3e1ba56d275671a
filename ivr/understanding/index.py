"""Every service's phrases as arrays: which words, how rare, which services share them. Built once, then read only."""

import itertools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ivr.understanding.lexicon import Lexicon
from ivr.understanding.text import Folder, Keys

_NO_STORIES: Mapping[str, Collection[str]] = {}
Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

_UNTYPICAL = 0.25  # what a word weighs that hardly any phrase of its service has
_TOLD = 0.3  # how typical of a service a word is that is only said in the stories behind its requests
_WHOLE_LEAST = 2  # words of a phrase that is a request when it is all that is said; one word alone may be misheard
_WEIGHTLESS = 0.15  # what a postposition or auxiliary weighs beside a word of the same rarity


@dataclass(frozen=True, slots=True)
class Part:
    """One service's phrases: their words, how many each has, and their mass."""

    word_ids: Ints
    sizes: Ints
    mass: Floats


@dataclass(frozen=True)
class PhraseIndex:
    """`starts[s]:starts[s+1]` are service s's phrases; `offsets[p]:offsets[p+1]` phrase p's words in `word_ids`.

    `weights` is each word's rarity; `mass` each phrase's sum of them. `sharers[w]` are the services that use word w
    and `shares[w]` how typical it is of each (0..1); `usage[s]` is the same by service.
    """

    lexicon: Lexicon
    services: tuple[str, ...]
    phrases: tuple[Keys, ...]
    starts: Ints
    offsets: Ints
    word_ids: Ints
    weights: Floats
    mass: Floats
    parts: tuple[Part, ...]
    sharers: tuple[Ints, ...]
    shares: tuple[Floats, ...]
    usage: tuple[Mapping[int, float], ...]

    @cached_property
    def whole(self) -> Mapping[frozenset[int], tuple[int, ...]]:
        """The services of which a phrase of several words has these words and no others."""
        found: dict[frozenset[int], list[int]] = {}
        for service, (first, last) in enumerate(itertools.pairwise(self.starts.tolist())):
            for begin, end in itertools.pairwise(self.offsets[first : last + 1].tolist()):
                if end - begin >= _WHOLE_LEAST:
                    found.setdefault(frozenset(self.word_ids[begin:end].tolist()), []).append(service)
        return {words: tuple(services) for words, services in found.items()}

    @cached_property
    def told(self) -> list[float]:
        """`weights` as plain numbers: one at a time they are read several times as fast."""
        return [float(weight) for weight in self.weights]

    @classmethod
    def build(
        cls,
        folder: Folder,
        templates: Mapping[str, Sequence[Sequence[Keys]]],
        weightless: Collection[str] = (),
        stories: Mapping[str, Collection[str]] = _NO_STORIES,
    ) -> "PhraseIndex":
        """Index the services' phrases (keys, fillers already dropped), given by the template that they are of.
        `stories`: words that speak of a service, but ask for nothing alone."""
        bags = {service: _bags(found) for service, found in templates.items()}
        services = tuple(service for service, found in bags.items() if found)
        flat = tuple(phrase for service in services for phrase in bags[service])
        told = {service: frozenset(stories.get(service, ())) - frozenset(weightless) for service in services}
        lexicon = Lexicon.build(folder, [*flat, *((word,) for words in told.values() for word in words)])
        words = [np.array(sorted({lexicon.ids[word] for word in phrase}), dtype=np.int32) for phrase in flat]
        usage = [_usage(lexicon, templates[service], told[service]) for service in services]
        weights = _weights(lexicon, usage, frozenset(weightless))
        offsets = np.cumsum([0] + [len(ids) for ids in words], dtype=np.int32)
        word_ids = np.concatenate(words) if words else np.zeros(0, dtype=np.int32)
        mass = np.add.reduceat(weights[word_ids], offsets[:-1]) if words else np.zeros(0, dtype=np.float32)
        mass = mass.astype(np.float32)
        starts = np.cumsum([0] + [len(bags[service]) for service in services], dtype=np.int32)
        sharers, shares = _postings(len(lexicon.words), usage)
        return cls(
            lexicon=lexicon,
            services=services,
            phrases=flat,
            starts=starts,
            offsets=offsets,
            word_ids=word_ids,
            weights=weights,
            mass=mass,
            parts=_parts(starts, offsets, word_ids, mass),
            sharers=sharers,
            shares=shares,
            usage=tuple(usage),
        )


@dataclass(frozen=True, slots=True)
class Stretch:
    """The phrases of some services in one piece: how many each has and where they begin, the phrases' words, where
    each phrase's begin, and their mass."""

    lengths: Ints
    begins: Ints
    word_ids: Ints
    offsets: Ints
    mass: Floats


def stretch(index: PhraseIndex, services: Ints) -> Stretch:
    """Gather the phrases of the services (numbers, ascending)."""
    parts = [index.parts[service] for service in services.tolist()]
    lengths = np.array([len(part.mass) for part in parts], dtype=np.int32)
    sizes = np.concatenate([part.sizes for part in parts])
    return Stretch(
        lengths=lengths,
        begins=lengths.cumsum() - lengths,
        word_ids=np.concatenate([part.word_ids for part in parts]),
        offsets=sizes.cumsum() - sizes,
        mass=np.concatenate([part.mass for part in parts]),
    )


def _parts(starts: Ints, offsets: Ints, word_ids: Ints, mass: Floats) -> tuple[Part, ...]:
    sizes = np.diff(offsets).astype(np.int32)
    spans = zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)
    return tuple(
        Part(word_ids[offsets[first] : offsets[last]], sizes[first:last], mass[first:last]) for first, last in spans
    )


def _bags(templates: Sequence[Sequence[Keys]]) -> list[Keys]:
    """One phrase for each set of words."""
    kept: dict[frozenset[str], Keys] = {}
    for phrases in templates:
        for phrase in phrases:
            if phrase:
                kept.setdefault(frozenset(phrase), phrase)
    return list(kept.values())


def _usage(lexicon: Lexicon, templates: Sequence[Sequence[Keys]], told: Collection[str]) -> dict[int, float]:
    """How typical each word is of a service: the root of its share in the phrases, every template counting alike; and
    at least `_TOLD` for a word of its stories."""
    shares: dict[int, float] = {}
    for phrases in templates:
        counted = Counter(lexicon.ids[word] for phrase in phrases for word in set(phrase))
        for word, number in counted.items():
            shares[word] = shares.get(word, 0.0) + number / len(phrases)
    typical = {word: math.sqrt(share / len(templates)) for word, share in shares.items()}
    return typical | {at: max(typical.get(at, 0.0), _TOLD) for at in (lexicon.ids[word] for word in told)}


def _weights(lexicon: Lexicon, usage: Sequence[Mapping[int, float]], weightless: frozenset[str]) -> Floats:
    """How much each word tells, 0..1: its inverse service frequency, less for a word that is typical of no service
    ("since morning" in one phrase of one)."""
    total = max(len(usage), 2)
    frequency = [0.0] * len(lexicon.words)
    typical = [0.0] * len(lexicon.words)
    for used in usage:
        for number, share in used.items():
            frequency[number] += share
            typical[number] = max(typical[number], share)
    weights = np.zeros(len(lexicon.words), dtype=np.float32)
    for i, word in enumerate(lexicon.words):
        rarity = math.log1p(total / max(frequency[i], 0.3)) / math.log1p(total / 0.3)
        told = _UNTYPICAL + (1 - _UNTYPICAL) * typical[i]
        weights[i] = rarity * told * (_WEIGHTLESS if word in weightless else 1.0)
    return weights


def _postings(words: int, usage: Sequence[Mapping[int, float]]) -> tuple[tuple[Ints, ...], tuple[Floats, ...]]:
    services: list[list[int]] = [[] for _ in range(words)]
    shares: list[list[float]] = [[] for _ in range(words)]
    for service, used in enumerate(usage):
        for word, share in used.items():
            services[word].append(service)
            shares[word].append(share)
    return (
        tuple(np.array(found, dtype=np.int32) for found in services),
        tuple(np.array(found, dtype=np.float32) for found in shares),
    )
