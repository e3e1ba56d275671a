"""What of a voice that falls into a prompt interrupts it, and what of it is an answer."""

from dataclasses import replace

import pytest

from ivr.call.floor import Floor, Said, Verdict
from ivr.call.hearing import Hearing
from ivr.call.playback import Spoken
from ivr.speech.recogniser import Word
from ivr.understanding.result import WaitKind

LISTENING = {"हाँ", "जी", "हाँ जी"}
HEARING = Hearing(only_listening=lambda text, lang: text in LISTENING)
ASK = Spoken("ask_service", "बताइए, आपको क्या काम है?", "hi", 1_000, 2_000, 3_000)
MORE = Spoken("anything_else", "और कोई काम है?", "hi", 1_000, 1_500, 2_500)


def floor(*texts: str, free: bool = True) -> Floor:
    made = Floor(HEARING)
    made.began()
    for text in texts:
        made.heard("hi", free, text)
    return made


def said(text: str, began_ms: int, *starts_ms: int) -> Said:
    times = starts_ms or range(began_ms, began_ms + 300 * len(text.split()), 300)
    words = [Word(word, at, at + 250, 1.0) for word, at in zip(text.split(), times, strict=True)]
    return Said(text, "hi", words, began_ms)


@pytest.mark.parametrize(
    ("text", "voiced_ms", "cuts"),
    [
        ("राशन कार्ड", 280, False),
        ("राशन कार्ड", 300, True),
        ("हाँ", 300, False),
        ("हाँ जी", 580, False),
        ("हाँ जी", 880, False),
        ("हाँ जी", 900, True),
        ("", 580, False),
        ("", 600, True),
        ("आपको क्या काम", 900, False),  # the prompt's own words
    ],
)
def test_when_a_voice_interrupts(text: str, voiced_ms: int, cuts: bool) -> None:
    assert floor(text).interrupts(voiced_ms, [ASK]) is cuts


@pytest.mark.parametrize(("text", "voiced_ms", "cuts"), [("राम", 880, False), ("राम", 900, True), ("", 600, False)])
def test_who_only_listens_by_a_pass_for_it_does_not_interrupt(text: str, voiced_ms: int, cuts: bool) -> None:
    assert floor(text).interrupts(voiced_ms, [ASK])
    assert floor(text).interrupts(voiced_ms, [ASK], {"hi": "हाँ जी", "te": ""}) is cuts


def test_a_name_that_a_pass_for_it_knows_for_a_back_channel_is_one_and_a_sentence_is_not() -> None:
    named = replace(said("राम", 2_900), listening={"hi": "हाँ"})
    assert floor().verdict(named, WaitKind.SERVICE, [ASK], ASK) is Verdict.BACK_CHANNEL
    assert floor().verdict(named, WaitKind.NUMBER, [ASK], ASK) is Verdict.ANSWER
    sentence = replace(said("राम का कार्ड", 2_900), listening={"hi": "हाँ"})
    assert floor().verdict(sentence, WaitKind.SERVICE, [ASK], ASK) is Verdict.ANSWER


def test_a_new_turn_forgets_the_words_before() -> None:
    made = floor("राशन कार्ड")
    made.began()
    assert not made.interrupts(300, [ASK])


def test_a_back_channel_is_no_answer_before_most_of_a_yes_no_question_was_heard() -> None:
    judged = [floor().verdict(said("हाँ", at), WaitKind.YES_NO, [MORE], MORE) for at in (1_200, 2_040, 2_060, 2_400)]
    assert judged == [Verdict.BACK_CHANNEL, Verdict.BACK_CHANNEL, Verdict.ANSWER, Verdict.ANSWER]


def test_a_back_channel_answers_no_other_question() -> None:
    assert floor().verdict(said("हाँ", 2_900), WaitKind.SERVICE, [ASK], ASK) is Verdict.BACK_CHANNEL


def test_words_of_its_own_are_an_answer_and_no_words_are_noise() -> None:
    assert floor().verdict(said("राशन कार्ड", 1_500), WaitKind.SERVICE, [ASK], ASK) is Verdict.ANSWER
    assert floor().verdict(said("", 1_500), WaitKind.SERVICE, [ASK], ASK) is Verdict.NOISE


def test_our_words_in_our_time_are_echo_and_at_another_time_an_answer() -> None:
    # "बताइए" begins with the prompt, "काम" after three quarters of it
    echo = said("बताइए आपको क्या काम", 1_250, 1_250, 1_900, 2_300, 2_700)
    assert floor().verdict(echo, WaitKind.SERVICE, [ASK], ASK) is Verdict.ECHO
    late = Spoken("choice", "राशन कार्ड, या आधार कार्ड?", "hi", 1_000, 4_000, 5_000)
    assert floor().verdict(said("राशन कार्ड", 4_000), WaitKind.CHOICE, [late], late) is Verdict.ANSWER


def test_another_language_is_never_our_echo() -> None:
    telugu = Spoken("ask_service", ASK.text, "te", 1_000, 2_000, 3_000)
    assert floor("आपको क्या काम").interrupts(300, [telugu])
