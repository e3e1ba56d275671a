"""Callers given as text: what they hum can be read back, and stands up to what a line does to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.replay.text_models import TextModels
from ivr.replay.text_voice import CLUSTER_MS, WORD_MS, Speech, TextVoice, clusters
from ivr.speech.audio import FRAME_SAMPLES, mulaw_decode
from ivr.speech.recogniser import Recognition
from ivr.speech.vad import VoiceGate

TEXT = "सड़क की लाइट खराब है"
WORDS = st.lists(st.text("कखगनमती", min_size=1, max_size=8), min_size=1, max_size=8)


def recognise(voice: TextVoice, mulaw: bytes, lang: str = "hi", phrases: tuple[str, ...] | None = None) -> Recognition:
    decoder = TextModels(("hi", "te"), voice).decoder(lang, phrases)
    padded = mulaw.ljust(-(-len(mulaw) // FRAME_SAMPLES) * FRAME_SAMPLES, b"\xff")
    for at in range(0, len(padded), 10 * FRAME_SAMPLES):
        decoder.accept(mulaw_decode(padded[at : at + 10 * FRAME_SAMPLES]))
    return decoder.final()


@given(words=WORDS)
def test_what_is_said_is_heard(words: list[str]) -> None:
    voice = TextVoice()
    audio = voice.say(Speech(" ".join(words), "hi"))
    assert recognise(voice, audio).text == " ".join(words)


def test_another_language_hears_nothing() -> None:
    voice = TextVoice()
    assert recognise(voice, voice.say(Speech(TEXT, "hi")), lang="te").rejected


def test_words_that_were_cut_off_are_not_heard() -> None:
    voice = TextVoice()
    audio = voice.say(Speech(TEXT, "hi"))
    half = len(audio) // 2 // FRAME_SAMPLES * FRAME_SAMPLES
    heard = recognise(voice, audio[:half]).text.split()
    assert heard == TEXT.split()[: len(heard)]
    assert 0 < len(heard) < 5


def test_a_grammar_hears_only_its_own_words() -> None:
    voice = TextVoice()
    audio = voice.say(Speech("वाराणसी में", "hi"))
    assert recognise(voice, audio, phrases=("वाराणसी", "लखनऊ")).text == "वाराणसी"
    assert recognise(voice, audio, phrases=("लखनऊ",)).rejected


def test_a_scenario_may_say_what_is_heard_instead() -> None:
    voice = TextVoice()
    audio = voice.say(Speech("नहीं", "hi", heard_as={"te": "వారణాసి"}, bound="हाँ"))
    assert recognise(voice, audio).text == "नहीं"
    assert recognise(voice, audio, phrases=("हाँ", "नहीं")).text == "हाँ"
    assert recognise(voice, audio, lang="te").text == "వారణాసి"


@pytest.mark.parametrize(("word", "count"), [("हाँ", 1), ("हिंदी", 2), ("प्रमाण", 3), ("తెలుగు", 3), ("ధృవీకరణ", 5)])
def test_clusters_are_what_is_spoken(word: str, count: int) -> None:
    assert clusters(word) == count


def test_words_take_as_long_as_speech_and_are_a_voice_to_the_gate() -> None:
    audio = TextVoice().say(Speech("प्रमाण", "hi"))
    assert abs(len(audio) / 8 - (WORD_MS + 3 * CLUSTER_MS)) < 20
    gate, frames = VoiceGate(), range(0, len(audio), FRAME_SAMPLES)
    for _ in range(100):
        gate.is_voiced(mulaw_decode(b"\xff" * FRAME_SAMPLES))
    voiced = [gate.is_voiced(mulaw_decode(audio[at : at + FRAME_SAMPLES])) for at in frames]
    assert sum(voiced) >= len(voiced) - 1
