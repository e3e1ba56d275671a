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
    DIGITS_COMPLETE_MS,
    CallerPace,
    EndCause,
    Endpointer,
    EndpointEvent,
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
from ivr.speech.turn import Turn
from ivr.speech.vad import VoiceGate
from ivr.understanding.result import Hypothesis, WaitKind

PRE_ROLL_MS = 300
RESUME_ROLL_MS = 160  # of a pause inside a turn, decoded before the voice that ends it
HANGOVER_MS = 300  # of a pause inside a turn, decoded after the voice
BATCH_MS = 200  # libvosk's decoder advances in steps of 0.2 s
PEEK_MS, PEEK_VOICED_MS = 200, 700  # of silence after a short word: partial results would come later than its end
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

    `words`: of the best reading of the surest language `lang`, `free` what its free pass made of it. The last voice
    ended at `ended_ms`, the turn was called over at `endpoint_ms`, and what was left to decode then took `decode_s`.
    `voiced_ms` of it were voice. `listening`: see `Listener.listening`.
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
    lang: str = ""
    free: str = ""
    listening: Mapping[str, str] = field(default_factory=dict)


Heard = SpeechBegan | Partial | Utterance


@dataclass(frozen=True, slots=True)
class _Wait:
    langs: tuple[str, ...]
    phrases: Phrases
    rules: EndpointRules
    digits: int  # a string of so many is asked for; 0: none


class Listener:
    """One per call. `begin` a wait, then `feed` every frame; frames fed before any wait teach it the line's noise."""

    def __init__(
        self,
        models: ModelRegistry,
        pool: DecodingPool,
        clock: Clock | None = None,
        fillers: Mapping[str, Set[str]] | None = None,
        digits: Callable[[str, str], int] | None = None,
        back_channel: Phrases | None = None,
    ) -> None:
        """`digits` (text, lang) says how many digits a text has; `back_channel` are the phrases of those who listen."""
        self._models = models
        self._pool = pool
        self._clock = clock or SystemClock()
        self._fillers = fillers or {}
        self._digits, self._back_channel = digits, back_channel or {}
        self._gate = VoiceGate()
        self._pace = CallerPace()
        self._endpointer = Endpointer(EndpointRules())
        self._recent: deque[Samples] = deque(maxlen=(PRE_ROLL_MS + 2 * EndpointRules().begin_voiced_ms) // FRAME_MS)
        self._wait: _Wait | None = None
        self._turn: Turn | None = None
        self._rest = b""
        self._now_ms = 0
        self._voiced = False
        self.into_prompt: Callable[[int], bool] = lambda _: True  # at `now_ms`; else a turn's first words have no haste

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
        data = self._rest + frame if self._rest else frame
        whole = len(data) // FRAME_SAMPLES * FRAME_SAMPLES
        self._rest = data[whole:]
        heard: list[Heard] = []
        for start in range(0, whole, FRAME_SAMPLES):
            samples = mulaw_decode(data[start : start + FRAME_SAMPLES])
            event = self._noticed(samples)
            if self._wait is not None and (event is not None or self._turn is not None):
                heard += await self._followed(samples, event, self._wait)
        return tuple(heard)

    async def stop(self) -> None:
        """Forget the wait and its decoders; nothing is heard until the next `begin`."""
        self._wait = None
        self._turn = None

    async def read_again(self, lang: str) -> str:
        """The turn so far, decoded once more and to the end; "" where that cannot be trusted. Partial results have no
        confidence, so what is acted upon before the turn is over is heard twice."""
        return await self._read(self._turn, lang) if self._turn else ""

    async def listening(self) -> Mapping[str, str]:
        """The turn so far as a back-channel, by language, "" where it is none: heard by a pass for nothing else, since
        free recognition makes names of these words. Of long turns, and in a pause, what was last made of them."""
        turn, wait = self._turn, self._wait
        if turn is None or wait is None:
            return {}
        news = turn.listened_to < len(turn.fed) and turn.listened_ms < turn.voiced_ms
        if turn.voiced_ms <= PEEK_VOICED_MS and news:
            turn.listened_to, turn.listened_ms = len(turn.fed), turn.voiced_ms
            words = [(lang, self._back_channel.get(lang)) for lang in wait.langs]
            turn.listening = {lang: await self._read(turn, lang, phrases) for lang, phrases in words if phrases}
        return turn.listening

    def _noticed(self, samples: Samples) -> EndpointEvent | None:
        """What every frame costs, and most frames all that they cost."""
        self._now_ms += FRAME_MS
        self._recent.append(samples)
        self._voiced = self._gate.is_voiced(samples)
        return self._endpointer.frame(self._voiced) if self._wait is not None else None

    async def _followed(self, samples: Samples, event: EndpointEvent | None, wait: _Wait) -> list[Heard]:
        try:
            if isinstance(event, SpeechBegan):
                return [event, *await self._begin_turn(event, wait)]
            if isinstance(event, SpeechEnded):
                return await self._end_turn(event, wait)
            return await self._continue_turn(samples, self._voiced, wait)
        except BaseException:
            self._turn = None
            raise

    async def _begin_turn(self, event: SpeechBegan, wait: _Wait) -> list[Heard]:
        if not wait.digits:
            self._pace.began(event)
        turn = Turn(await Passes.open(self._models, self._pool, wait.langs, wait.phrases))
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
        deciding = voiced and turn.voiced_ms == DECIDING_MS and self.into_prompt(self._now_ms)
        paused_ms = len(turn.pause) * FRAME_MS
        if wait.digits and self._digits and paused_ms == DIGITS_COMPLETE_MS:
            await self._count(turn, wait)
        if paused_ms == PEEK_MS and turn.voiced_ms <= PEEK_VOICED_MS and self.into_prompt(self._now_ms):
            return await self._decode(turn, wait) or await self._peek(turn, wait)
        ready = deciding or len(turn.batch) * FRAME_MS >= BATCH_MS or len(turn.pause) == hangover
        return await self._decode(turn, wait) if ready else []

    async def _decode(self, turn: Turn, wait: _Wait) -> list[Heard]:
        heard: list[Heard] = []
        for found in await turn.passes.accept(turn.take_batch()):
            if found.text and turn.said.get((found.lang, found.free)) != found.text:
                turn.said[found.lang, found.free] = found.text
                turn.changed_ms = self._now_ms
                heard.append(Partial(found.lang, found.text, self._now_ms, found.free))
        if heard and wait.digits and self._digits:
            self._wait_for_digits([(text, lang) for (lang, _), text in turn.said.items()], wait)
        return heard

    def _wait_for_digits(self, texts: Sequence[tuple[str, str]], wait: _Wait) -> None:
        count = max((self._digits(text, lang) for text, lang in texts), default=0) if self._digits else 0
        self._endpointer.patience(digits_patience(count, wait.digits))

    async def _count(self, turn: Turn, wait: _Wait) -> None:
        """The last digit stays out of the partial results; in a pause that may be the end, all are read again."""
        texts = [(await self._read(turn, lang, wait.phrases.get(lang)), lang) for lang in wait.langs]
        self._wait_for_digits(texts, wait)

    async def _peek(self, turn: Turn, wait: _Wait) -> list[Heard]:
        """What was said in a turn that pauses early: it may be over, with a word not told yet."""
        if any((await self.listening()).values()) or turn.said:
            return []
        texts = {lang: await self._read(turn, lang) for lang in wait.langs}
        turn.said |= {(lang, True): text for lang, text in texts.items() if text}
        return [Partial(lang, text, self._now_ms) for lang, text in texts.items() if text]

    async def _read(self, turn: Turn, lang: str, phrases: Sequence[str] | None = None) -> str:
        return await self._pool.run(read_again, self._models, lang, np.concatenate(turn.fed), phrases, urgent=True)

    async def _end_turn(self, event: SpeechEnded, wait: _Wait) -> list[Heard]:
        if not wait.digits:  # the pauses between the groups of a number tell nothing about the caller
            self._pace.ended(event, wait.rules)
        turn, self._turn = self._turn, None
        if turn is None:  # lost to an error
            return []
        begun_s = self._clock.monotonic()
        found = await turn.passes.final(turn.take_batch())
        digits = bool(wait.digits)
        results = {lang: two.believed(self._models.get(lang).rejection, digits=digits) for lang, two in found.items()}
        decode_s = self._clock.monotonic() - begun_s
        return [self._utterance(event, results, turn, decode_s)]

    def _utterance(
        self, event: SpeechEnded, results: Mapping[str, TwoPasses], turn: Turn, decode_s: float
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
            lang=surest,
            free=results[surest].free.text,
            listening=turn.listening,
        )
