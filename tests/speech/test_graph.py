"""Graphs built of the grammars' words, decoded by libvosk."""

import hashlib
import json
import math
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import vosk

from ivr.core.data import data_dir
from ivr.core.errors import ModelError
from ivr.speech.audio import Samples, silence
from ivr.speech.graph import GraphReport, can_rebuild, rebuild
from ivr.speech.graph.phones import read_phones
from ivr.speech.graph.sentences import practice
from ivr.understanding.grammars import Grammars
from tests.speech.voices import said

MODELS = data_dir("audio") / "models"
LANGS = ("hi", "te")
WORDS = {
    "hi": "मुझे आय प्रमाण पत्र बनवाना है सड़क की लाइट खराब हाँ नहीं",
    "te": "నాకు ఆదాయ ధృవీకరణ పత్రం కావాలి వీధి దీపం అవును కాదు",
}
SENTENCES = {
    "hi": ["मुझे आय प्रमाण पत्र बनवाना है", "सड़क की लाइट खराब है", "हाँ", "नहीं"],
    "te": ["నాకు ఆదాయ ధృవీకరణ పత్రం కావాలి", "వీధి దీపం", "అవును", "కాదు"],
}


@pytest.fixture(scope="module")
def grammars() -> Grammars:
    return Grammars.load(data_dir("grammars"))


def small(lang: str, out: Path, extra: str = "") -> GraphReport:
    return rebuild(MODELS / lang, [*WORDS[lang].split(), *extra.split()], SENTENCES[lang], out)


def heard(model: Path, audio: Samples) -> str:
    recogniser = vosk.KaldiRecognizer(vosk.Model(str(model)), 8000)
    recogniser.AcceptWaveform(audio.tobytes())
    text: str = json.loads(recogniser.FinalResult())["text"]
    return text


def digest(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


@pytest.mark.parametrize("lang", LANGS)
def test_a_small_graph_hears_its_sentences(lang: str, tmp_path: Path) -> None:
    small(lang, tmp_path)
    for sentence in SENTENCES[lang]:
        assert heard(tmp_path, said(sentence, lang, "m5")) == sentence


def test_a_word_that_a_service_brings_is_heard_after_a_rebuild(tmp_path: Path) -> None:
    audio = said("मुझे ट्रैक्टर बनवाना है", "hi", "f4")
    small("hi", tmp_path / "before")
    small("hi", tmp_path / "after", "ट्रैक्टर")
    assert "ट्रैक्टर" not in heard(tmp_path / "before", audio)
    assert "ट्रैक्टर" in heard(tmp_path / "after", audio)


def test_a_strange_word_is_heard_as_unknown(tmp_path: Path) -> None:
    small("hi", tmp_path)
    assert "[unk]" in heard(tmp_path, said("समुद्र के किनारे ठंडी हवा चल रही", "hi", "m5"))


def test_silence_is_no_word(tmp_path: Path) -> None:
    small("te", tmp_path)
    assert heard(tmp_path, silence(3000)) == ""


def test_a_rebuild_gives_the_same_bytes(tmp_path: Path) -> None:
    small("hi", tmp_path / "one")
    reordered = reversed(WORDS["hi"].split())
    rebuild(MODELS / "hi", reordered, SENTENCES["hi"], tmp_path / "two")
    assert digest(tmp_path / "one") == digest(tmp_path / "two")


def test_the_model_itself_is_copied_with_its_graph(tmp_path: Path) -> None:
    small("te", tmp_path)
    assert (tmp_path / "am/final.mdl").read_bytes() == (MODELS / "te/am/final.mdl").read_bytes()
    assert can_rebuild(tmp_path)


def test_in_place_only_the_graph_changes(tmp_path: Path) -> None:
    small("hi", tmp_path)
    before = digest(tmp_path)
    rebuild(tmp_path, ["पानी"], ["पानी"])
    changed = {name for name, value in digest(tmp_path).items() if before.get(name) != value}
    assert changed == {f"graph/{n}" for n in ("HCLr.fst", "Gr.fst", "words.txt", "lexicon.txt")}


def test_words_without_a_letter_rule_are_named_and_left_out(tmp_path: Path) -> None:
    report = small("hi", tmp_path, "card ७")
    assert report.unspeakable == ("card", "७")
    assert "card" not in (tmp_path / "graph/words.txt").read_text(encoding="utf-8")


def test_a_model_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "am").mkdir()
    with pytest.raises(ModelError, match="only bundled models"):
        rebuild(tmp_path, ["पानी"], [])


def test_no_words_at_all_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no words"):
        rebuild(MODELS / "hi", [], [], tmp_path)


def test_letters_of_another_models_phones_are_refused(tmp_path: Path) -> None:
    small("te", tmp_path)
    shutil.copy(MODELS / "hi/letters.yaml", tmp_path / "letters.yaml")
    with pytest.raises(ModelError, match="no such phones"):
        rebuild(tmp_path, ["పాలు"], [])


@pytest.mark.parametrize("lang", LANGS)
def test_the_phone_bigram_is_a_distribution(lang: str) -> None:
    phones = read_phones(MODELS / lang / "am/phones.txt")
    for row in phones.costs:
        assert sum(math.exp(-cost) for cost in row) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize("lang", LANGS)
def test_the_bundled_graph_knows_every_word_of_the_grammars(lang: str, grammars: Grammars) -> None:
    lines = (MODELS / lang / "graph/words.txt").read_text(encoding="utf-8").splitlines()
    missing = grammars.hearable(lang) - {line.split()[0] for line in lines}
    assert not missing, f"{len(missing)} words unknown: run `ivr models graph`"


@pytest.mark.parametrize("lang", LANGS)
def test_practice_sentences_stay_within_the_vocabulary(lang: str, grammars: Grammars) -> None:
    said_words = {word for sentence in practice(grammars, lang, 2000) for word in sentence.split()}
    known = grammars.hearable(lang)
    assert len(said_words - known) / len(said_words) < 0.02
    assert list(practice(grammars, lang, 50)) == list(practice(grammars, lang, 50))


def test_odd_audio_is_decoded_in_less_than_its_own_time() -> None:
    """A beam too wide once took seconds for one result on tones and noise."""
    recogniser = vosk.KaldiRecognizer(vosk.Model(str(MODELS / "hi")), 8000)
    chance = np.random.default_rng(1)
    t = np.arange(8000 * 5) / 8000
    odd = np.sin(2 * np.pi * 440 * t) * 6000 + chance.normal(size=len(t)) * 3000
    begun = time.process_time()
    recogniser.AcceptWaveform(odd.astype(np.int16).tobytes())
    recogniser.FinalResult()
    assert time.process_time() - begun < 5.0
