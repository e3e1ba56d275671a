"""One utterance through libvosk. Blocking: it belongs on the decoding pool, one thread at a time.

libvosk ends a segment by itself after half a second of silence and drops it unless it is fetched; the segments are put
together here, since turns are ended by `endpoint`. It would also warn about, and drop, grammar words that the model
does not know; they are dropped here, and counted.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import exp
from statistics import fmean
from typing import Any

import vosk

from ivr.core.errors import ModelError
from ivr.speech.audio import RATE_HZ, Samples
from ivr.speech.models import UNKNOWN_WORD, Rejection, SpeechModel
from ivr.speech.resample import Resampler
from ivr.speech.spelling import sound
from ivr.understanding.result import Hypothesis

ALTERNATIVES = 5


@dataclass(frozen=True, slots=True)
class Word:
    """A word heard; ms of the audio fed (`recogniser`) or of the call (`listener`). `confidence` 0..1."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Recognition:
    """What one pass heard, without [unk]. `alternatives`: different readings, best first, `text` being the first.

    `confidence`: the words' mean posterior among the alternatives, lowered by the share of [unk]; close to 1 does not
    mean right. `rejected` when the best reading is nothing but [unk], or nothing; there may still be alternatives.
    `coverage`: the share of the time that the words fill, [unk] being the rest.
    """

    text: str
    words: tuple[Word, ...]
    confidence: float
    rejected: bool
    alternatives: tuple[Hypothesis, ...] = ()
    coverage: float = 0.0

    def trusted(self, rule: Rejection) -> bool:
        """Whether free recognition may be believed to be about us."""
        if self.rejected:
            return False
        sureness = fmean(word.confidence for word in self.words)
        return sureness >= rule.least_confidence and self.coverage >= rule.least_coverage


NOTHING_HEARD = Recognition("", (), 0.0, rejected=True)


@dataclass(frozen=True, slots=True)
class Grammar:
    """A grammar as libvosk takes it, and the words left out because the model cannot hear them."""

    source: str
    missing: frozenset[str]


@lru_cache(maxsize=256)
def grammar_for(model: SpeechModel, phrases: tuple[str, ...]) -> Grammar | None:
    """None when no word of the phrases is known to the model."""
    missing = model.missing(word for phrase in phrases for word in phrase.split())
    kept = dict.fromkeys(" ".join(word for word in phrase.split() if word not in missing) for phrase in phrases)
    kept.pop("", None)
    if not kept:
        return None
    if model.find_word(UNKNOWN_WORD):
        kept[UNKNOWN_WORD] = None
    return Grammar(json.dumps(list(kept), ensure_ascii=False), missing)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One path through the audio, [unk] included; `share` of the probability among the alternatives."""

    words: tuple[tuple[str, float, float], ...]
    share: float


class Recogniser:
    """Decodes one utterance and is then thrown away: making one costs 0.3-2 ms, and libvosk's long-lived ones grow.

    `phrases` bind it to a grammar where the model takes one (`constrained`); None decodes freely.
    """

    def __init__(self, model: SpeechModel, phrases: Sequence[str] | None = None) -> None:
        grammar = grammar_for(model, tuple(phrases)) if phrases is not None and model.dynamic else None
        self.constrained = grammar is not None
        self.missing_words = grammar.missing if grammar else frozenset()
        self._resampler = Resampler(RATE_HZ, model.rate_hz)
        try:
            arguments = (grammar.source,) if grammar else ()
            self._vosk: Any = vosk.KaldiRecognizer(model.handle, float(model.rate_hz), *arguments)
        except Exception as error:  # vosk raises nothing narrower
            raise ModelError(f"{model.path}: libvosk cannot decode with this model") from error
        self._vosk.SetWords(True)
        self._vosk.SetMaxAlternatives(ALTERNATIVES)
        self._readings: tuple[_Reading, ...] = (_Reading((), 1.0),)

    def accept(self, samples: Samples) -> None:
        """More audio, int16 at 8 kHz."""
        self._feed(self._resampler.push(samples))

    def partial(self) -> str:
        """What seems to have been said so far; may still change."""
        before = [word for word, _, _ in self._readings[0].words]
        latest = json.loads(self._vosk.PartialResult()).get("partial", "").split()
        return " ".join(word for word in before + latest if word != UNKNOWN_WORD)

    def final(self) -> Recognition:
        """What was said; call once."""
        self._feed(self._resampler.flush())
        self._add_segment(self._vosk.FinalResult())
        self._vosk = None  # freed here, by the thread that decodes: it takes two milliseconds
        return _recognition(self._readings)

    def _feed(self, samples: Samples) -> None:
        if len(samples) and self._vosk.AcceptWaveform(samples.tobytes()):
            self._add_segment(self._vosk.Result())

    def _add_segment(self, result: str) -> None:
        found = _readings(json.loads(result).get("alternatives", ()))
        joined = [_Reading(a.words + b.words, a.share * b.share) for a in self._readings for b in found]
        self._readings = tuple(sorted(joined, key=lambda reading: -reading.share)[:ALTERNATIVES])


def _readings(alternatives: Sequence[dict[str, Any]]) -> tuple[_Reading, ...]:
    """libvosk's scores are log probabilities up to a constant: their soft-max is each reading's share."""
    if not alternatives:
        return (_Reading((), 1.0),)
    best = max(found["confidence"] for found in alternatives)
    weights = [exp(found["confidence"] - best) for found in alternatives]
    return tuple(
        _Reading(tuple((word["word"], word["start"], word["end"]) for word in found.get("result", ())), weight)
        for found, weight in zip(alternatives, (weight / sum(weights) for weight in weights), strict=True)
    )


def _recognition(readings: Sequence[_Reading]) -> Recognition:
    total = sum(reading.share for reading in readings)
    best = readings[0].words
    words = tuple(
        Word(text, round(start * 1000), round(end * 1000), _support(text, start, end, readings) / total)
        for text, start, end in best
        if text != UNKNOWN_WORD
    )
    if not words:
        return replace(NOTHING_HEARD, alternatives=_alternatives(readings, 0.5))
    confidence = min(1.0, fmean(word.confidence for word in words) * len(words) / len(best))
    text = " ".join(word.text for word in words)
    return Recognition(text, words, confidence, False, _alternatives(readings, confidence), _coverage(best))


def _coverage(reading: tuple[tuple[str, float, float], ...]) -> float:
    known = sum(end - start for text, start, end in reading if text != UNKNOWN_WORD)
    total = sum(end - start for _, start, end in reading)
    return known / total if total else 0.0


def _support(text: str, start: float, end: float, readings: Sequence[_Reading]) -> float:
    """The share of the readings that have this word, however spelled, at this time."""
    wanted = sound(text)
    return sum(
        reading.share
        for reading in readings
        if any(sound(word) == wanted and since < end and start < until for word, since, until in reading.words)
    )


def _alternatives(readings: Sequence[_Reading], confidence: float) -> tuple[Hypothesis, ...]:
    """Different texts, best first; later ones as much less sure than the best as their share is smaller."""
    shares: dict[str, float] = {}
    for reading in readings:
        text = " ".join(word for word, _, _ in reading.words if word != UNKNOWN_WORD)
        if text:
            shares.setdefault(text, reading.share)
    most = next(iter(shares.values()), 1.0)
    return tuple(Hypothesis(text, confidence * share / most) for text, share in shares.items())
