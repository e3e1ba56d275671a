import json
import shutil
from pathlib import Path

import pytest

from ivr.speech.audio import Samples, silence
from ivr.speech.models import ModelRegistry, SpeechModel, load
from ivr.speech.recogniser import Recogniser, Recognition, grammar_for

from .voices import MODELS, line, said, speech

HINDI = ModelRegistry().get("hi")
TELUGU = ModelRegistry().get("te")


def hear(model: SpeechModel, samples: Samples, phrases: list[str] | None = None, piece: int = 1600) -> Recognition:
    recogniser = Recogniser(model, phrases)
    for at in range(0, len(samples), piece):
        recogniser.accept(samples[at : at + piece])
    return recogniser.final()


@pytest.mark.parametrize(
    ("model", "text"), [(HINDI, "आय प्रमाण पत्र"), (HINDI, "राशन कार्ड"), (TELUGU, "అవును"), (TELUGU, "రేషన్ కార్డు")]
)
def test_it_hears_what_is_said_and_when(model: SpeechModel, text: str) -> None:
    heard = hear(model, said(text, model.lang, before_ms=400))
    assert heard.text == text
    assert heard.confidence > 0.9
    assert heard.words[0].start_ms == pytest.approx(400, abs=90)
    ends = [word.end_ms for word in heard.words]
    assert ends == sorted(ends)


def test_a_model_of_16_khz_gets_its_rate(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MODELS / "hi", tmp_path / "hi"))
    conf = folder / "conf/mfcc.conf"
    conf.write_text(conf.read_text().replace("=8000", "=16000"))
    model = load("hi", folder)
    assert model.rate_hz == 16000
    heard = hear(model, said("आय प्रमाण पत्र", before_ms=400), piece=160)
    assert heard.text == "आय प्रमाण पत्र"
    assert heard.words[0].start_ms == pytest.approx(400, abs=90)


def test_a_grammar_binds_and_drops_words_that_the_model_lacks() -> None:
    phrases = ["हाँ", "नहीं", "हाँ xyzzy", "plugh"]
    recogniser = Recogniser(HINDI, phrases)
    assert recogniser.constrained
    assert recogniser.missing_words == {"xyzzy", "plugh"}
    assert hear(HINDI, said("नहीं"), phrases).text == "नहीं"
    grammar = grammar_for(HINDI, tuple(phrases))
    assert grammar is not None
    assert grammar.source == '["हाँ", "नहीं", "[unk]"]'


def test_a_grammar_of_unknown_words_only_is_none() -> None:
    assert grammar_for(HINDI, ("xyzzy", "")) is None
    assert not Recogniser(HINDI, ["xyzzy"]).constrained


def test_silence_and_noise_are_rejected() -> None:
    for samples in (silence(1000), line(silence(1000), noise=300)):
        heard = hear(HINDI, samples, ["हाँ", "नहीं"])
        assert (heard.rejected, heard.text, heard.words, heard.alternatives) == (True, "", (), ())


def test_nothing_fed_is_nothing_heard() -> None:
    assert Recogniser(HINDI).final().rejected


def test_what_libvosk_cuts_at_long_pauses_is_put_together() -> None:
    samples = line(silence(300), speech("आय प्रमाण पत्र"), silence(2500), speech("राशन कार्ड"), silence(500))
    heard = hear(HINDI, samples)
    assert heard.text == "आय प्रमाण पत्र राशन कार्ड"
    assert heard.words[3].start_ms > heard.words[2].end_ms + 2000


def test_partials_grow_into_the_result() -> None:
    recogniser = Recogniser(HINDI)
    samples = said("मुझे राशन कार्ड चाहिए", before_ms=200, after_ms=600)
    partials = []
    for at in range(0, len(samples), 1600):
        recogniser.accept(samples[at : at + 1600])
        partials.append(recogniser.partial())
    assert partials[0] == ""
    assert partials[-1] == recogniser.final().text == "मुझे राशन कार्ड चाहिए"
    assert len(set(partials)) > 2


class _Scores:
    """Answers as libvosk would: log probabilities up to a constant, [unk] among the words."""

    def __init__(self, *readings: tuple[str, float]) -> None:
        words = [(text.split(), score) for text, score in readings]
        self.alternatives = [
            {
                "confidence": score,
                "result": [{"word": w, "start": at / 2, "end": at / 2 + 0.4} for at, w in enumerate(found)],
            }
            for found, score in words
        ]

    def AcceptWaveform(self, data: bytes) -> int:
        return 0

    def FinalResult(self) -> str:
        return json.dumps({"alternatives": self.alternatives})


def decided(*readings: tuple[str, float]) -> Recognition:
    recogniser = Recogniser(HINDI)
    recogniser._vosk = _Scores(*readings)
    return recogniser.final()


def test_doubt_shows_in_alternatives_and_confidence() -> None:
    heard = decided(("आय पत्र", 116.8), ("वार्ड पत्र", 115.9), ("आय [unk]", 114.0))
    assert heard.text == "आय पत्र"
    assert [one.text for one in heard.alternatives] == ["आय पत्र", "वार्ड पत्र", "आय"]
    first, second = heard.words
    assert first.confidence == pytest.approx(0.72, abs=0.02)
    assert second.confidence == pytest.approx(0.96, abs=0.02)
    assert heard.confidence == pytest.approx((first.confidence + second.confidence) / 2)
    scores = [one.confidence for one in heard.alternatives]
    assert scores == sorted(scores, reverse=True)


def test_spellings_of_one_word_do_not_make_it_doubtful() -> None:
    assert decided(("हाँ", 10.0), ("हां", 9.9)).confidence == pytest.approx(1.0)


def test_words_among_noise_are_less_sure_and_noise_alone_is_rejected() -> None:
    assert decided(("[unk] हाँ", 10.0)).confidence == pytest.approx(0.5)
    noise = decided(("[unk]", 10.0), ("हाँ", 9.0))
    assert (noise.rejected, noise.text) == (True, "")
    assert [one.text for one in noise.alternatives] == ["हाँ"]
