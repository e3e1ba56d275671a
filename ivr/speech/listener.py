"""Hears one call: frames in, speech begun, partial texts and utterances out.

Silence is kept from the decoders; a turn is decoded from 300 ms before its first voice. Each wait has up to two passes
a language, side by side: one bound to the wait's grammar, one free. Under a grammar libvosk is sure of anything, so it
is their agreement that says whether the caller was understood. All times are ms of call audio received so far; the
clock only measures how long decoding took. It decides nothing about the dialogue.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

import numpy as np

from ivr.core.clock import Clock, SystemClock
from ivr.dialogue.commands import Listen
from ivr.speech.agreement import TwoPasses, agree, nbest, words
from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, Samples, mulaw_decode
from ivr.speech.endpoint import (
    CallerPace,
    EndCause,
    Endpointer,
    EndpointRules,
    SpeechBegan,
    SpeechEnded,
    digits_patience,
    rules_for,
)
from ivr.speech.models import ModelRegistry
from ivr.speech.passes import Passes, Phrases, read_again
from ivr.speech.pool import DecodingPool
from ivr.speech.recogniser import Word
from ivr.speech.timing import AudioMap
from ivr.speech.vad import VoiceGate
from ivr.understanding.result import Hypothesis, WaitKind

PRE_ROLL_MS = 300
RESUME_ROLL_MS = 160  # of a pause inside a turn, decoded before the voice that ends it
HANGOVER_MS = 300  # of a pause inside a turn, decoded after the voice
BATCH_MS = 200  # libvosk's decoder advances in steps of 0.2 s
PEEK_MS = 200  # of silence after a short word: partial results would come later than its end
DECIDING_MS = 300  # of voice: whoever decides on an interruption now has words as fresh as they can be


@dataclass(frozen=True, slots=True)
class Partial:
    """What one pass makes of the turn so far, when that changed. `free`: not bound to the wait's grammar."""

    lang: str
    text: str
    at_ms: int
    free: bool = True


@dataclass(frozen=True, slots=True)
class Utterance:
    """A turn that ended. `nbest` by language, best first; all empty when sound was heard but no words.

    `words`: of the best reading of the surest language. The last voice ended at `ended_ms`, the turn was called over
    at `endpoint_ms`, and what was left to decode then took `decode_s`. `voiced_ms` of it were voice.
    """

    nbest: Mapping[str, tuple[Hypothesis, ...]]
    agreed: bool
    words: tuple[Word, ...]
    began_ms: int
    ended_ms: int
    endpoint_ms: int
    decode_s: float
    cause: EndCause = EndCause.SILENCE
    voiced_ms: int = 0


Heard = SpeechBegan | Partial | Utterance


@dataclass(frozen=True, slots=True)
class _Wait:
    langs: tuple[str, ...]
    phrases: Phrases
    rules: EndpointRules
    digits: int  # a string of so many is asked for; 0: none


@dataclass(slots=True)
class _Turn:
    """The utterance being spoken: its decoders, what they are still to be fed, and what they said last."""

    passes: Passes
    map: AudioMap = field(default_factory=AudioMap)
    batch: list[Samples] = field(default_factory=list)
    pause: list[Samples] = field(default_factory=list)  # frames since the last voice
    said: dict[tuple[str, bool], str] = field(default_factory=dict)
    fed: list[Samples] = field(default_factory=list)  # all that was decoded, for a second reading
    changed_ms: int = 0  # when a new word was last heard
    voiced_ms: int = 0

    def add(self, frames: Sequence[Samples], until_ms: int) -> None:
        """These frames, the last of which ended at `until_ms`, are to be decoded."""
        if frames:
            length_ms = len(frames) * FRAME_MS
            self.map.add(until_ms - length_ms, length_ms)
            self.batch.extend(frames)

    def take_batch(self) -> Samples:
        taken = np.concatenate(self.batch) if self.batch else np.zeros(0, np.int16)
        self.batch.clear()
        self.fed.append(taken)
        return taken


class Listener:
    """One per call. `begin` a wait, then `feed` every frame; frames fed before any wait teach it the line's noise."""

    def __init__(
        self,
        models: ModelRegistry,
        pool: DecodingPool,
        clock: Clock | None = None,
        fillers: Mapping[str, Set[str]] | None = None,
        digits: Callable[[str, str], int] | None = None,
    ) -> None:
        """`digits` (text, lang) says how many digits a text has."""
        self._models = models
        self._pool = pool
        self._clock = clock or SystemClock()
        self._fillers = fillers or {}
        self._digits = digits
        self._gate = VoiceGate()
        self._pace = CallerPace()
        self._endpointer = Endpointer(EndpointRules())
        self._recent: deque[Samples] = deque(maxlen=(PRE_ROLL_MS + 2 * EndpointRules().begin_voiced_ms) // FRAME_MS)
        self._wait: _Wait | None = None
        self._turn: _Turn | None = None
        self._rest = b""
        self._now_ms = 0
        self._voiced = False

    @property
    def now_ms(self) -> int:
        """Call audio received so far."""
        return self._now_ms

    @property
    def voiced(self) -> bool:
        """Whether there was a voice in the last frame."""
        return self._voiced

    @property
    def voiced_ms(self) -> int:
        """Voice in the turn being spoken, 0 when none: how serious an interruption is."""
        return self._turn.voiced_ms if self._turn else 0

    def begin(self, listen: Listen, phrases: Phrases) -> None:
        """Listen for this wait from the next frame on; a turn under way is forgotten.

        `phrases` by language: None, or no entry, recognises freely.
        """
        rules = rules_for(listen.pace, self._pace.slowness)
        wanted = listen.digits_max if listen.kind is WaitKind.DIGITS else 0
        self._wait = _Wait(listen.langs, phrases, rules, wanted)
        self._endpointer = Endpointer(rules, self._now_ms)
        self._turn = None

    async def feed(self, frame: bytes) -> tuple[Heard, ...]:
        """The next 20 ms of µ-law (any other length is cut and kept to fit); what was heard by its end.

        Raises OverloadedError or ModelError; the turn is then lost, the call is not.
        """
        data = self._rest + frame
        whole = len(data) // FRAME_SAMPLES * FRAME_SAMPLES
        self._rest = data[whole:]
        heard: list[Heard] = []
        for start in range(0, whole, FRAME_SAMPLES):
            heard += await self._frame(mulaw_decode(data[start : start + FRAME_SAMPLES]))
        return tuple(heard)

    async def stop(self) -> None:
        """Forget the wait and its decoders; nothing is heard until the next `begin`."""
        self._wait = None
        self._turn = None

    async def read_again(self, lang: str) -> str:
        """The turn so far, decoded once more to a result that can be trusted or not; "" where it cannot.

        Partial results have no confidence, so what is to be acted upon before the turn is over is heard twice.
        """
        if self._turn is None:
            return ""
        return await self._pool.run(read_again, self._models, lang, np.concatenate(self._turn.fed))

    async def _frame(self, samples: Samples) -> list[Heard]:
        self._now_ms += FRAME_MS
        self._recent.append(samples)
        self._voiced = voiced = self._gate.is_voiced(samples)
        if self._wait is None:
            return []
        event = self._endpointer.frame(voiced)
        try:
            if isinstance(event, SpeechBegan):
                return [event, *await self._begin_turn(event, self._wait)]
            if isinstance(event, SpeechEnded):
                return await self._end_turn(event, self._wait)
            return await self._continue_turn(samples, voiced, self._wait)
        except BaseException:
            self._turn = None
            raise

    async def _begin_turn(self, event: SpeechBegan, wait: _Wait) -> list[Heard]:
        if not wait.digits:
            self._pace.began(event)
        turn = _Turn(await Passes.open(self._models, self._pool, wait.langs, wait.phrases))
        frames = (event.at_ms - event.began_ms + PRE_ROLL_MS) // FRAME_MS
        turn.add(list(self._recent)[-frames:], event.at_ms)
        turn.voiced_ms, turn.changed_ms = event.at_ms - event.began_ms, event.at_ms
        self._turn = turn
        return await self._decode(turn, wait)

    async def _continue_turn(self, samples: Samples, voiced: bool, wait: _Wait) -> list[Heard]:
        turn = self._turn
        if turn is None:
            return []
        turn.pause.append(samples)
        hangover = HANGOVER_MS // FRAME_MS
        if voiced:
            turn.voiced_ms += FRAME_MS
            held = turn.pause[hangover:] if len(turn.pause) > hangover else turn.pause[-1:]
            turn.add(held[-1 - RESUME_ROLL_MS // FRAME_MS :], self._now_ms)
            turn.pause.clear()
        elif len(turn.pause) <= hangover:
            turn.add([samples], self._now_ms)
        if self._now_ms - turn.changed_ms >= wait.rules.stale_ms:
            return await self._end_turn(self._endpointer.stop(), wait)
        deciding = voiced and turn.voiced_ms == DECIDING_MS
        peek = len(turn.pause) * FRAME_MS == PEEK_MS and turn.voiced_ms >= DECIDING_MS and not turn.said
        if peek:
            return await self._decode(turn, wait) or await self._peek(turn, wait)
        ready = deciding or len(turn.batch) * FRAME_MS >= BATCH_MS or len(turn.pause) == hangover
        return await self._decode(turn, wait) if ready else []

    async def _decode(self, turn: _Turn, wait: _Wait) -> list[Heard]:
        heard: list[Heard] = []
        for found in await turn.passes.accept(turn.take_batch()):
            if found.text and turn.said.get((found.lang, found.free)) != found.text:
                turn.said[found.lang, found.free] = found.text
                turn.changed_ms = self._now_ms
                heard.append(Partial(found.lang, found.text, self._now_ms, found.free))
        if heard and wait.digits and self._digits:
            count = max(self._digits(text, lang) for (lang, _), text in turn.said.items())
            self._endpointer.patience(digits_patience(count, wait.digits))
        return heard

    async def _peek(self, turn: _Turn, wait: _Wait) -> list[Heard]:
        """What was said in a turn that pauses before any partial result: it may be over already."""
        texts = {lang: await self.read_again(lang) for lang in wait.langs}
        turn.said |= {(lang, True): text for lang, text in texts.items() if text}
        return [Partial(lang, text, self._now_ms) for lang, text in texts.items() if text]

    async def _end_turn(self, event: SpeechEnded, wait: _Wait) -> list[Heard]:
        if not wait.digits:  # the pauses between the groups of a number tell nothing about the caller
            self._pace.ended(event, wait.rules)
        turn, self._turn = self._turn, None
        if turn is None:  # lost to an error
            return []
        begun_s = self._clock.monotonic()
        found = await turn.passes.final(turn.take_batch())
        results = {lang: two.believed(self._models.get(lang).rejection) for lang, two in found.items()}
        decode_s = self._clock.monotonic() - begun_s
        return [self._utterance(event, results, turn, decode_s)]

    def _utterance(
        self, event: SpeechEnded, results: Mapping[str, TwoPasses], turn: _Turn, decode_s: float
    ) -> Utterance:
        readings = {lang: nbest(found) for lang, found in results.items()}
        surest = max(readings, key=lambda lang: readings[lang][0].confidence if readings[lang] else -1.0)
        agreed = any(agree(found, self._fillers.get(lang, frozenset())) for lang, found in results.items())
        return Utterance(
            nbest=readings,
            agreed=agreed,
            words=turn.map.words(words(results[surest])),
            began_ms=event.began_ms,
            ended_ms=event.ended_ms,
            endpoint_ms=event.at_ms,
            decode_s=decode_s,
            cause=event.cause,
            voiced_ms=turn.voiced_ms,
        )
