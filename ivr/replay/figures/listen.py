"""Has utterances heard and understood, one by one, each on a line of its own making."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ivr.core.clock import Clock, SystemClock
from ivr.replay.figures.corpus import Item
from ivr.replay.figures.rows import Got, Row, meaning_parts, text_parts
from ivr.replay.spoil.spoiled import Spoil, spoiled
from ivr.replay.voices import CALLERS, caller_says
from ivr.speech.audio import Samples, mulaw_decode, read_any
from ivr.speech.offline import hear
from ivr.understanding.accuracy import same_value
from ivr.understanding.result import Band
from ivr.web.assembly import Knowledge

TODAY = date(2026, 11, 22)  # that the dates of tests/data are reckoned from


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines on which every utterance is heard: no noise, and each of `noises` at each of `snrs_db`; all of it with
    each of `lost`. `also`: what is the same on all of them."""

    noises: tuple[str, ...] = ()
    snrs_db: tuple[float, ...] = ()
    lost: tuple[float, ...] = (0.0,)
    also: Spoil = field(default_factory=Spoil)

    def every(self) -> Iterator[Spoil]:
        for lost in self.lost:
            yield replace(self.also, lost=lost)
            for noise in self.noises:
                for snr_db in self.snrs_db:
                    yield replace(self.also, lost=lost, noise=noise, snr_db=snr_db)


@dataclass(frozen=True, slots=True)
class Ear:
    """`voices`: by how many synthesised callers each utterance is said, where nobody recorded it."""

    knowledge: Knowledge
    voices_dir: Path
    voices: int = 1
    today: date = TODAY
    clock: Clock = field(default_factory=SystemClock)

    def jobs(self, items: Sequence[Item], lines: Lines) -> list[tuple[Item, int, Spoil]]:
        """(utterance, caller, line) of all that is to be heard."""
        return [
            (item, (_number(item.id) + more) % len(CALLERS), how)
            for item in items
            for more in range(1 if item.file else self.voices)
            for how in lines.every()
        ]

    def row(self, item: Item, caller: int, how: Spoil) -> Row:
        """One utterance heard. AudioError where its file cannot be read."""
        voice = item.voice or (item.file.name if item.file else CALLERS[caller][0])
        name = f"{item.id}|{voice}|{how.noise}|{how.snr_db if how.noise else ''}|{how.lost}"
        grammar = self.knowledge.grammars.by_language[item.lang]
        got = self._got(item, spoiled(self._sound(item, caller), how.for_file(name)))
        fold = grammar.language.folder.fold
        return Row(
            id=name,
            lang=item.lang,
            voice=voice,
            noise=how.noise,
            snr_db=how.snr_db if how.noise else None,
            lost=how.lost,
            note=item.note,
            parts=text_parts(fold(item.wanted.text), fold(got.text)) | meaning_parts(item.wanted, got),
        )

    def _sound(self, item: Item, caller: int) -> Samples:
        if item.file is not None:
            return read_any(item.file)
        espeak = self.knowledge.grammars.by_language[item.lang].language.espeak
        return mulaw_decode(caller_says(item.wanted.text, espeak, caller, self.voices_dir))

    def _got(self, item: Item, samples: Samples) -> Got:
        knowledge = self.knowledge
        phrases = knowledge.grammars.recogniser_phrases(item.lang, item.wait)
        fillers = knowledge.grammars.by_language[item.lang].language.filler_words
        heard = hear(knowledge.models.get(item.lang), samples, phrases, self.clock, fillers)
        if not heard.nbest:
            return Got("")
        found = knowledge.understander.understand(heard.nbest, item.lang, item.wait, self.today)
        doubted = heard.rejected and found.band is Band.ACCEPT  # the dialogue asks where the passes differ
        return Got(
            text=heard.text,
            ranked=tuple(candidate.intent for candidate in found.alternatives),
            band=Band.CONFIRM if doubted else found.band,
            emergency=found.emergency,
            slot_right=same_value(item.wanted.slot or "", found.slots.get(item.wait.value)),
        )


def _number(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)
