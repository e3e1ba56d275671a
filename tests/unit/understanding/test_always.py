"""What may be said at any wait: yes and no, commands, languages, emergencies, places."""

from datetime import date
from pathlib import Path

import pytest

from ivr.understanding.result import Command, Hypothesis, Understanding, WaitKind
from ivr.understanding.understand import Understander
from tests.unit.understanding.conftest import write_grammars

TODAY = date(2026, 11, 22)


def say(understander: Understander, text: str, kind: WaitKind, lang: str = "hi") -> Understanding:
    return understander.understand([Hypothesis(text)], lang, kind, TODAY)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("हाँ", "yes"),
        ("हां जी बिल्कुल सही है", "yes"),
        ("ठीक है", "yes"),
        ("नहीं", "no"),
        ("नही जी गलत है", "no"),
        ("हाँ नहीं नहीं", "no"),  # the last counts
        ("नहीं हाँ ठीक है", "yes"),
        ("हम्म", "unclear"),
        ("पता नहीं", "unclear"),
        ("शायद हाँ", "yes"),
        ("क्या बोले", "unclear"),
    ],
)
def test_yes_no(understander: Understander, text: str, answer: str) -> None:
    assert say(understander, text, WaitKind.YES_NO).slots == {"yes_no": answer}


def test_nothing_said_is_no_answer(understander: Understander) -> None:
    assert say(understander, " ", WaitKind.YES_NO).slots == {"yes_no": None}


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("ऑपरेटर से बात करनी है", Command.OPERATOR),
        ("जी आदमी से बात कराइए", Command.OPERATOR),
        ("फिर से बोलिए", Command.REPEAT),
        ("भाषा बदलनी है", Command.CHANGE_LANGUAGE),
        ("राशन कार्ड खो गया", None),
        ("हमारे घर के सामने रहने वाले आदमी से बात करनी पड़ी क्योंकि सड़क खराब थी और पानी भरा था", None),
    ],
)
@pytest.mark.parametrize("kind", [WaitKind.SERVICE, WaitKind.YES_NO, WaitKind.DIGITS])
def test_commands_at_any_wait(understander: Understander, text: str, command: Command | None, kind: WaitKind) -> None:
    assert say(understander, text, kind).command is command


@pytest.mark.parametrize("kind", [WaitKind.SERVICE, WaitKind.YES_NO, WaitKind.PLACE])
def test_a_language_named_at_another_wait_changes_it(understander: Understander, kind: WaitKind) -> None:
    found = say(understander, "तेलुगु", kind)
    assert (found.language, found.command) == ("te", Command.CHANGE_LANGUAGE)


def test_a_language_mentioned_in_a_story_changes_nothing(understander: Understander) -> None:
    found = say(understander, "हमारे स्कूल में तेलुगु की किताब का वितरण अभी तक शुरू हुआ दिखता", WaitKind.SERVICE)
    assert (found.language, found.command) == (None, None)


@pytest.mark.parametrize(
    ("text", "kind_found"),
    [
        ("आग लग गई", "fire"),
        ("हैलो भाई साहब जल्दी कीजिए हमारे पड़ोस में आग बहुत लग गई है सब भाग रहे", "fire"),
        ("राशन कार्ड चाहिए पर घर जल रहा", "fire"),
        ("खून बह रहा है", "ambulance"),
        ("आग बुझाने की मशीन लग गई", None),  # what the kind excuses
        ("एंबुलेंस योजना भेजिए", None),
        ("दो साल पहले घर में आग लग गई", None),  # long ago, wherever that is said
        ("दो साल पहले भी और अभी फिर आग लग गई", "fire"),  # and now again
        ("आग लग गई मुआवजा कैसे मिलेगा", None),
        ("आय प्रमाण पत्र", None),
    ],
)
@pytest.mark.parametrize("wait", [WaitKind.SERVICE, WaitKind.DIGITS, WaitKind.LANGUAGE])
def test_emergencies(understander: Understander, text: str, kind_found: str | None, wait: WaitKind) -> None:
    assert say(understander, text, wait).emergency == kind_found
    assert understander.emergency(text, "hi") == kind_found


def test_the_emergency_names_its_service_where_the_words_do_not(tmp_path: Path) -> None:
    folder = write_grammars(tmp_path)
    (folder / "emergency.yaml").write_text("services: {ambulance: ambulance}\n", encoding="utf-8")
    understander = Understander.load(folder)
    assert say(understander, "भैया के सिर से खून बह रहा", WaitKind.SERVICE).intent == "ambulance"
    assert say(understander, "राशन कार्ड खो गया", WaitKind.SERVICE).intent == "ration_card_duplicate"


def test_an_emergency_in_a_lower_hypothesis_counts(understander: Understander) -> None:
    nbest = [Hypothesis("साग लाग गए"), Hypothesis("आग लग गई")]
    assert understander.understand(nbest, "hi", WaitKind.SERVICE, TODAY).emergency == "fire"


@pytest.mark.parametrize(
    ("first", "kind", "emergency"),
    [
        ("तेलुगु", WaitKind.LANGUAGE, None),
        ("हाँ", WaitKind.YES_NO, None),
        ("बाराबंकी", WaitKind.PLACE, None),
        ("९८", WaitKind.DIGITS, None),
        ("ऑपरेटर से बात कराइए", WaitKind.SERVICE, None),
        ("पता नहीं", WaitKind.YES_NO, "fire"),
        ("साग लाग", WaitKind.PLACE, "fire"),
        ("आग लग गई", WaitKind.LANGUAGE, "fire"),
    ],
)
def test_a_plain_answer_is_no_emergency_for_what_else_it_might_have_been(
    understander: Understander, first: str, kind: WaitKind, emergency: str | None
) -> None:
    nbest = [Hypothesis(first), Hypothesis("आग लग गई")]
    assert understander.understand(nbest, "hi", kind, TODAY).emergency == emergency


@pytest.mark.parametrize(
    ("text", "lang", "place"),
    [
        ("बाराबंकी", "hi", "Barabanki"),
        ("हम बाराबंकी जिले में रहते हैं", "hi", "Barabanki"),
        ("बाराबंकीमें", "hi", "Barabanki"),
        ("बारा बंकी", "hi", "Barabanki"),  # in two words
        ("बराबनकी", "hi", "Barabanki"),  # mispronounced
        ("लखनौ", "hi", "Lucknow"),
        ("लखीमपुर खीरी", "hi", "Lakhimpur Kheri"),
        ("खीरी", "hi", "Lakhimpur Kheri"),
        ("लखनऊ नहीं नहीं बाराबंकी", "hi", "Barabanki"),
        ("गुंटूर", "hi", "Guntur"),
        ("గుంటూరు జిల్లా", "te", "Guntur"),
        ("మాది గుంటూరులో", "te", "Guntur"),
        ("హలో అండి", "te", None),
        ("हमको नहीं पता", "hi", None),
        ("गया", "hi", "Gaya"),
        ("गया जिला", "hi", "Gaya"),
        ("बाराबंकी नहीं नहीं गया", "hi", "Gaya"),
        ("हमारा राशन कार्ड कहीं खो गया", "hi", None),  # "gaya", went, is a district too
    ],
)
def test_places(understander: Understander, text: str, lang: str, place: str | None) -> None:
    assert say(understander, text, WaitKind.PLACE, lang).slots == {"place": place}


def test_a_place_said_with_a_request_is_kept(understander: Understander) -> None:
    found = say(understander, "बाराबंकी में स्ट्रीट लाइट खराब है", WaitKind.SERVICE)
    assert found.intent == "street_light_repair"
    assert found.slots["place"] == "Barabanki"
    assert "place" not in say(understander, "स्ट्रीट लाइट खराब है", WaitKind.SERVICE).slots
