"""Speech models that decode the same sound once: many tests play the beginning of the same few calls.

A decoder's answer depends on nothing but its model, its phrases and the pieces of sound that it was given in their
order; so the answer to the same pieces is the one that libvosk gave before. Whatever differs is decoded.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from ivr.speech.audio import Samples
from ivr.speech.models import Decoder, ModelRegistry, SpeechModel
from ivr.speech.recogniser import Recogniser, Recognition, grammar_for

Asked = tuple[object, ...]


class HeardOnce(ModelRegistry):
    """Those of `models`, remembering what they heard."""

    def __init__(self, models: ModelRegistry) -> None:
        super().__init__()
        self._real = models
        self._partials: dict[Asked, str] = {}
        self._finals: dict[Asked, Recognition] = {}

    def languages(self) -> tuple[str, ...]:
        return self._real.languages()

    def get(self, lang: str) -> SpeechModel:
        real = self._real.get(lang)
        return replace(real, decoder=partial(_Decoder, real, self._partials, self._finals))


class _Decoder:
    def __init__(
        self,
        model: SpeechModel,
        partials: dict[Asked, str],
        finals: dict[Asked, Recognition],
        phrases: Sequence[str] | None,
    ) -> None:
        kept = None if phrases is None else tuple(phrases)
        self._made = partial(Recogniser, model, kept)
        self.constrained = kept is not None and model.dynamic and grammar_for(model, kept) is not None
        self._partials, self._finals = partials, finals
        self._real: Decoder | None = None
        self._pieces: list[Samples] = []  # not decoded yet
        self._asked: Asked = (model.lang, kept)

    def accept(self, samples: Samples) -> None:
        self._pieces.append(samples)
        self._asked = (*self._asked, samples.tobytes())

    def partial(self) -> str:
        if self._asked not in self._partials:
            self._partials[self._asked] = self._decoded().partial()
        return self._partials[self._asked]

    def final(self) -> Recognition:
        if self._asked not in self._finals:
            self._finals[self._asked] = self._decoded().final()
        return self._finals[self._asked]

    def _decoded(self) -> Decoder:
        """A recogniser that has been given all pieces."""
        if self._real is None:
            self._real = self._made()
        for piece in self._pieces:
            self._real.accept(piece)
        self._pieces.clear()
        return self._real
