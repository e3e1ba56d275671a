"""Which service an utterance asks for: score and margin by the words it shares with the services' phrases.

A phrase's score is a Tversky index of weights: what utterance and phrase share, against what the phrase has and the
utterance lacks, and what the utterance has and phrase or service lack. What stands far from the shared words in a long
story costs little. Order of words does not count. Among the best, a service gains that explains more of the utterance
with all of its phrases together, and one of which all the words said are likelier. What is a phrase of several words,
and nothing else, scores 1.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ivr.understanding.index import Floats, Ints, PhraseIndex, stretch
from ivr.understanding.result import Candidate
from ivr.understanding.text import Keys

_RANK_COST = 0.05  # what each place down the n-best costs
_CACHE_WORDS = 20_000

Found = tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Costs:
    """What each kind of difference costs, in parts of a shared word's weight. Chosen on the development set."""

    missing: float = 0.75  # in the phrase, not said
    other: float = 0.55  # said, and known of other services only
    own: float = 0.15  # said, and known of this service's other phrases
    unknown: float = 0.22  # said, and not known at all
    unknown_weight: float = 0.55  # an unknown word's weight
    short: float = 7.0  # words up to which those costs are whole; a longer story pays no more in all
    far: float = 0.55  # part of those costs for words outside the stretch that was matched
    least_mass: float = 0.55  # shared weight below which a match is doubted
    coverage: float = 0.7  # what a service loses that explains none of what the best one explains with all its phrases
    likely: float = 0.06  # what each nat costs by which the words are likelier said of another service
    verbatim: float = 0.1  # what a phrase's score may lack where its own words begin to be enough
    unlikely: float = 0.01  # the likelihood of a word that none of a service's phrases has
    shortlist: int = 20
    worth: float = 0.3  # part of what the best service explains that another must explain to be looked at
    finalists: int = 8


@dataclass(frozen=True, slots=True)
class _Heard:
    """Weights of an utterance's words: known to the phrases, and not; and the part of them that costs, less in a
    long story."""

    known: float
    unknown: float
    part: float


@dataclass(frozen=True, slots=True)
class _Told:
    """Of which services a word may speak: its weight for each, how many nats likelier it makes it, and how typical of
    it the word is (`shares`, by service)."""

    services: Ints
    values: Floats
    nats: Floats
    shares: Mapping[int, float]


class _Token(NamedTuple):
    """One heard word: its weight, the words it may be, and what they tell; None where it is known to no service. (A
    tuple, since making a frozen dataclass takes longer than what is done with it.)"""

    at: int
    weight: float
    found: Found
    told: _Told | None


class _Sound(NamedTuple):
    """An utterance for `_windowed`: its tokens, where each word may be among them, and `_Heard.part`."""

    tokens: Sequence[_Token]
    places: Mapping[int, Sequence[tuple[int, float]]]
    part: float


@dataclass(frozen=True)
class Matcher:
    index: PhraseIndex
    costs: Costs = Costs()
    _told: dict[Found, _Told] = field(default_factory=dict, repr=False)

    def warm(self) -> None:
        """Look up now what else the first to say a word would wait for."""
        _ = self.index.whole
        for word in self.index.lexicon.words:
            self._tells(self.index.lexicon.find(word))

    def match(self, nbest: Sequence[Keys], limit: int = 5, only: frozenset[str] = frozenset()) -> tuple[Candidate, ...]:
        """The services (of `only`, where given) that the hypotheses (content keys, best first) may ask for, best
        first."""
        allowed = self._allowed(only)
        best: dict[int, float] = {}
        for rank, keys in enumerate(dict.fromkeys(nbest)):
            for service, score in self._scores(keys, allowed).items():
                score *= 1 - _RANK_COST * rank
                if score > best.get(service, 0.0):
                    best[service] = score
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))[:limit]
        return tuple(Candidate(self.index.services[service], round(score, 4)) for service, score in ranked)

    def _allowed(self, only: frozenset[str]) -> Floats | None:
        if not only:
            return None
        return np.array([service in only for service in self.index.services], dtype=np.float32)

    def _scores(self, keys: Keys, allowed: Floats | None) -> dict[int, float]:
        tokens = self._tokens(keys)
        known = [token for token in tokens if token.found]
        told = [token.told for token in known if token.told]
        if not told:
            return {}
        heard = self._heard(known)
        explained = self._summed([one.services for one in told], [one.values for one in told])
        if allowed is not None:
            explained *= allowed
        top = float(explained.max())
        if not top:
            return {}
        count = min(self.costs.shortlist, int(np.count_nonzero(explained >= self.costs.worth * top)))
        shortlist = (-explained).argpartition(count - 1)[:count].astype(np.int32)
        shortlist.sort()
        said = _Heard(
            known=sum(token.weight for token in known),
            unknown=sum(token.weight for token in tokens if not token.found),
            part=min(1.0, self.costs.short / len(tokens)),
        )
        ranked = self._best_phrases(shortlist, heard, explained, said)
        most = max((float(explained[service]) for service, _ in ranked), default=0.0)
        ahead = self._evidence(told, allowed)
        sound = _Sound(tokens, _places(tokens), said.part)
        scores = {
            service: self._weighed(
                self._windowed(service, phrase, sound),
                float(explained[service]) / most,
                float(ahead[service]),
            )
            for service, phrase in ranked
        }
        return scores | self._word_for_word(keys, allowed)

    def _word_for_word(self, keys: Keys, allowed: Floats | None) -> dict[int, float]:
        """The services of which just these words are a phrase: a request, however little each of them tells."""
        ids = self.index.lexicon.ids
        said = frozenset([ids.get(key, -1) for key in keys])
        services = self.index.whole.get(said, ())
        return {service: 1.0 for service in services if allowed is None or allowed[service]}

    def _weighed(self, score: float, covered: float, ahead: float) -> float:
        """A phrase's score less what its service does not explain (`covered` 0..1 of what the best does) and what
        another is likelier to be asked for with these words (`ahead` nats); nothing less for what was said word for
        word."""
        costs = self.costs
        kept = (1 - costs.coverage * (1 - covered)) * math.exp(-costs.likely * ahead)
        return score * (1 - (1 - kept) * min(1.0, (1 - score) / costs.verbatim))

    def _tokens(self, keys: Keys) -> list[_Token]:
        lexicon, told = self.index.lexicon, self.index.told
        tokens: dict[object, _Token] = {}
        at = 0
        while at < len(keys):
            joined = lexicon.joined(keys[at : at + 3])
            found, step = joined or (lexicon.find(keys[at]), 1)
            weight = max([told[word] * similarity for word, similarity in found], default=self.costs.unknown_weight)
            token = _Token(at, weight, found, self._tells(found) if found else None)
            tokens.setdefault(found[0][0] if found else keys[at], token)
            at += step
        return list(tokens.values())

    def _heard(self, known: Sequence[_Token]) -> Floats:
        """For each word of the phrases, its weight in so far as it was heard."""
        best: dict[int, float] = {}
        for token in known:
            for word, similarity in token.found:
                if similarity > best.get(word, 0.0):
                    best[word] = similarity
        heard = np.zeros(len(self.index.weights), dtype=np.float32)
        words = list(best)
        heard[words] = np.array(list(best.values()), dtype=np.float32) * self.index.weights[words]
        return heard

    def _evidence(self, told: Sequence[_Told], allowed: Floats | None) -> Floats:
        """By how many nats the words are likelier said of the likeliest service than of each (naive Bayes over the
        services' templates, in which all services are as likely beforehand)."""
        evidence = self._summed([one.services for one in told], [one.nats for one in told])
        if allowed is not None:
            evidence *= allowed
        behind: Floats = evidence.max() - evidence
        return behind

    def _summed(self, services: Sequence[Ints], values: Sequence[Floats]) -> Floats:
        """For each service, the sum of its values: the weight of heard words that any of its phrases has, doubted where
        untypical; or their nats."""
        summed = np.bincount(np.concatenate(services), np.concatenate(values), len(self.index.services))
        return summed.astype(np.float32)

    def _tells(self, found: Found) -> _Told:
        """The services that a heard word may speak of, and how much it tells of each."""
        told = self._told.get(found)
        if told is None:
            best = np.zeros(len(self.index.services), dtype=np.float32)
            chance = np.zeros(len(self.index.services), dtype=np.float32)
            for word, similarity in found:
                sharers, shares = self.index.sharers[word], self.index.shares[word]
                best[sharers] = np.maximum(best[sharers], shares * (similarity * float(self.index.weights[word])))
                chance[sharers] = np.maximum(chance[sharers], shares * shares * similarity)
            services = np.flatnonzero(best).astype(np.int32)
            nats = np.log1p(chance[services] / self.costs.unlikely)
            told = _Told(services, best[services], nats, self._shares(found))
            if len(self._told) < _CACHE_WORDS:
                self._told[found] = told
        return told

    def _shares(self, found: Found) -> Mapping[int, float]:
        """For each service, how typical of it the word is that the heard one may be, of several the most typical."""
        shares: dict[int, float] = {}
        for word, _ in found:
            for service, share in zip(self.index.sharers[word].tolist(), self.index.shares[word].tolist(), strict=True):
                shares[service] = max(share, shares.get(service, 0.0))
        return shares

    def _best_phrases(self, shortlist: Ints, heard: Floats, explained: Floats, said: _Heard) -> list[tuple[int, int]]:
        """Each service of the shortlist with its best phrase when the whole utterance counts, best first."""
        costs, found = self.costs, stretch(self.index, shortlist)
        shared = np.add.reduceat(heard.take(found.word_ids), found.offsets)
        own = explained[shortlist].repeat(found.lengths)
        either = np.maximum(shared, own)
        cost = costs.missing * (found.mass - shared)
        cost += said.part * costs.other * np.maximum(said.known - either, 0)
        cost += said.part * costs.own * (either - shared)
        cost += said.part * costs.unknown * said.unknown + 1e-6
        scores = shared / (shared + cost)
        best = np.maximum.reduceat(scores, found.begins)
        ranked = []
        for at in (-best).argsort(kind="stable")[: costs.finalists].tolist():
            if best[at] > 0:
                first = int(found.begins[at])
                phrase = int(scores[first : first + int(found.lengths[at])].argmax())
                service = int(shortlist[at])
                ranked.append((service, int(self.index.starts[service]) + phrase))
        return ranked

    def _windowed(self, service: int, phrase: int, sound: _Sound) -> float:
        """The phrase's score when words outside the stretch that holds the shared words cost less."""
        index, costs = self.index, self.costs
        shared = 0.0
        mine: set[int] = set()
        for word in index.word_ids[index.offsets[phrase] : index.offsets[phrase + 1]].tolist():
            places = sound.places.get(word)
            if places:
                shared += index.told[word] * max([similarity for _, similarity in places])
                mine.update([place for place, _ in places])
        if not mine:
            return 0.0
        low, high = sound.tokens[min(mine)].at - 1, sound.tokens[max(mine)].at + 1
        extra = 0.0
        for place, token in enumerate(sound.tokens):
            if place not in mine:
                cost = self._cost(token, service)
                extra += cost if low <= token.at <= high else cost * costs.far
        missing = costs.missing * max(float(index.mass[phrase]) - shared, 0.0)
        doubt = min(1.0, shared / costs.least_mass)
        return doubt * shared / (shared + missing + sound.part * extra)

    def _cost(self, token: _Token, service: int) -> float:
        """What a heard word that the phrase lacks costs, by how typical it is of the service."""
        costs = self.costs
        if token.told is None:
            return costs.unknown * token.weight
        return token.weight * (costs.other - (costs.other - costs.own) * token.told.shares.get(service, 0.0))


def _places(tokens: Sequence[_Token]) -> Mapping[int, Sequence[tuple[int, float]]]:
    """For each word, the tokens (by number) that it may be, and how alike."""
    places: dict[int, list[tuple[int, float]]] = {}
    for number, token in enumerate(tokens):
        for word, similarity in token.found:
            places.setdefault(word, []).append((number, similarity))
    return places
