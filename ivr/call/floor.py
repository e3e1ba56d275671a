"""Whose turn it is while a prompt sounds: what interrupts it, and what of that is an answer. Pure; audio milliseconds.

A voice interrupts once its words show that it wants to speak, from 300 ms of it; where no word is known yet, at 600 ms,
which "haan ji" does not reach; where all words so far are of those who only listen, at 900 ms. Words come from partial
results about half a second after the voice, so the limits are what lies between cutting at a cough and talking over the
caller. Our own words that come back over a loudspeaker are known by being the prompt's, in its time; they never
interrupt.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz import fuzz

from ivr.call.hearing import Hearing
from ivr.call.playback import Spoken
from ivr.speech.recogniser import Word
from ivr.speech.spelling import sound
from ivr.understanding.result import WaitKind

_SAME_WORD = 75.0  # 0..100, as two passes are compared
_SIGNS = ".,;:!?।॥|"


class Verdict(StrEnum):
    """What an utterance is. Everything but an answer leaves the wait as it was."""

    ANSWER = "answer"
    BACK_CHANNEL = "back_channel"
    ECHO = "echo"
    NOISE = "noise"


@dataclass(frozen=True, slots=True)
class FloorRules:
    """ms of voice, and shares. `early_ms`, `late_ms`: how far a word's time may be off its place in the prompt, which
    is only estimated from the letters before it, plus the way to the telephone and back."""

    words_ms: int = 300
    voice_ms: int = 600
    listening_ms: int = 900
    question_heard: float = 0.7
    echo_words: float = 0.6
    early_ms: int = 400
    late_ms: int = 700


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance that ended. `text` in `lang`: its surest reading, "" where there is none. `listening`: what a pass
    for back-channels alone made of its beginning, by language."""

    text: str
    lang: str
    words: Sequence[Word]
    began_ms: int
    listening: Mapping[str, str] = field(default_factory=dict)


class Floor:
    """One per line. `texts`: what the passes make of the utterance so far, by language and pass."""

    def __init__(self, hearing: Hearing, rules: FloorRules | None = None) -> None:
        self._hearing = hearing
        self._rules = rules or FloorRules()
        self._texts: dict[tuple[str, bool], str] = {}

    def began(self) -> None:
        """Somebody starts to speak."""
        self._texts.clear()

    def heard(self, lang: str, free: bool, text: str) -> None:
        """A partial result."""
        self._texts[lang, free] = text

    @property
    def newest(self) -> str:
        """What is being said, as the free pass hears it."""
        return next((text for (_, free), text in reversed(self._texts.items()) if free and text), "")

    def interrupts(self, voiced_ms: int, spoken: Sequence[Spoken], listening: Mapping[str, str] | None = None) -> bool:
        """Whether the voice, by now `voiced_ms` long, is to cut the prompts, of which `spoken` sounded lately.
        `listening`: what a pass for back-channels alone makes of it, by language."""
        texts = {key: text for key, text in self._texts.items() if text}
        if voiced_ms < self._rules.words_ms or self.echoes(texts, spoken):
            return False
        if not texts and voiced_ms < self._rules.voice_ms:
            return False
        readings = [*((text, lang) for (lang, _), text in texts.items()), *_readings(listening or {})]
        only_listening = any(self._hearing.only_listening(text, lang) for text, lang in readings)
        return not only_listening or voiced_ms >= self._rules.listening_ms

    def echoes(self, texts: Mapping[tuple[str, bool], str], spoken: Sequence[Spoken]) -> bool:
        """Whether in any language the words so far are mostly those of the prompts."""
        return any(self._own_words(text.split(), lang, spoken) for (lang, _), text in texts.items())

    def echoed(self, lang: str, text: str, spoken: Sequence[Spoken]) -> bool:
        """Whether this one result is mostly the prompts' words."""
        return self._own_words(text.split(), lang, spoken)

    def verdict(self, said: Said, kind: WaitKind, spoken: Sequence[Spoken], question: Spoken | None) -> Verdict:
        """What an utterance is that began while a prompt sounded. `spoken`: those that sounded lately; `question`: the
        last one, if the caller had not heard it to its end."""
        if said.words and self._in_time(said, spoken):
            return Verdict.ECHO
        if not said.text:
            return Verdict.NOISE
        if not self._listening(said, kind):
            return Verdict.ANSWER
        asked = kind is WaitKind.YES_NO and question is not None
        if asked and question is not None and question.heard(said.began_ms) >= self._rules.question_heard:
            return Verdict.ANSWER
        return Verdict.BACK_CHANNEL

    def _listening(self, said: Said, kind: WaitKind) -> bool:
        """A back-channel by its surest reading; or by the pass for these words alone, which knows them better but also
        takes some digits for them."""
        if self._hearing.only_listening(said.text, said.lang):
            return True
        if kind in (WaitKind.DIGITS, WaitKind.NUMBER) or len(said.text.split()) > 1:
            return False
        bound = [(text, lang) for (lang, free), text in self._texts.items() if not free]
        return any(self._hearing.only_listening(text, lang) for text, lang in [*bound, *_readings(said.listening)])

    def _own_words(self, words: Sequence[str], lang: str, spoken: Sequence[Spoken]) -> bool:
        own = [word for prompt in spoken if prompt.lang == lang for word, _ in _timed(prompt)]
        shared = sum(any(_same(word, other) for other in own) for word in words)
        return bool(words) and shared >= self._rules.echo_words * len(words)

    def _in_time(self, said: Said, spoken: Sequence[Spoken]) -> bool:
        """Whether most words are the prompts' and come when the prompts say them. A caller may well use our words, but
        not at the moment that we do."""
        own = [timed for prompt in spoken if prompt.lang == said.lang for timed in _timed(prompt)]
        early, late = self._rules.early_ms, self._rules.late_ms
        shared = sum(
            any(_same(word.text, other) and at - early <= word.start_ms <= at + late for other, at in own)
            for word in said.words
        )
        return shared >= self._rules.echo_words * len(said.words)


def _readings(listening: Mapping[str, str]) -> list[tuple[str, str]]:
    """(text, language), where there is a text."""
    return [(text, lang) for lang, text in listening.items() if text]


def _timed(prompt: Spoken) -> list[tuple[str, int]]:
    """The prompt's words and about when each began, by the letters before it."""
    found, at = [], 0
    for word in prompt.text.split():
        share = at / max(1, len(prompt.text))
        found.append((sound(word.strip(_SIGNS)), prompt.starts_ms + round(share * prompt.duration_ms)))
        at += len(word) + 1
    return [(word, ms) for word, ms in found if word]


def _same(word: str, other: str) -> bool:
    return fuzz.ratio(sound(word), other) >= _SAME_WORD
