"""Training speech: espeak-ng voices at 8 kHz, with the phones and where each begins.

python -m tools.acoustic.synthesise hi 30000 hi.pkl      # 1-2 minutes for 12 hours of speech
"""

import argparse
import multiprocessing
import pickle
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from tools.acoustic import corpus, phones
from tools.acoustic.espeak import RATE_HZ as ESPEAK_RATE_HZ
from tools.acoustic.espeak import Espeak, Manner, Spoken

RATE_HZ = 8000
_NAMES = """
m1 m2 m3 m4 m6 m7 m8 f1 f2 f3 f5 Alex Alicia Andrea Annie Denis Diogo Gene Gene2 Henrique Hugo Jacky Lee Marco Mario
Michael Mike Nguyen adam anika announcer antonio aunty belinda benjamin boris caleb david ed edward edward2 grandma
grandpa iven iven2 iven3 john kaukovalta klatt klatt2 klatt4 linda marcelo max michel miguel norbert pablo paul pedro
quincy rob robert sandro shelby steph steph3 travis victor zac
"""
TRAIN_VOICES = ("", "Mr serious", *_NAMES.split())
_STRETCH = (0.84, 1.2)  # formants, pitch and pace together: another mouth
_SHORTEST_S, _LONGEST_S = 0.2, 7.0
_PEAK = 20000.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """`audio` at 8 kHz; `ids` the phones said (places in the inventory); `starts` the first sample of each."""

    audio: NDArray[np.int16]
    ids: NDArray[np.int16]
    starts: NDArray[np.int32]


def _phones(lang: str, spoken: Spoken, scale: float) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    for sample, name in spoken.phonemes:
        phone = phones.fold(lang, name)
        if phone is None or (found and phone == phones.SIL == found[-1][0]):
            continue
        found.append((phone, int(sample * scale)))
    return found


def utterance(engine: Espeak, lang: str, text: str, rng: random.Random) -> Utterance | None:
    """`text` by one of the training voices in some manner; None when it came out too short or too long."""
    variant = rng.choice(TRAIN_VOICES)
    manner = Manner(rng.randint(120, 205), rng.randint(20, 80), rng.randint(20, 80), rng.choice((0, 0, 0, 1, 3)))
    spoken = engine.say(text, f"{lang}+{variant}" if variant else lang, manner)
    scale = RATE_HZ / ESPEAK_RATE_HZ / rng.uniform(*_STRETCH)
    audio = soxr.resample(spoken.audio.astype(np.float32), 1.0, scale)
    found = _phones(lang, spoken, scale)
    if not found or not _SHORTEST_S * RATE_HZ <= len(audio) <= _LONGEST_S * RATE_HZ:
        return None
    index = {p: i for i, p in enumerate(phones.inventory(lang))}
    level = _PEAK / max(1.0, float(np.abs(audio).max()))
    ids = np.array([index[p] for p, _ in found], np.int16)
    return Utterance((audio * level).astype(np.int16), ids, np.array([s for _, s in found], np.int32))


def _work(job: tuple[str, list[str], int]) -> list[Utterance]:
    lang, texts, seed = job
    engine, rng = Espeak(), random.Random(seed)
    made = (utterance(engine, lang, text, rng) for text in texts)
    return [one for one in made if one]


def corpus_speech(lang: str, texts: list[str], seed: int, processes: int = 2) -> list[Utterance]:
    """An utterance of every text, the same for the same seed whatever the number of processes."""
    jobs = [(lang, texts[i : i + 500], seed * 1000 + i) for i in range(0, len(texts), 500)]
    with multiprocessing.get_context("spawn").Pool(processes, maxtasksperchild=1) as pool:
        return [one for part in pool.map(_work, jobs, chunksize=1) for one in part]


def main() -> None:
    parser = argparse.ArgumentParser(description="Speak training sentences.")
    parser.add_argument("lang")
    parser.add_argument("count", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--words", type=Path, help="a file with further words, one a line (`ivr models words --all`)")
    args = parser.parse_args()
    extra = tuple(args.words.read_text(encoding="utf-8").split()) if args.words else ()
    made = corpus_speech(args.lang, corpus.sentences(args.lang, args.count, seed=1, extra=extra), seed=1)
    args.out.write_bytes(pickle.dumps(made, protocol=5))
    hours = sum(len(one.audio) for one in made) / RATE_HZ / 3600
    sys.stdout.write(f"{args.lang}: {len(made)} utterances, {hours:.2f} h\n")


if __name__ == "__main__":
    main()
