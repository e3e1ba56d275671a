"""Who speaks when: real voices into real prompts, counted in audio milliseconds."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
import pytest

from ivr.call.trace import Happened, Ignored, PromptEnded, PromptSent, TraceEvent
from ivr.dialogue.commands import Play
from ivr.dialogue.events import EmergencyHeard, Said
from ivr.replay.case import Act, HouseRules, Turn
from ivr.replay.house import ReplayHouse, replay_house
from ivr.replay.run import Outcome, run_case
from ivr.speech.audio import mulaw_decode, mulaw_encode, to_int16
from ivr.web.assembly import Knowledge
from tests.speech.voices import speech

from .conftest import CACHE, fixture_case, run

E = TypeVar("E", bound=TraceEvent)
ECHO_DB = 8
QUIET = Turn(Act.SAY, audio=b"\xff" * 16_000, at_once=True)
KNOWN = {"hi": "hi/income_certificate_sms", "te": "te/income_certificate_sms"}


def say(text: str, lang: str, after_ms: int | None = None, noise: bool = False) -> Turn:
    audio = speech(text, lang) if not noise else to_int16(np.random.default_rng(3).normal(size=2_400) * 3_000)
    return Turn(Act.SAY, text, audio=mulaw_encode(audio), after_ms=after_ms)


def call(house: ReplayHouse, lang: str, *turns: Turn, keep: int = 1) -> Outcome:
    case = fixture_case(KNOWN[lang], *turns, keep=keep)
    return run(lambda: run_case(house, case))


def of(kind: type[E], outcome: Outcome) -> list[E]:
    return [event for event in outcome.trace if isinstance(event, kind)]


def cuts(outcome: Outcome, prompt: str) -> list[PromptEnded]:
    return [e for e in of(PromptEnded, outcome) if e.prompt == prompt and e.cut]


def texts(outcome: Outcome) -> list[str]:
    said = [e.event for e in of(Happened, outcome) if isinstance(e.event, Said)]
    return [found[0].text for event in said for found in event.nbest.values() if found]


WORDS = [("hi", "हाँ"), ("hi", "जी"), ("hi", "अच्छा"), ("hi", "हाँ जी"), ("te", "అవును"), ("te", "సరే")]


@pytest.mark.parametrize(("lang", "word"), WORDS)
def test_a_back_channel_neither_cuts_a_prompt_nor_answers_it(house: ReplayHouse, lang: str, word: str) -> None:
    outcome = call(house, lang, say(word, lang, after_ms=300), Turn(Act.HANG_UP))
    assert cuts(outcome, "ask_service") == []
    assert [e.what for e in of(Ignored, outcome)] in (["back_channel"], ["noise"])
    assert len([e for e in of(Happened, outcome) if isinstance(e.event, Said)]) == 1  # the language


@pytest.mark.parametrize(("lang", "words"), [("hi", "मुझे राशन कार्ड चाहिए"), ("te", "నాకు రేషన్ కార్డు కావాలి")])
def test_words_cut_a_prompt_within_600_ms_of_voice(house: ReplayHouse, lang: str, words: str) -> None:
    outcome = call(house, lang, say(words, lang, after_ms=300), Turn(Act.HANG_UP))
    (cut,) = cuts(outcome, "ask_service")
    assert cut.heard_ms <= 300 + 900
    assert of(Ignored, outcome) == []


def test_a_cough_into_a_prompt_is_nothing(house: ReplayHouse) -> None:
    outcome = call(house, "hi", say("", "hi", after_ms=300, noise=True), Turn(Act.HANG_UP))
    assert cuts(outcome, "ask_service") == []
    assert {e.what for e in of(Ignored, outcome)} <= {"noise"}
    assert len([e for e in of(Happened, outcome) if isinstance(e.event, Said)]) == 1


def echo_of(house: ReplayHouse, prompt: str, lang: str, delay_ms: int = 300) -> Turn:
    """A loudspeaker telephone: the prompt comes back quieter."""
    rendered = house.assembly.services.prompts.render(Play(prompt, lang))
    quieter = to_int16(mulaw_decode(rendered.mulaw) * 10 ** (-ECHO_DB / 20))
    return Turn(Act.SAY, prompt, audio=mulaw_encode(quieter), after_ms=delay_ms)


@pytest.mark.parametrize(("lang", "prompt"), [("hi", "ask_service"), ("te", "ask_service")])
def test_our_own_words_coming_back_are_not_the_caller(house: ReplayHouse, lang: str, prompt: str) -> None:
    outcome = call(house, lang, echo_of(house, prompt, lang), QUIET, Turn(Act.HANG_UP))
    assert len([e for e in of(Happened, outcome) if isinstance(e.event, Said)]) == 1
    assert {e.what for e in of(Ignored, outcome)} <= {"echo", "noise"}
    assert of(Ignored, outcome)


HELP_KEYS = Turn(Act.PRESS, "999", at_once=True)
FIRE = {
    "hi": "हमारे घर में आग लग गई है जल्दी से कोई आइए सब लोग बाहर खड़े हैं",
    "te": "మా ఇంటికి నిప్పు అంటుకుంది తొందరగా రండి అందరూ బయట ఉన్నారు",
}


@pytest.mark.parametrize("lang", ["hi", "te"])
@pytest.mark.parametrize("keep", [1, 2])
def test_help_is_heard_before_the_caller_has_finished(house: ReplayHouse, lang: str, keep: int) -> None:
    turn = say(FIRE[lang], lang, after_ms=500)
    outcome = call(house, lang, turn, keep=keep)
    (happened,) = [e for e in of(Happened, outcome) if isinstance(e.event, EmergencyHeard)]
    assert happened.event == EmergencyHeard("fire", lang, happened.event.text)  # type: ignore[union-attr]
    sent = [e for e in of(PromptSent, outcome) if e.prompt == "emergency"]
    assert [e.at_ms for e in sent] == [happened.at_ms]
    assert house.assembly.calls.show(outcome.record.call_sid).disposition == "emergency"  # type: ignore[union-attr]


def test_the_emergency_desk_is_dialled(knowledge: Knowledge) -> None:
    with replay_house(CACHE, knowledge, HouseRules(emergency_desks="fire=+915322500101")) as house:
        outcome = call(house, "hi", say(FIRE["hi"], "hi", after_ms=500))
        assert "dialled   +915322500101" in outcome.transcript


def pressed(outcome: Outcome) -> Sequence[EmergencyHeard]:
    return [e.event for e in of(Happened, outcome) if isinstance(e.event, EmergencyHeard)]


def test_the_emergency_keys_at_a_question(house: ReplayHouse) -> None:
    outcome = call(house, "hi", Turn(Act.PRESS, "999"))
    assert pressed(outcome) == [EmergencyHeard()]
    assert "112" in next(e.text for e in of(PromptSent, outcome) if e.prompt == "emergency")


def test_the_emergency_keys_while_a_message_is_recorded(knowledge: Knowledge) -> None:
    with replay_house(CACHE, knowledge, HouseRules(operator=False)) as house:
        outcome = call(house, "hi", Turn(Act.PRESS, "0"), say("मेरा नाम राम है", "hi"), HELP_KEYS)
        assert pressed(outcome) == [EmergencyHeard()]
        assert len(house.recordings().of_call(outcome.record.call_sid)) == 1
