"""The decoders of one utterance: for each language one bound to the wait's grammar and one free, side by side."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from ivr.speech.agreement import TwoPasses
from ivr.speech.audio import Samples
from ivr.speech.models import Decoder, ModelRegistry, SpeechModel
from ivr.speech.pool import DecodingPool
from ivr.speech.recogniser import Recogniser, Recognition

T = TypeVar("T")
Phrases = Mapping[str, Sequence[str] | None]
_SURE = 0.7  # under a small grammar, of which nothing else is made out


@dataclass(frozen=True, slots=True)
class _Pass:
    lang: str
    bound: bool
    recogniser: Decoder


@dataclass(frozen=True, slots=True)
class PassText:
    """What one pass makes of the utterance so far."""

    lang: str
    text: str
    free: bool


class Passes:
    """Opened at the first voice of an utterance, thrown away at its end; so silence costs no decoder."""

    def __init__(self, opened: Sequence[_Pass], pool: DecodingPool) -> None:
        self._passes = tuple(opened)
        self._pool = pool

    @classmethod
    async def open(cls, models: ModelRegistry, pool: DecodingPool, langs: Sequence[str], phrases: Phrases) -> "Passes":
        """ModelError when a language's model is missing; OverloadedError when the pool is full."""
        opened = await _together([pool.run(_open, models, lang, phrases.get(lang)) for lang in langs])
        return cls([one for several in opened for one in several], pool)

    async def accept(self, samples: Samples) -> tuple[PassText, ...]:
        """More of the utterance; what every pass makes of it now."""
        texts = await _together([self._pool.run(_accept, one, samples) for one in self._passes])
        return tuple(texts)

    async def final(self, rest: Samples) -> dict[str, TwoPasses]:
        """The results by language, after the `rest` of the audio."""
        found = await _together([self._pool.run(_final, one, rest, urgent=True) for one in self._passes])
        results: dict[tuple[str, bool], Recognition] = {
            (one.lang, one.bound): heard for one, heard in zip(self._passes, found, strict=True)
        }
        return {
            lang: TwoPasses(results[lang, False], results.get((lang, True))) for lang, bound in results if not bound
        }


async def _together(jobs: Sequence[Awaitable[T]]) -> list[T]:
    """All results; the first error only once no thread works for us any more."""
    found = await asyncio.gather(*jobs, return_exceptions=True)
    for one in found:
        if isinstance(one, BaseException):
            raise one
    return [one for one in found if not isinstance(one, BaseException)]


def _open(models: ModelRegistry, lang: str, phrases: Sequence[str] | None) -> list[_Pass]:
    model = models.get(lang)
    opened = [_Pass(lang, False, _decoder(model, None))]
    if phrases is not None and model.dynamic:
        bound = _decoder(model, phrases)
        if bound.constrained:
            opened.append(_Pass(lang, True, bound))
    return opened


def _decoder(model: SpeechModel, phrases: Sequence[str] | None) -> Decoder:
    return Recogniser(model, phrases) if model.decoder is None else model.decoder(phrases)


def _accept(one: _Pass, samples: Samples) -> PassText:
    one.recogniser.accept(samples)
    return PassText(one.lang, one.recogniser.partial(), free=not one.bound)


def _final(one: _Pass, rest: Samples) -> Recognition:
    if len(rest):
        one.recogniser.accept(rest)
    return one.recogniser.final()


def read_again(models: ModelRegistry, lang: str, samples: Samples, phrases: Sequence[str] | None = None) -> str:
    """What these samples say, to the last word: freely or under a grammar; "" where that is not
    to be trusted. Blocking."""
    model = models.get(lang)
    recogniser = _decoder(model, phrases)
    recogniser.accept(samples)
    found = recogniser.final()
    sure = (
        found.confidence >= _SURE and found.coverage >= _SURE
        if recogniser.constrained
        else found.trusted(model.rejection)
    )
    return found.text if sure else ""
