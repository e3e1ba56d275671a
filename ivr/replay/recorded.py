"""What the recogniser made of a case's audio, written down once and played back where no model is.

The file `recognised.json` lies beside the case. Everything but recognition is the call's own in both directions.
"""

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ivr.core.errors import ReplayError
from ivr.replay.text_models import StandInModels
from ivr.speech.audio import Samples
from ivr.speech.models import Decoder, ModelRegistry, Rejection, SpeechModel
from ivr.speech.recogniser import NOTHING_HEARD, Recogniser, Recognition, Word
from ivr.understanding.result import Hypothesis

FILE = "recognised.json"


@dataclass(slots=True)
class Heard:
    """What one pass made of one utterance: the partial text from the nth piece of audio on, and the result."""

    constrained: bool = False
    partials: list[tuple[int, str]] = field(default_factory=list)
    final: Recognition | None = None


@dataclass(slots=True)
class Record:
    """`passes`: "hi free", "hi bound" -> its utterances in order."""

    passes: dict[str, list[Heard]] = field(default_factory=lambda: defaultdict(list))
    rejections: dict[str, Rejection] = field(default_factory=dict)

    def write(self, path: Path) -> bool:
        """Whether the file's content changed."""
        passes = {name: [asdict(heard) for heard in many] for name, many in sorted(self.passes.items())}
        rejections = {lang: asdict(rule) for lang, rule in sorted(self.rejections.items())}
        text = json.dumps({"rejections": rejections, "passes": passes}, ensure_ascii=False, indent=1) + "\n"
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            return False
        path.write_text(text, encoding="utf-8")
        return True

    @classmethod
    def read(cls, path: Path) -> "Record":
        """ReplayError where there is none, or something else."""
        if not path.is_file():
            raise ReplayError(f"{path}: not there; replay the case with --update where its speech models are")
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            passes = {name: [_heard(heard) for heard in many] for name, many in data["passes"].items()}
            return cls(passes, {lang: Rejection(**rule) for lang, rule in data["rejections"].items()})
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReplayError(f"{path}: no record of recognition ({error!r}); make it anew with --update") from error


def _heard(data: dict[str, Any]) -> Heard:
    found = data["final"]
    final = None
    if found is not None:
        words = tuple(Word(**word) for word in found["words"])
        alternatives = tuple(Hypothesis(**other) for other in found["alternatives"])
        final = Recognition(**found | {"words": words, "alternatives": alternatives})
    return Heard(data["constrained"], [(piece, text) for piece, text in data["partials"]], final)


class RecordingModels(ModelRegistry):
    """The real models, writing down in `record` what they hear; `decoding_s`: seconds of the wall that it took."""

    def __init__(self, models: ModelRegistry) -> None:
        super().__init__()
        self._real = models
        self.record = Record()
        self.decoding_s = 0.0

    def languages(self) -> tuple[str, ...]:
        return self._real.languages()

    def get(self, lang: str) -> SpeechModel:
        real = self._real.get(lang)
        self.record.rejections[lang] = real.rejection
        made = partial(self._decoder, real)
        return SpeechModel(lang, real.path, real.rate_hz, real.dynamic, real.handle, real.rejection, made)

    def _decoder(self, real: SpeechModel, phrases: Sequence[str] | None) -> Decoder:
        decoder = Recogniser(real, phrases)
        heard = Heard(decoder.constrained)
        self.record.passes[_name(real.lang, phrases)].append(heard)
        return _WritingDecoder(decoder, heard, self)


class _WritingDecoder:
    def __init__(self, real: Recogniser, heard: Heard, models: RecordingModels) -> None:
        self.constrained = real.constrained
        self._real, self._heard, self._models, self._pieces = real, heard, models, 0

    def accept(self, samples: Samples) -> None:
        self._pieces += 1
        begun = time.perf_counter()
        self._real.accept(samples)
        self._models.decoding_s += time.perf_counter() - begun

    def partial(self) -> str:
        text = self._real.partial()
        if text != (self._heard.partials[-1][1] if self._heard.partials else ""):
            self._heard.partials.append((self._pieces, text))
        return text

    def final(self) -> Recognition:
        begun = time.perf_counter()
        self._heard.final = self._real.final()
        self._models.decoding_s += time.perf_counter() - begun
        return self._heard.final


class RecordedModels(StandInModels):
    """Hears what was written down. ReplayError where the call now listens oftener than it did."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._taken = defaultdict[str, int](int)
        super().__init__(tuple(record.rejections), record.rejections)

    def decoder(self, lang: str, phrases: Sequence[str] | None) -> Decoder:
        name = _name(lang, phrases)
        at, self._taken[name] = self._taken[name], self._taken[name] + 1
        if at >= len(self._record.passes.get(name, ())):
            raise ReplayError(f"the call listens oftener than was recorded ({name}, {at + 1}); record it with --update")
        return _ReadingDecoder(self._record.passes[name][at])


class _ReadingDecoder:
    def __init__(self, heard: Heard) -> None:
        self.constrained = heard.constrained
        self._heard, self._pieces = heard, 0

    def accept(self, samples: Samples) -> None:
        self._pieces += 1

    def partial(self) -> str:
        return next((text for piece, text in reversed(self._heard.partials) if piece <= self._pieces), "")

    def final(self) -> Recognition:
        return self._heard.final or NOTHING_HEARD


def _name(lang: str, phrases: Sequence[str] | None) -> str:
    return f"{lang} {'free' if phrases is None else 'bound'}"
