import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ivr.core.clock import SetClock
from ivr.core.errors import ModelError, OverloadedError
from ivr.dialogue.commands import Listen, Pace
from ivr.replay.recorded import RecordingModels
from ivr.speech.audio import FRAME_SAMPLES, Samples, mulaw_encode, silence, to_int16
from ivr.speech.endpoint import EndCause, SpeechBegan
from ivr.speech.listener import Heard, Listener, Partial, Utterance
from ivr.speech.models import ModelRegistry
from ivr.speech.pool import DecodingPool
from ivr.understanding.result import WaitKind

from .voices import line, said, speech

MODELS = ModelRegistry()
Phrases = Mapping[str, Sequence[str] | None]
HINDI = Listen(WaitKind.SERVICE, ("hi",))
YES_NO: Phrases = {"hi": ("हाँ", "जी हाँ", "नहीं")}


def hear(
    samples: Samples, listen: Listen = HINDI, phrases: Phrases | None = None, frame: int = FRAME_SAMPLES
) -> list[Heard]:
    """A call with one wait, `frame` bytes at a time."""

    async def call() -> list[Heard]:
        pool = DecodingPool(2)
        listener = Listener(MODELS, pool)
        listener.begin(listen, phrases or {})
        heard = await feed(listener, samples, frame)
        await listener.stop()
        pool.close()
        return heard

    return asyncio.run(call())


async def feed(listener: Listener, samples: Samples, frame: int = FRAME_SAMPLES) -> list[Heard]:
    data = mulaw_encode(samples)
    heard: list[Heard] = []
    for at in range(0, len(data), frame):
        heard += await listener.feed(data[at : at + frame])
    return heard


def utterances(heard: Sequence[Heard]) -> list[Utterance]:
    return [one for one in heard if isinstance(one, Utterance)]


def best(utterance: Utterance, lang: str = "hi") -> str:
    return utterance.nbest[lang][0].text if utterance.nbest[lang] else ""


def test_a_sentence_begins_grows_and_ends() -> None:
    words = speech("मुझे राशन कार्ड चाहिए")
    heard = hear(line(silence(1000), words, silence(1500)))
    end_ms = 1000 + len(words) / 8
    began, *partials, utterance = heard
    assert isinstance(began, SpeechBegan)
    assert began.began_ms == pytest.approx(1000, abs=60)
    assert isinstance(utterance, Utterance)
    grown = [one for one in partials if isinstance(one, Partial)]
    texts = [one.text for one in grown]
    assert len(texts) >= 2
    assert len(set(texts)) == len(texts)
    assert best(utterance) == texts[-1] == "मुझे राशन कार्ड चाहिए"
    assert (utterance.began_ms, utterance.cause) == (began.began_ms, EndCause.SILENCE)
    assert utterance.ended_ms == pytest.approx(end_ms, abs=100)
    assert utterance.endpoint_ms - utterance.ended_ms == 660
    assert [one.at_ms for one in grown] == sorted(one.at_ms for one in grown)


def test_word_times_are_those_of_the_call_across_a_pause() -> None:
    first, second = speech("आय प्रमाण पत्र"), speech("राशन कार्ड")
    samples = line(silence(2000), first, silence(900), second, silence(2000))
    (utterance,) = utterances(hear(samples, Listen(WaitKind.SERVICE, ("hi",), pace=Pace.LONG)))
    assert [word.text for word in utterance.words] == ["आय", "प्रमाण", "पत्र", "राशन", "कार्ड"]
    assert utterance.words[0].start_ms == pytest.approx(2000, abs=90)
    assert utterance.words[3].start_ms == pytest.approx(2000 + len(first) / 8 + 900, abs=120)
    assert utterance.words[2].end_ms <= 2000 + len(first) / 8 + 60


def test_a_second_turn_is_heard_without_a_new_wait() -> None:
    samples = line(silence(800), speech("हाँ"), silence(1500), speech("नहीं"), silence(1200))
    assert [best(one) for one in utterances(hear(samples, phrases=YES_NO))] == ["हाँ", "नहीं"]


@pytest.mark.parametrize("frame", [160, 400, 1600, 7])
def test_any_length_of_frame_is_the_same_call(frame: int) -> None:
    samples = said("आय प्रमाण पत्र")
    whole, cut = utterances(hear(samples)), utterances(hear(samples, frame=frame))
    assert [(one.nbest, one.words, one.endpoint_ms) for one in cut] == [
        (one.nbest, one.words, one.endpoint_ms) for one in whole
    ]


@pytest.mark.parametrize(("text", "answer"), [("हाँ", "हाँ"), ("नहीं", "नहीं")])
def test_grammar_and_free_pass_agree_on_an_answer(text: str, answer: str) -> None:
    (utterance,) = utterances(hear(said(text), phrases=YES_NO))
    assert (best(utterance), utterance.agreed) == (answer, True)


def test_another_answer_than_was_asked_for_is_heard_but_not_agreed() -> None:
    (utterance,) = utterances(hear(said("मुझे राशन कार्ड चाहिए"), phrases=YES_NO))
    assert not utterance.agreed
    assert "मुझे राशन कार्ड चाहिए" in [one.text for one in utterance.nbest["hi"]]


@pytest.mark.parametrize(("lang", "text"), [("hi", "हिंदी"), ("te", "తెలుగు")])
def test_two_languages_are_heard_at_once(lang: str, text: str) -> None:
    listen = Listen(WaitKind.LANGUAGE, ("hi", "te"))
    (utterance,) = utterances(hear(said(text, lang), listen, {"hi": ("हिंदी", "तेलुगु"), "te": ("తెలుగు", "హిందీ")}))
    assert set(utterance.nbest) == {"hi", "te"}
    assert best(utterance, lang) == text


def test_silence_costs_no_decoder_and_says_nothing() -> None:
    async def call() -> None:
        pool = DecodingPool(1, queue_limit=-1)  # refuses everything
        listener = Listener(MODELS, pool)
        listener.begin(HINDI, {})
        assert await feed(listener, line(silence(5000), noise=300)) == []
        assert (listener.now_ms, listener.voiced_ms) == (5000, 0)
        pool.close()

    asyncio.run(call())


def test_a_noise_that_is_no_word_is_no_match() -> None:
    knock = np.random.default_rng(0).normal(size=3200) * np.exp(-np.arange(3200) / 800) * 6000
    heard = hear(line(silence(2000), to_int16(knock), silence(1500)), phrases=YES_NO)
    assert utterances(heard)
    assert all(one.nbest["hi"] == () or not one.agreed for one in utterances(heard))


def test_a_new_wait_forgets_the_turn_under_way() -> None:
    async def call() -> list[Heard]:
        pool = DecodingPool(2)
        listener = Listener(MODELS, pool)
        listener.begin(HINDI, {})
        await feed(listener, line(silence(1000), speech("आय प्रमाण पत्र")[:4800]))
        assert listener.voiced_ms >= 300
        listener.begin(HINDI, {})
        assert listener.voiced_ms == 0
        heard = await feed(listener, line(silence(1500), speech("राशन कार्ड"), silence(1500)))
        pool.close()
        return heard

    (utterance,) = utterances(asyncio.run(call()))
    assert best(utterance) == "राशन कार्ड"
    assert utterance.began_ms == pytest.approx(1000 + 600 + 1500, abs=60)


def test_nothing_is_heard_before_a_wait_or_after_stop() -> None:
    async def call() -> None:
        pool = DecodingPool(1, queue_limit=-1)
        listener = Listener(MODELS, pool)
        assert await feed(listener, said("हाँ")) == []
        listener.begin(HINDI, {})
        await listener.stop()
        assert await feed(listener, said("हाँ")) == []
        pool.close()

    asyncio.run(call())


def test_overload_loses_the_turn_not_the_call() -> None:
    async def call() -> list[Heard]:
        full, free = DecodingPool(1, queue_limit=-1), DecodingPool(1)
        listener = Listener(MODELS, full)
        listener.begin(HINDI, {})
        with pytest.raises(OverloadedError):
            await feed(listener, said("हाँ"))
        listener._pool = free  # there is room again
        await feed(listener, silence(1000))
        heard = await feed(listener, said("राशन कार्ड"))
        full.close()
        free.close()
        return heard

    assert [best(one) for one in utterances(asyncio.run(call()))] == ["राशन कार्ड"]


def test_a_missing_model_is_told(tmp_path: Path) -> None:
    async def call() -> None:
        pool = DecodingPool(1)
        listener = Listener(ModelRegistry(tmp_path, tmp_path), pool)
        listener.begin(HINDI, {})
        with pytest.raises(ModelError):
            await feed(listener, said("हाँ"))
        pool.close()

    asyncio.run(call())


def test_endless_noise_ends_in_bounded_turns() -> None:
    tone = np.sin(2 * np.pi * 200 * np.arange(8000 * 20) / 8000) * (np.arange(8000 * 20) % 2400 < 1600) * 9000
    heard = utterances(hear(line(silence(500), to_int16(tone)), Listen(WaitKind.SERVICE, ("hi",), pace=Pace.SHORT)))
    assert all(one.endpoint_ms - one.began_ms <= 8000 for one in heard)


def test_decoding_time_is_the_clocks() -> None:
    async def call() -> Utterance:
        pool = DecodingPool(1)
        listener = Listener(MODELS, pool, SetClock(datetime(2026, 11, 22, tzinfo=UTC)))
        listener.begin(HINDI, {})
        (utterance,) = utterances(await feed(listener, said("हाँ")))
        pool.close()
        return utterance

    assert asyncio.run(call()).decode_s == 0.0


DIGITS = Listen(WaitKind.DIGITS, ("hi",), digits_max=7, pace=Pace.LONG)
DIGIT_WORDS: Phrases = {"hi": ("शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ")}


def hear_digits(samples: Samples) -> list[Heard]:
    async def call() -> list[Heard]:
        pool = DecodingPool(2)
        listener = Listener(MODELS, pool, digits=lambda text, lang: len(text.split()))
        listener.begin(DIGITS, DIGIT_WORDS)
        heard = await feed(listener, samples)
        pool.close()
        return heard

    return asyncio.run(call())


def test_a_number_said_in_groups_is_not_cut_and_not_waited_for_when_whole() -> None:
    groups = [speech("चार आठ दो"), silence(1_400), speech("सात तीन"), silence(1_400), speech("एक छह"), silence(2_500)]
    (whole,) = utterances(hear_digits(line(silence(1_000), *groups)))
    assert len(best(whole).split()) == 7
    assert whole.endpoint_ms - whole.ended_ms <= 520


def test_music_after_the_words_does_not_hold_the_line() -> None:
    rng = np.random.default_rng(5)
    t = np.arange(8_000 * 12) / 8_000
    notes = np.repeat(rng.choice([220, 262, 330, 392, 523], 48), 2_000)
    music = to_int16(3_000 * np.sin(2 * np.pi * notes * t) * (0.4 + 0.6 * np.abs(np.sin(2 * np.pi * 2 * t))))
    heard = utterances(hear(line(silence(1_000), speech("मुझे राशन कार्ड चाहिए"), music)))
    assert heard
    assert heard[0].endpoint_ms - 1_000 <= 8_000
    assert "राशन" in best(heard[0])


def test_whether_a_caller_only_listens_is_read_when_asked_and_not_twice_for_the_same_voice() -> None:
    async def call() -> tuple[list[int], list[Mapping[str, str]], list[Utterance]]:
        pool, models = DecodingPool(2), RecordingModels(MODELS)
        listener = Listener(models, pool, back_channel={"hi": ("हाँ", "अच्छा")})
        listener.into_prompt = lambda _: False
        listener.begin(HINDI, {})
        read, told = list[int](), list[Mapping[str, str]]()
        heard = await feed(listener, line(silence(500), speech("अच्छा"), silence(60)))
        for _ in range(4):
            read.append(len(models.record.passes["hi bound"]))
            told.append(await listener.listening())
            heard += await feed(listener, line(silence(120)))
        heard += await feed(listener, line(silence(1000)))
        pool.close()
        return read, told, utterances(heard)

    read, told, (utterance,) = asyncio.run(call())
    assert read == [0, 1, 1, 1]
    assert told == [{"hi": "अच्छा"}] * 4
    assert utterance.listening == {"hi": "अच्छा"}


def test_another_word_is_no_back_channel_and_nobody_speaking_is_none() -> None:
    async def call() -> list[Mapping[str, str]]:
        pool = DecodingPool(2)
        listener = Listener(MODELS, pool, back_channel={"hi": ("हाँ", "अच्छा")})
        listener.begin(HINDI, {})
        told = [await listener.listening()]
        await feed(listener, line(silence(500), speech("बिजली"), silence(300)))
        told.append(await listener.listening())
        pool.close()
        return told

    assert asyncio.run(call()) == [{}, {"hi": ""}]


@pytest.mark.parametrize(("into_prompt", "passes"), [(True, 2), (False, 1)])
def test_a_short_word_is_read_before_its_end_only_into_a_prompt(into_prompt: bool, passes: int) -> None:
    async def call() -> int:
        pool, models = DecodingPool(2), RecordingModels(MODELS)
        listener = Listener(models, pool)
        listener.into_prompt = lambda _: into_prompt
        listener.begin(HINDI, {})
        await feed(listener, line(silence(500), speech("हाँ"), silence(1500)))
        pool.close()
        return len(models.record.passes["hi free"])

    assert asyncio.run(call()) == passes


def test_time_goes_on_where_nothing_is_waited_for() -> None:
    async def call() -> int:
        pool = DecodingPool(1)
        listener = Listener(MODELS, pool)
        listener.begin(HINDI, {})
        await feed(listener, silence(400))
        await listener.stop()
        await feed(listener, said("आय प्रमाण पत्र"))
        pool.close()
        return listener.now_ms

    assert asyncio.run(call()) == pytest.approx(400 + len(said("आय प्रमाण पत्र")) / 8, abs=20)
