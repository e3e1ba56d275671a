"""Stand-ins for the speech models: for callers given as text, models that hear just what such a caller says.

They stand where libvosk stands and nowhere else: voice gate, endpointing, passes and agreement are the call's own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from ivr.replay.text_voice import SpokenWord, TextVoice
from ivr.speech.audio import RATE_HZ, Samples, mulaw_encode
from ivr.speech.models import Decoder, ModelRegistry, Rejection, SpeechModel
from ivr.speech.recogniser import NOTHING_HEARD, Recognition, Word
from ivr.understanding.result import Hypothesis

CONFIDENCE = 0.9
_NOWHERE = Path("replay")


class StandInModels(ModelRegistry):
    """A registry whose models decode by `decoder`."""

    def __init__(self, langs: Sequence[str], rejections: Mapping[str, Rejection] | None = None) -> None:
        super().__init__()
        rules = rejections or {}
        self._models = {lang: self._model(lang, rules.get(lang, Rejection())) for lang in langs}

    def languages(self) -> tuple[str, ...]:
        return tuple(self._models)

    def get(self, lang: str) -> SpeechModel:
        return self._models[lang]

    def _model(self, lang: str, rejection: Rejection) -> SpeechModel:
        made = partial(self.decoder, lang)
        return SpeechModel(lang, _NOWHERE, RATE_HZ, dynamic=True, handle=None, rejection=rejection, decoder=made)

    def decoder(self, lang: str, phrases: Sequence[str] | None) -> Decoder:
        raise NotImplementedError


class CurrentModels(ModelRegistry):
    """Those of `now`: a helpline lives longer than the caller that its models hear."""

    def __init__(self, now: ModelRegistry) -> None:
        super().__init__()
        self.now = now

    def languages(self) -> tuple[str, ...]:
        return self.now.languages()

    def path(self, lang: str) -> Path:
        return self.now.path(lang)

    def get(self, lang: str) -> SpeechModel:
        return self.now.get(lang)


class TextModels(StandInModels):
    """Hears the words of `voice`."""

    def __init__(self, langs: Sequence[str], voice: TextVoice) -> None:
        self.voice = voice
        super().__init__(langs)

    def decoder(self, lang: str, phrases: Sequence[str] | None) -> Decoder:
        known = None if phrases is None else frozenset(word for phrase in phrases for word in phrase.split())
        return _TextDecoder(self.voice, lang, known)


class _TextDecoder:
    """`known`: the words of the grammar that it is bound to; others are noise to it."""

    def __init__(self, voice: TextVoice, lang: str, known: frozenset[str] | None) -> None:
        self.constrained = known is not None
        self._voice, self._lang, self._known = voice, lang, known
        self._frames: dict[int, int] = {}
        self._fed = 0

    def accept(self, samples: Samples) -> None:
        self._fed += len(samples)
        for number, count in self._voice.words(mulaw_encode(samples)).items():
            self._frames[number] = self._frames.get(number, 0) + count

    def partial(self) -> str:
        return " ".join(self._heard()[0])

    def final(self) -> Recognition:
        heard, missed = self._heard()
        if not heard or missed > len(heard):
            return NOTHING_HEARD
        step = self._fed // 8 // len(heard)
        words = tuple(Word(text, i * step, (i + 1) * step, CONFIDENCE) for i, text in enumerate(heard))
        text, share = " ".join(heard), len(heard) / (len(heard) + missed)
        return Recognition(text, words, CONFIDENCE * share, False, (Hypothesis(text, CONFIDENCE * share),), share)

    def _heard(self) -> tuple[list[str], int]:
        """The words that came through, and how many were noise to this decoder."""
        by_turn: dict[int, list[SpokenWord]] = defaultdict(list)
        for number, count in self._frames.items():
            word = self._voice.word(number)
            if 2 * count >= word.frames:
                by_turn[word.turn].append(word)
        heard: list[str] = []
        missed = 0
        for turn, words in by_turn.items():
            texts = self._texts(turn, words)
            kept = [text for text in texts if self._known is None or text in self._known]
            heard += kept
            missed += len(texts) - len(kept)
        return heard, missed

    def _texts(self, turn: int, words: list[SpokenWord]) -> list[str]:
        speech = words[0].speech
        other = speech.heard_as.get(self._lang)
        if self._known is not None and speech.bound is not None and speech.lang == self._lang:
            other = speech.bound
        if other is None:
            return [word.text for word in words] if speech.lang == self._lang else []
        texts = other.split()
        return texts[: -(-len(texts) * len(words) // self._voice.length(turn))]
