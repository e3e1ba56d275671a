import numpy as np
import pytest

from ivr.speech.audio import FRAME_MS, FRAME_SAMPLES, Samples, silence, to_int16
from ivr.speech.endpoint import EndCause, Endpointer, EndpointRules, SpeechEnded
from ivr.speech.vad import VoiceGate

from .voices import line, speech


def voiced(samples: Samples) -> list[bool]:
    gate = VoiceGate()
    whole = range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    return [gate.is_voiced(samples[at : at + FRAME_SAMPLES]) for at in whole]


def ends(samples: Samples) -> list[SpeechEnded]:
    endpointer = Endpointer(EndpointRules())
    return [event for one in voiced(samples) if isinstance(event := endpointer.frame(one), SpeechEnded)]


@pytest.mark.parametrize("noise", [0.0, 20.0, 200.0, 800.0])
def test_a_quiet_line_and_a_hissing_one_have_no_voice(noise: float) -> None:
    frames = voiced(line(silence(6000), noise=noise))
    assert sum(frames[50:]) * FRAME_MS <= 60


@pytest.mark.parametrize("text", ["हाँ", "आय प्रमाण पत्र", "नौ चार एक पाँच"])
@pytest.mark.parametrize("noise", [5.0, 300.0])
def test_words_are_found_where_they_are(text: str, noise: float) -> None:
    words = speech(text)
    (end,) = ends(line(silence(2000), words, silence(2000), noise=noise))
    assert end.began_ms == pytest.approx(2000, abs=100)
    assert end.ended_ms == pytest.approx(
        2000 + len(words) / 8, abs=180
    )  # a voiceless last sound is left to the hangover


def test_a_quiet_caller_after_a_loud_one_is_still_heard() -> None:
    loud, quiet = speech("आय प्रमाण पत्र"), to_int16(speech("राशन कार्ड") * 0.12)
    found = ends(line(silence(1000), loud, silence(4000), quiet, silence(1500), noise=5))
    assert len(found) == 2


def test_a_hum_that_sets_in_is_taken_for_the_line_after_some_seconds() -> None:
    hum = to_int16(3000 * np.sin(2 * np.pi * 150 * np.arange(8000 * 12) / 8000))
    assert sum(voiced(line(silence(1000), hum))[-100:]) <= 5


def test_music_behind_the_caller_does_not_hold_the_turn_open() -> None:
    at = np.arange(8000 * 40)
    notes = np.random.default_rng(3).choice([220, 262, 330, 392, 523], size=len(at) // 2000 + 1)
    phase = np.cumsum(2 * np.pi * np.repeat(notes, 2000)[: len(at)] / 8000)
    music = to_int16(3000 * (np.sin(phase) + 0.5 * np.sin(2 * phase)) * np.exp(-(at % 2000) / 1500))
    limit_ms = EndpointRules().max_utterance_ms
    found = ends(line(music))
    assert all(end.at_ms - end.began_ms <= limit_ms for end in found)
    assert all(end.cause in EndCause for end in found)
