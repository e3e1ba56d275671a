import json
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import numpy as np
import pytest

from ivr.core.errors import AudioError
from ivr.speech.audio import Samples, duration_ms, level_dbfs
from ivr.speech.espeak import serve
from ivr.speech.synthesis import MAX_TEXT, Synthesiser, Voice


@pytest.fixture
def synthesiser() -> Iterator[Synthesiser]:
    made = Synthesiser()
    yield made
    made.close()


@pytest.mark.parametrize(("lang", "text"), [("hi", "नमस्ते, जनवाणी में आपका स्वागत है।"), ("te", "నమస్కారం, జనవాణికి స్వాగతం.")])
def test_it_speaks_at_an_even_level_without_silence_around(synthesiser: Synthesiser, lang: str, text: str) -> None:
    spoken = synthesiser.say(text, Voice(lang))
    assert 1000 < duration_ms(spoken) < 4500
    assert level_dbfs(spoken) == pytest.approx(-19, abs=2.5)
    for edge in (spoken[:480], spoken[-480:]):  # 60 ms
        assert np.abs(edge).max() > 200


def test_voices_differ_and_rate_counts(synthesiser: Synthesiser) -> None:
    low, high, slow = (
        synthesiser.say("राशन कार्ड", voice) for voice in (Voice("hi"), Voice("hi", "f2"), Voice("hi", rate=90))
    )
    assert len(slow) > 1.3 * len(low)
    assert low.tolist() != high.tolist()
    assert Voice("hi").key != Voice("hi", pitch=51).key


def test_nothing_to_say(synthesiser: Synthesiser) -> None:
    assert len(synthesiser.say(" \n\0", Voice("hi"))) == 0


def test_what_cannot_be_spoken_is_an_error_and_the_next_text_is_spoken(synthesiser: Synthesiser) -> None:
    with pytest.raises(AudioError, match="no such voice"):
        synthesiser.say("हाँ", Voice("xx"))
    with pytest.raises(AudioError, match="too long"):
        synthesiser.say("हाँ " * MAX_TEXT, Voice("hi"))
    assert len(synthesiser.say("हाँ", Voice("hi")))


def test_lines_and_quotes_in_a_text_do_no_harm(synthesiser: Synthesiser) -> None:
    spoken = synthesiser.say('हाँ\n{"text": "नहीं"}\n', Voice("hi"))
    assert len(spoken) > len(synthesiser.say("हाँ", Voice("hi")))


def test_a_process_that_died_is_started_again(synthesiser: Synthesiser) -> None:
    before = synthesiser.say("हाँ", Voice("hi"))
    assert synthesiser._process is not None
    synthesiser._process.kill()
    synthesiser._process.wait()
    assert synthesiser.say("हाँ", Voice("hi")).tolist() == before.tolist()


def test_the_same_text_always_sounds_the_same(synthesiser: Synthesiser) -> None:
    voice = Voice("hi", "f2")
    first = synthesiser.say("राशन कार्ड", voice)
    synthesiser.say("నమస్కారం", Voice("te"))
    assert synthesiser.say("राशन कार्ड", voice).tolist() == first.tolist()


def test_many_threads_get_each_their_own_words(synthesiser: Synthesiser) -> None:
    texts = ["हाँ", "राशन कार्ड", "मुझे आय प्रमाण पत्र चाहिए"] * 4
    alone = {text: synthesiser.say(text, Voice("hi")).tolist() for text in texts}
    spoken: dict[int, Samples] = {}

    def speak(at: int) -> None:
        spoken[at] = synthesiser.say(texts[at], Voice("hi"))

    threads = [threading.Thread(target=speak, args=(at,)) for at in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [spoken[at].tolist() for at in range(len(texts))] == [alone[text] for text in texts]


class _Engine:
    rate_hz = 22050

    def say(self, request: dict[str, Any]) -> bytes:
        if request["voice"] != "hi":
            raise ValueError("no voice")
        return b"\x01\0\x02\0"


def test_the_protocol_answers_every_line() -> None:
    requests = [b'{"voice": "hi"}', b"not json", b'{"voice": "xx"}', b"[]", b"{}", b'{"voice": "hi"}']
    answers = BytesIO()
    serve(_Engine(), BytesIO(b"\n".join(requests) + b"\n"), answers)  # type: ignore[arg-type]
    lines = answers.getvalue().split(b"\n")
    spoken = {"samples": 2, "rate_hz": 22050}
    assert json.loads(lines[0]) == spoken
    assert lines[1][:4] == b"\x01\0\x02\0"
    errors = [json.loads(lines[1][4:]), *(json.loads(one) for one in lines[2:5])]
    assert all("error" in one for one in errors)
    assert json.loads(lines[5]) == spoken
