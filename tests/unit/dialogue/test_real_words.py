"""Calls in the callers' own words: the real grammars, catalogue and understander."""

from collections.abc import Mapping

import pytest

from ivr.core.data import data_dir
from ivr.dialogue.commands import Disposition, HangUp, Listen, OpenTicket, Play
from ivr.dialogue.dialogue import Dialogue
from ivr.dialogue.menu import leaves
from ivr.dialogue.ports import House
from ivr.dialogue.script import Script
from ivr.speech.prompt_text import load_wordings
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.result import WaitKind
from tests.real import knowledge
from tests.unit.dialogue.caller import NOW, NUMBER, Caller, FakeDesk


@pytest.fixture(scope="session")
def dialogue() -> Dialogue:
    known = knowledge()
    return Dialogue(known.understander, known.catalogue, known.script, House("UP"), known.grammars)


@pytest.fixture
def caller(dialogue: Dialogue) -> Caller:
    caller = Caller(dialogue)
    caller.call()
    return caller


def test_hindi_income_certificate(caller: Caller) -> None:
    caller.say_as(hi="हिंदी", te="")
    assert caller.say("मुझे आय प्रमाण पत्र बनवाना है") == ["topic", "say", "sms_coming", "anything_else"]
    assert caller.say("नहीं") == ["goodbye"]
    assert caller.ends_with(HangUp(Disposition.SMS_SENT))


def test_telugu_street_light_said_right_away(caller: Caller) -> None:
    assert caller.say_as(hi="", te="వీధి దీపం వెలగడం లేదు") == ["topic", "ask_place"]
    assert caller.say("గుంటూరు జిల్లా")[:2] == ["ticket_opened", "ticket_number"]
    assert caller.session.lang == "te"


def test_hindi_emergency_and_operator(caller: Caller) -> None:
    caller.say_as(hi="हिंदी", te="")
    assert caller.say("ऑपरेटर से बात कराइए") == ["voicemail"]


def test_emergency_at_the_first_question(caller: Caller) -> None:
    caller.say_as(hi="घर में आग लग गई है", te="")
    assert [p.prompt for p in caller.plays] == ["emergency", "emergency_again", "emergency_else"]
    assert caller.value("emergency", "number") == ("digits", "101")


@pytest.mark.parametrize(
    ("lang", "said", "corrected", "district"),
    [
        ("hi", "गली की बत्ती खराब है", "लखनऊ नहीं नहीं बाराबंकी", "Barabanki"),
        ("te", "వీధి దీపం వెలగడం లేదు", "గుంటూరు కాదు కాదు వరంగల్", "Warangal"),
    ],
)
def test_a_correction_in_the_same_breath_is_taken(
    caller: Caller, lang: str, said: str, corrected: str, district: str
) -> None:
    caller.press("1" if lang == "hi" else "2")
    assert caller.say(said) == ["topic", "ask_place"]
    assert caller.say(corrected)[0] == "ticket_opened"
    assert isinstance(caller.desk.done[0], OpenTicket)
    assert caller.desk.done[0].district == district


def test_spoken_ticket_number(caller: Caller) -> None:
    caller.press("1")
    caller.say("मेरी शिकायत का क्या हुआ")
    assert caller.waiting_for is WaitKind.DIGITS
    words = dict(zip("0123456789", ["शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ"], strict=True))
    assert caller.say(" ".join(words[d] for d in NUMBER))[0] == "status_not_found"


def test_every_service_is_in_the_keypad_menu_once() -> None:
    folder = data_dir("grammars")
    offered = [leaf.id for leaf in leaves(Script.load(folder).menu)]
    assert sorted(offered) == sorted(Catalogue.load(folder).services)


def test_every_district_is_in_the_keypad_menu_once(dialogue: Dialogue) -> None:
    script = Script.load(data_dir("grammars"))
    for lang in script.languages:
        offered = sorted(leaf.id for leaf in leaves(script.district_menu(lang)))
        assert offered == sorted(name for names in script.districts.values() for name in names)


def test_every_prompt_of_a_long_call_can_be_rendered(dialogue: Dialogue) -> None:
    """What the dialogue fills into a prompt is what the prompt's places want."""
    wordings = load_wordings(data_dir("grammars"))
    for lang, texts in _CALLS.items():
        caller = Caller(dialogue, FakeDesk())
        plays: list[Play] = []
        caller.call()
        plays += caller.plays
        for text in texts:
            caller.press(text) if text in "0123456789*#" else caller.say(text)
            plays += caller.plays
        assert {play.lang for play in plays} >= {lang}
        for play in plays:
            assert wordings[play.lang].fill(play, NOW.date()).text


_CALLS: Mapping[str, tuple[str, ...]] = {
    "hi": ("?", "1", "?", "?", "8", "9", "5", "3", "8", "1", "1", "*", "1", "9", "हिंदी", "0"),
    "te": ("?", "2", "?", "?", "8", "9", "5", "3", "9", "4", "2", "3", "*", "1", "6", "0"),
}


def test_the_recogniser_is_told_what_to_expect(caller: Caller, dialogue: Dialogue) -> None:
    assert isinstance(caller.last, Listen)
    assert dialogue.recogniser_phrases(caller.last) == {"hi": None, "te": None}
    caller.press("1")
    caller.say("मेरी शिकायत का क्या हुआ")
    assert isinstance(caller.last, Listen)
    phrases = dialogue.recogniser_phrases(caller.last)["hi"]
    assert phrases
    assert "सात" in phrases


def test_one_word_that_is_a_farewell_and_a_bus_is_a_request_before_anything_was_done(caller: Caller) -> None:
    caller.press("1")
    assert "goodbye" not in caller.say("बस")
    assert caller.say("धन्यवाद") == ["goodbye"]


@pytest.mark.parametrize("mumbled", ["पता नहीं", "हम्म हम्म"])
def test_doubt_is_no_request(caller: Caller, mumbled: str) -> None:
    caller.press("1")
    asked = caller.say("आमदनी वाला परचा बनवाना था")
    assert asked[-1] == "confirm_service"
    assert caller.say(mumbled)[0] == "yes_no_no_match"
    assert caller.session.request.candidates[0] == "income_certificate"
