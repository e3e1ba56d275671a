"""Measures a bundled model with libvosk on what callers say, by voices it never heard.

    python -m tools.acoustic.evaluate hi [--model DIR] [--count 150]

Prints for each line condition: word errors and intents of service requests (free recognition), requests accepted that
mean nothing (speech about something else), strings of ten digits and yes/no under their grammars, and load.
"""

import argparse
import functools
import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import vosk

from ivr.core.data import data_dir
from ivr.speech.audio import RATE_HZ, Samples, silence
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.grammars import Grammars
from ivr.understanding.result import Band, Hypothesis, WaitKind
from ivr.understanding.text import words
from ivr.understanding.understand import Understander
from tools.acoustic import corpus
from tools.acoustic.espeak import Espeak
from tools.fixtures.channel import Line, telephone
from tools.fixtures.voices import HELD_OUT_VOICES, Caller, speak

_TODAY = date(2026, 11, 22)
_LEVEL = 0.4
_CHUNK = RATE_HZ // 5
CONDITIONS = {
    "clean": Line(),
    "street 15 dB": Line("street", 15),
    "street 10 dB": Line("street", 10),
    "babble 10 dB": Line("babble", 10),
}


@dataclass(frozen=True, slots=True)
class Heard:
    """`certain`: mean confidence of the known words; `known`: their share of all that was heard, in time."""

    text: str
    certain: float
    known: float


@dataclass(slots=True)
class Recogniser:
    """A model with its phrases (None: free), counting the seconds heard and the processor's."""

    model: vosk.Model
    grammar: str | None = None
    audio_s: float = 0.0
    cpu_s: float = 0.0

    def hear(self, audio: Samples) -> Heard:
        """Everything recognised in one utterance."""
        options = (self.model, RATE_HZ) if self.grammar is None else (self.model, RATE_HZ, self.grammar)
        recogniser = vosk.KaldiRecognizer(*options)
        recogniser.SetWords(True)
        begun, found = time.process_time(), []
        for i in range(0, len(audio), _CHUNK):
            if recogniser.AcceptWaveform(audio[i : i + _CHUNK].tobytes()):
                found += json.loads(recogniser.Result()).get("result", [])
        found += json.loads(recogniser.FinalResult()).get("result", [])
        self.cpu_s += time.process_time() - begun
        self.audio_s += len(audio) / RATE_HZ
        return _heard(found)


def _heard(every: Sequence[dict[str, float | str]]) -> Heard:
    known = [w for w in every if w["word"] != "[unk]"]
    spans = [float(w["end"]) - float(w["start"]) for w in every]
    spans_known = [float(w["end"]) - float(w["start"]) for w in known]
    certain = sum(float(w["conf"]) for w in known) / len(known) if known else 0.0
    return Heard(" ".join(str(w["word"]) for w in every), certain, sum(spans_known) / (sum(spans) or 1.0))


def word_errors(said: str, heard: str) -> int:
    """Edit distance in words."""
    a, b = said.split(), heard.split()
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(new[-1] + 1, row[j] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


@functools.cache
def _engine() -> Espeak:
    return Espeak()


def _plain(text: str) -> str:
    """As the recogniser writes it: without joiners."""
    return " ".join(words(text))


def spoken(lang: str, texts: Sequence[str], seed: int) -> list[Samples]:
    """Every text by one of the held-out voices in turn, with silence around it."""
    chance, engine, made = random.Random(seed), _engine(), []
    for i, text in enumerate(texts):
        voice = HELD_OUT_VOICES[i % len(HELD_OUT_VOICES)]
        caller = Caller(voice, chance.randint(130, 185), chance.randint(30, 70), chance.randint(30, 70))
        audio = (speak(text, lang, caller, engine) * _LEVEL).astype(np.int16)
        made.append(np.concatenate([silence(300), audio, silence(600)]))
    return made


@dataclass(frozen=True)
class Bench:
    """What is measured: requests (service id, text), speech about something else, digit strings, yes/no answers."""

    lang: str
    grammars: Grammars
    understander: Understander
    count: int

    def requests(self) -> list[tuple[str, str]]:
        chance = random.Random(7)
        services = [s for s, templates in self.grammars.by_language[self.lang].services.items() if templates]
        chosen = [services[i % len(services)] for i in range(self.count)]
        return [(s, _plain(chance.choice(self.grammars.phrases(self.lang, s)))) for s in chosen]

    def digits(self) -> list[str]:
        chance = random.Random(9)
        return [" ".join(chance.choices(corpus.digits(self.lang), k=10)) for _ in range(self.count // 3)]

    def grammar(self, kind: WaitKind) -> str:
        phrases = map(_plain, self.grammars.recogniser_phrases(self.lang, kind) or ())
        known = [phrase for phrase in dict.fromkeys(phrases) if phrase and not phrase.isascii()]
        return json.dumps([*known, "[unk]"], ensure_ascii=False)

    def band(self, heard: Heard, floor: bool) -> tuple[str | None, Band]:
        found = self.understander.understand([Hypothesis(heard.text)], self.lang, WaitKind.SERVICE, _TODAY)
        low = floor and (heard.certain < 0.85 or heard.known < 0.7)
        return found.intent, Band.REJECT if low else found.band


def _service_row(bench: Bench, model: vosk.Model, line: Line) -> str:
    requests, free = bench.requests(), Recogniser(model)
    audio = spoken(bench.lang, [text for _, text in requests], 1)
    wrong = total = right = accepted = mistaken = 0
    for i, ((service, text), wave) in enumerate(zip(requests, audio, strict=True)):
        heard = free.hear(telephone(wave, line, i))
        wrong, total = wrong + word_errors(text, heard.text), total + len(text.split())
        intent, band = bench.band(heard, floor=True)
        meant = bench.band(Heard(text, 1.0, 1.0), floor=False)[0]
        right += intent in (service, meant)
        accepted += band is Band.ACCEPT and intent in (service, meant)
        mistaken += band is Band.ACCEPT and intent not in (service, meant)
    n = len(requests)
    return (
        f"requests: WER {wrong / total:.1%}, right intent {right / n:.1%}, accepted {accepted / n:.1%}, "
        f"accepted wrongly {mistaken / n:.1%}, RTF {free.cpu_s / free.audio_s:.3f}"
    )


def _other_row(bench: Bench, model: vosk.Model, line: Line) -> str:
    audio = spoken(bench.lang, corpus.other(bench.lang) * 3, 5)
    free = Recogniser(model)
    heard = [free.hear(telephone(wave, line, i)) for i, wave in enumerate(audio)]
    shares = []
    for floor in (False, True):
        bands = [bench.band(h, floor)[1] for h in heard]
        shares.append("/".join(f"{bands.count(b) / len(bands):.1%}" for b in (Band.ACCEPT, Band.CONFIRM)))
    return f"something else: accept/confirm {shares[0]}, with the confidence floor {shares[1]}"


def _digits_row(bench: Bench, model: vosk.Model, line: Line) -> str:
    """Strings of ten digits: understood whole, and digits right at their place."""
    recogniser, texts = Recogniser(model, bench.grammar(WaitKind.DIGITS)), bench.digits()
    values = {word: str(i) for i, word in enumerate(corpus.digits(bench.lang))}
    whole = places = 0
    for i, (text, wave) in enumerate(zip(texts, spoken(bench.lang, texts, 3), strict=True)):
        heard = recogniser.hear(telephone(wave, line, i)).text
        slots = bench.understander.understand([Hypothesis(heard)], bench.lang, WaitKind.DIGITS, _TODAY).slots
        said, got = "".join(values[w] for w in text.split()), str(slots.get("digits") or "")
        whole += said == got
        places += sum(a == b for a, b in zip(said, got, strict=False))
    return f"ten digits: whole {whole / len(texts):.1%}, single digits {places / len(texts) / 10:.1%}"


def _yes_no_row(bench: Bench, model: vosk.Model, line: Line) -> str:
    grammar = bench.grammars.by_language[bench.lang]
    texts = [(answer, t) for answer in ("yes", "no") for t in grammar.written(grammar.yes_no[answer], 20)[:40]]
    recogniser = Recogniser(model, bench.grammar(WaitKind.YES_NO))
    right = wrong = 0
    for i, ((answer, _), wave) in enumerate(zip(texts, spoken(bench.lang, [t for _, t in texts], 4), strict=True)):
        heard = recogniser.hear(telephone(wave, line, i)).text
        slots = bench.understander.understand([Hypothesis(heard)], bench.lang, WaitKind.YES_NO, _TODAY).slots
        right += slots.get("yes_no") == answer
        wrong += slots.get("yes_no") == {"yes": "no", "no": "yes"}[answer]
    return f"yes/no: right {right / len(texts):.1%}, opposite {wrong / len(texts):.1%} of {len(texts)}"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure a bundled speech model.")
    parser.add_argument("lang")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--count", type=int, default=150)
    args = parser.parse_args()
    vosk.SetLogLevel(-1)
    folder = data_dir("grammars")
    grammars = Grammars.load(folder)
    bench = Bench(args.lang, grammars, Understander(grammars, Catalogue.load(folder)), args.count)
    model = vosk.Model(str(args.model or data_dir("audio") / "models" / args.lang))
    rows: tuple[Callable[[Bench, vosk.Model, Line], str], ...] = (
        _service_row,
        _other_row,
        _digits_row,
        _yes_no_row,
    )
    for name, line in CONDITIONS.items():
        for row in rows:
            sys.stdout.write(f"{args.lang} | {name} | {row(bench, model, line)}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
