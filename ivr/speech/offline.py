"""A recorded file through the steps of a call, as one utterance: for `ivr recognize`, benchmarks and fixtures.

Blocking, one pass after the other. The call itself is heard by `listener`.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from ivr.core.clock import Clock
from ivr.speech.agreement import TwoPasses, agree, nbest, words
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, RATE_HZ, Samples
from ivr.speech.endpoint import Endpointer, EndpointRules, SpeechBegan
from ivr.speech.models import SpeechModel
from ivr.speech.recogniser import NOTHING_HEARD, Recogniser, Recognition, Word
from ivr.speech.vad import VoiceGate
from ivr.understanding.result import Hypothesis

MARGIN_MS = 300
_BATCH = RATE_HZ // 5


@dataclass(frozen=True, slots=True)
class HeardFile:
    """`rejected`: no words, or grammar and free pass do not agree. `rtf`: seconds of decoding a second of file."""

    nbest: tuple[Hypothesis, ...]
    words: tuple[Word, ...]
    rejected: bool
    rtf: float

    @property
    def text(self) -> str:
        """The best reading, "" when nothing was heard."""
        return self.nbest[0].text if self.nbest else ""


def hear(
    model: SpeechModel,
    samples: Samples,
    phrases: Sequence[str] | None,
    clock: Clock,
    fillers: Set[str] = frozenset(),
) -> HeardFile:
    """`samples`: int16 at 8 kHz. `phrases` None recognises freely."""
    begun_s = clock.monotonic()
    begin_ms, end_ms = voiced_span(samples)
    speech = samples[begin_ms * RATE_HZ // 1000 : end_ms * RATE_HZ // 1000]
    passes = _decode(model, speech, phrases).believed(model.rejection)
    seconds = max(len(samples), 1) / RATE_HZ
    rtf = (clock.monotonic() - begun_s) / seconds
    found = nbest(passes)
    placed = (replace(word, start_ms=word.start_ms + begin_ms, end_ms=word.end_ms + begin_ms) for word in words(passes))
    return HeardFile(found, tuple(placed), not found or not agree(passes, fillers), rtf)


def _decode(model: SpeechModel, speech: Samples, phrases: Sequence[str] | None) -> TwoPasses:
    if not len(speech):
        return TwoPasses(NOTHING_HEARD)
    free = _run(Recogniser(model), speech)
    bound = Recogniser(model, phrases) if phrases is not None and model.dynamic else None
    return TwoPasses(free, _run(bound, speech) if bound is not None and bound.constrained else None)


def _run(recogniser: Recogniser, speech: Samples) -> Recognition:
    for start in range(0, len(speech), _BATCH):
        recogniser.accept(speech[start : start + _BATCH])
    return recogniser.final()


def voiced_span(samples: Samples) -> tuple[int, int]:
    """(begin, end) in ms of what a call's decoder would be fed: first to last voice with margins; (0, 0) if none."""
    gate = VoiceGate()
    endpointer = Endpointer(replace(EndpointRules(), max_utterance_ms=10**9))
    begin_ms: int | None = None
    last_ms = 0
    for start in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        voiced = gate.is_voiced(samples[start : start + FRAME_SAMPLES])
        event = endpointer.frame(voiced)
        if isinstance(event, SpeechBegan) and begin_ms is None:
            begin_ms = max(0, event.began_ms - MARGIN_MS)
        if voiced and endpointer.speaking:
            last_ms = start * 1000 // RATE_HZ + FRAME_MS
    return (0, 0) if begin_ms is None else (begin_ms, last_ms + MARGIN_MS)
