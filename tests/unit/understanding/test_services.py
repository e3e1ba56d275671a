"""From what a caller says to the service, on small grammars."""

from collections.abc import Sequence
from datetime import date

import pytest

from ivr.understanding.index import PhraseIndex
from ivr.understanding.matcher import Matcher
from ivr.understanding.result import Band, Hypothesis, Understanding, WaitKind
from ivr.understanding.text import Keys
from ivr.understanding.understand import Understander

TODAY = date(2026, 11, 22)
WHATS = ["कागज", "दीवार", "सड़क", "नाली", "खेत", "कुआँ", "बिजली", "पानी", "छत", "तालाब", "बगीचा", "मंदिर", "पुल", "दुकान"]


def say(understander: Understander, *texts: str, lang: str = "hi") -> Understanding:
    return understander.understand([Hypothesis(text) for text in texts], lang, WaitKind.SERVICE, TODAY)


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("आय प्रमाण पत्र बनवाना है", "income_certificate"),
        ("मुझे नया राशन कार्ड चाहिए", "ration_card_new"),
        ("राशन कार्ड खो गया", "ration_card_duplicate"),
        ("राशन कार्ड का स्टेटस", "ration_card_status"),
        ("स्ट्रीट लाइट बंद है", "street_light_repair"),
    ],
)
def test_a_phrase_of_the_grammar_is_accepted(understander: Understander, text: str, service: str) -> None:
    found = say(understander, text)
    assert (found.intent, found.band) == (service, Band.ACCEPT)
    assert found.score > 0.9


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("बत्ती खंभे की खराब है", "street_light_repair"),  # order
        ("रासन कारड गिर गइल", "ration_card_duplicate"),  # spelling, dialect
        ("आमदनी का सर्टिफिकेट चाही", "income_certificate"),  # loan word
        ("राशनकार्ड दोबारा निकलवाना है", "ration_card_duplicate"),  # written together
        ("स्टीट लाइट खराब है", "street_light_repair"),  # misheard
    ],
)
def test_variants_of_a_phrase_are_understood(understander: Understander, text: str, service: str) -> None:
    found = say(understander, text)
    assert found.intent == service
    assert found.band is not Band.REJECT


def test_a_long_story_is_reduced_to_its_request(understander: Understander) -> None:
    story = "हैलो भाई साहब सुनिए हम बहुत दूर से बोल रहे हैं कल बाजार गए थे वहीं पर हमारा राशन कार्ड खो गया बहुत परेशान हैं"
    found = say(understander, story)
    assert found.intent == "ration_card_duplicate"
    assert found.band is not Band.REJECT


def test_what_follows_a_cancelling_word_counts(understander: Understander) -> None:
    found = say(understander, "स्ट्रीट लाइट खराब है नहीं नहीं राशन कार्ड खो गया")
    assert found.intent == "ration_card_duplicate"


@pytest.mark.parametrize("text", ["आज मौसम कैसा है", "क्रिकेट का स्कोर बताओ", "हैलो जी", "कल बारात जाएगी"])
def test_what_no_service_is_about_is_rejected(understander: Understander, text: str) -> None:
    assert say(understander, text).band is Band.REJECT


def test_the_second_hypothesis_helps_when_the_first_is_nonsense(understander: Understander) -> None:
    found = say(understander, "घास कर रखो क्या", "राशन कार्ड खो गया")
    assert found.intent == "ration_card_duplicate"
    alone = say(understander, "राशन कार्ड खो गया")
    assert found.score < alone.score


def test_alternatives_are_best_first_with_the_margin_between_them(understander: Understander) -> None:
    found = say(understander, "राशन कार्ड")
    scores = [candidate.score for candidate in found.alternatives]
    assert scores == sorted(scores, reverse=True)
    assert len(scores) >= 3
    assert found.margin == pytest.approx(scores[0] - scores[1], abs=1e-3)
    assert found.margin < 0.3


@pytest.mark.parametrize("text", ["", "   ", "।।", "a" * 5000, "1 2 3", "😀"])
def test_odd_input_is_rejected_and_harms_nothing(understander: Understander, text: str) -> None:
    found = say(understander, text)
    assert found.intent is None or found.band is Band.REJECT


def test_no_hypothesis_at_all(understander: Understander) -> None:
    assert say(understander).intent is None


def test_telugu_with_case_endings(understander: Understander) -> None:
    assert say(understander, "నాకు రేషన్ కార్డ్ కావాలె", lang="te").intent == "ration_card_new"
    assert say(understander, "వీధిలో లైటు వెలగడం లేదు", lang="te").intent == "street_light_repair"


@pytest.mark.parametrize(
    ("said", "score"), [("काम करवाना", 1.0), ("करवाना काम", 1.0), ("काम", None), ("काम करवाना कागज", None)]
)
def test_a_phrase_of_words_that_each_tell_little_is_found_where_it_is_all_that_is_said(
    understander: Understander, said: str, score: float | None
) -> None:
    """Its own service has many other phrases, and all others say these words too."""
    folder = understander.grammars.by_language["hi"].language.folder
    others: dict[str, Sequence[Sequence[Keys]]]
    others = {f"other{i}": ((folder.fold(f"काम करवाना {what}"),),) for i, what in enumerate(WHATS)}
    own = {"own": tuple((folder.fold(text),) for text in ("काम करवाना", *(f"{what} लाना" for what in WHATS)))}
    found = Matcher(PhraseIndex.build(folder, {**others, **own})).match([folder.fold(said)], 30)
    assert {candidate.intent: candidate.score for candidate in found}.get("own") == score


def test_a_choice_is_among_its_services_only(understander: Understander) -> None:
    def choose(text: str, *choices: str) -> Understanding:
        return understander.understand([Hypothesis(text)], "hi", WaitKind.CHOICE, TODAY, choices)

    found = choose("स्टेटस वाला", "ration_card_new", "ration_card_status")
    assert (found.intent, found.band) == ("ration_card_status", Band.ACCEPT)
    assert choose("स्ट्रीट लाइट", "ration_card_new", "ration_card_status").intent is None


def test_the_language_wait_takes_a_request_at_once(understander: Understander) -> None:
    found = understander.understand([Hypothesis("राशन कार्ड खो गया")], "hi", WaitKind.LANGUAGE, TODAY)
    assert (found.intent, found.language) == ("ration_card_duplicate", None)
    named = understander.understand([Hypothesis("तेलुगु")], "hi", WaitKind.LANGUAGE, TODAY)
    assert (named.language, named.command) == ("te", None)
