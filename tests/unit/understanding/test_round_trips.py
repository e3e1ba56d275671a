"""What is said of a value by other means than the grammars' own tables reads back as that value, in both languages.

The number words here are written out anew (Hindi's irregular 1-99 stand in Kellogg's grammar, Telugu's compounds in
Arden's), so that a wrong value in grammars/<lang>/numbers.yaml does not confirm itself.
"""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.core.ids import check_digit, valid_ticket_number
from ivr.understanding.digits import phone, ticket
from ivr.understanding.result import Hypothesis, SlotValue, WaitKind
from ivr.understanding.understand import Understander
from tests.real import knowledge

TODAY = date(2026, 11, 22)
HINDI = [
    "शून्य",
    "एक",
    "दो",
    "तीन",
    "चार",
    "पाँच",
    "छह",
    "सात",
    "आठ",
    "नौ",
    "दस",
    "ग्यारह",
    "बारह",
    "तेरह",
    "चौदह",
    "पंद्रह",
    "सोलह",
    "सत्रह",
    "अठारह",
    "उन्नीस",
    "बीस",
    "इक्कीस",
    "बाईस",
    "तेईस",
    "चौबीस",
    "पच्चीस",
    "छब्बीस",
    "सत्ताईस",
    "अट्ठाईस",
    "उनतीस",
    "तीस",
    "इकतीस",
    "बत्तीस",
    "तैंतीस",
    "चौंतीस",
    "पैंतीस",
    "छत्तीस",
    "सैंतीस",
    "अड़तीस",
    "उनतालीस",
    "चालीस",
    "इकतालीस",
    "बयालीस",
    "तैंतालीस",
    "चवालीस",
    "पैंतालीस",
    "छियालीस",
    "सैंतालीस",
    "अड़तालीस",
    "उनचास",
    "पचास",
    "इक्यावन",
    "बावन",
    "तिरपन",
    "चौवन",
    "पचपन",
    "छप्पन",
    "सत्तावन",
    "अट्ठावन",
    "उनसठ",
    "साठ",
    "इकसठ",
    "बासठ",
    "तिरसठ",
    "चौंसठ",
    "पैंसठ",
    "छियासठ",
    "सड़सठ",
    "अड़सठ",
    "उनहत्तर",
    "सत्तर",
    "इकहत्तर",
    "बहत्तर",
    "तिहत्तर",
    "चौहत्तर",
    "पचहत्तर",
    "छिहत्तर",
    "सतहत्तर",
    "अठहत्तर",
    "उन्यासी",
    "अस्सी",
    "इक्यासी",
    "बयासी",
    "तिरासी",
    "चौरासी",
    "पचासी",
    "छियासी",
    "सत्तासी",
    "अट्ठासी",
    "नवासी",
    "नब्बे",
    "इक्यानवे",
    "बानवे",
    "तिरानवे",
    "चौरानवे",
    "पचानवे",
    "छियानवे",
    "सत्तानवे",
    "अट्ठानवे",
    "निन्यानवे",
]
TELUGU = [
    "సున్నా",
    "ఒకటి",
    "రెండు",
    "మూడు",
    "నాలుగు",
    "ఐదు",
    "ఆరు",
    "ఏడు",
    "ఎనిమిది",
    "తొమ్మిది",
    "పది",
    "పదకొండు",
    "పన్నెండు",
    "పదమూడు",
    "పద్నాలుగు",
    "పదిహేను",
    "పదహారు",
    "పదిహేడు",
    "పద్దెనిమిది",
    "పంతొమ్మిది",
]
TELUGU_TENS = ["ఇరవై", "ముప్పై", "నలభై", "యాభై", "అరవై", "డెబ్బై", "ఎనభై", "తొంభై"]
ENGLISH = {
    "hi": ["ज़ीरो", "वन", "टू", "थ्री", "फोर", "फाइव", "सिक्स", "सेवन", "एट", "नाइन"],
    "te": ["జీరో", "వన్", "టూ", "త్రీ", "ఫోర్", "ఫైవ్", "సిక్స్", "సెవెన్", "ఎయిట్", "నైన్"],
}
DOUBLE = {"hi": "डबल", "te": "డబుల్"}
MONTHS = {
    "hi": ["जनवरी", "फरवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"],
    "te": ["జనవరి", "ఫిబ్రవరి", "మార్చి", "ఏప్రిల్", "మే", "జూన్", "జూలై", "ఆగస్టు", "సెప్టెంబర్", "అక్టోబర్", "నవంబర్", "డిసెంబర్"],
}
SORRY = {"hi": "नहीं नहीं", "te": "కాదు కాదు"}
LANGS = pytest.mark.parametrize("lang", ["hi", "te"])
tries = settings(max_examples=60, deadline=None)


def real() -> Understander:
    return knowledge().understander


def heard(lang: str, kind: WaitKind, text: str) -> SlotValue:
    return real().understand((Hypothesis(text),), lang, kind, TODAY).slots[kind.value]


def below_hundred(lang: str, value: int) -> str:
    if lang == "hi":
        return HINDI[value]
    if value < 20:
        return TELUGU[value]
    tens = TELUGU_TENS[value // 10 - 2]
    return tens if value % 10 == 0 else f"{tens} {TELUGU[value % 10]}"


SCALES = {
    "hi": ((10_000_000, "करोड़", "करोड़"), (100_000, "लाख", "लाख"), (1000, "हजार", "हजार"), (100, "सौ", "सौ")),
    "te": ((10_000_000, "కోటి", "కోట్ల"), (100_000, "లక్ష", "లక్షల"), (1000, "వెయ్యి", "వేల"), (100, "నూట", "వందల")),
}


def in_words(lang: str, value: int) -> str:
    """A number as it is said, scales from crores down."""
    parts = []
    for scale, one, many in SCALES[lang]:
        count, value = divmod(value, scale)
        if count == 1:
            parts.append(one if lang == "te" else f"{HINDI[1]} {one}")
        elif count:
            parts.append(f"{below_hundred(lang, count)} {many}")
    if value or not parts:
        parts.append(below_hundred(lang, value))
    return " ".join(parts)


@LANGS
def test_numbers_up_to_99(lang: str) -> None:
    read = {value: heard(lang, WaitKind.NUMBER, below_hundred(lang, value)) for value in range(100)}
    assert {value: number for value, number in read.items() if number != value} == {}


@LANGS
@tries
@given(value=st.integers(100, 99_99_99_999))
def test_numbers_with_scales(lang: str, value: int) -> None:
    assert heard(lang, WaitKind.NUMBER, in_words(lang, value)) == value


@tries
@given(value=st.integers(3, 99), scale=st.sampled_from([("सौ", 100), ("हजार", 1000), ("लाख", 100_000)]))
def test_a_quarter_more_half_more_a_quarter_less(value: int, scale: tuple[str, int]) -> None:
    for word, part in (("सवा", 0.25), ("साढ़े", 0.5), ("पौने", -0.25)):
        text = f"{word} {HINDI[value]} {scale[0]}"
        assert heard("hi", WaitKind.NUMBER, text) == pytest.approx((value + part) * scale[1])


def spoken_digits(data: st.DataObject, lang: str, digits: str) -> str:
    """A digit string as people say it: single digits in either language's words, pairs as numbers, "double"."""
    words, at = [], 0
    while at < len(digits):
        pair = digits[at : at + 2]
        if len(pair) == 2 and pair[0] == pair[1] and data.draw(st.booleans()):
            words += [DOUBLE[lang], below_hundred(lang, int(pair[0]))]
            at += 2
        elif len(pair) == 2 and "0" not in pair and data.draw(st.integers(0, 5)) == 0:
            words.append(below_hundred(lang, int(pair)))
            at += 2
        else:
            own = below_hundred(lang, int(digits[at]))
            words.append(data.draw(st.sampled_from([own, own, ENGLISH[lang][int(digits[at])]])))
            at += 1
    return " ".join(words)


@LANGS
@tries
@given(data=st.data(), digits=st.text("0123456789", min_size=4, max_size=12))
def test_digits_singly_doubled_and_in_english(lang: str, data: st.DataObject, digits: str) -> None:
    words = [below_hundred(lang, int(digit)) for digit in digits]
    mixed = [
        data.draw(st.sampled_from([own, ENGLISH[lang][int(digit)]])) for own, digit in zip(words, digits, strict=True)
    ]
    assert heard(lang, WaitKind.DIGITS, " ".join(mixed)) == digits


@LANGS
@tries
@given(data=st.data(), rest=st.text("0123456789", min_size=9, max_size=9), first=st.sampled_from("6789"))
def test_telephone_numbers(lang: str, data: st.DataObject, first: str, rest: str) -> None:
    number = first + rest
    pairs = " ".join(below_hundred(lang, int(number[at : at + 2])) for at in range(0, 10, 2) if number[at] != "0")
    singly = " ".join(below_hundred(lang, int(digit)) for digit in number)
    assert phone(str(heard(lang, WaitKind.DIGITS, singly))) == number
    if "0" not in number[::2] and lang == "hi":
        assert phone(str(heard(lang, WaitKind.DIGITS, pairs))) == number
    other = str(data.draw(st.integers(100, 999)))
    text = " ".join(below_hundred(lang, int(digit)) for digit in other)
    assert phone(str(heard(lang, WaitKind.DIGITS, f"{text} {SORRY[lang]} {singly}"))) == number


@LANGS
@tries
@given(data=st.data(), body=st.text("0123456789", min_size=6, max_size=6).filter(lambda text: text[0] != "0"))
def test_ticket_numbers_with_their_check_digit(lang: str, data: st.DataObject, body: str) -> None:
    number = body + check_digit(body)
    text = str(heard(lang, WaitKind.DIGITS, spoken_digits(data, lang, number)))
    assert ticket(text, valid_ticket_number) == number


@LANGS
@tries
@given(at=st.integers(0, 6), body=st.text("0123456789", min_size=6, max_size=6), by=st.integers(1, 9))
def test_a_ticket_number_with_one_wrong_digit_is_none(lang: str, at: int, body: str, by: int) -> None:
    number = body + check_digit(body)
    wrong = number[:at] + str((int(number[at]) + by) % 10) + number[at + 1 :]
    assert ticket(wrong, valid_ticket_number) is None


@LANGS
@tries
@given(ahead=st.integers(-300, 300))
def test_calendar_days_with_their_year(lang: str, ahead: int) -> None:
    day = TODAY + timedelta(days=ahead)
    month, number, year = MONTHS[lang][day.month - 1], below_hundred(lang, day.day), in_words(lang, day.year)
    text = f"{number} {month} {year}" if lang == "hi" else f"{month} {number} {year}"
    assert heard(lang, WaitKind.DATE, text) == day.isoformat()


@LANGS
@tries
@given(ahead=st.integers(1, 300))
def test_calendar_days_without_a_year_are_the_coming_ones(lang: str, ahead: int) -> None:
    day = TODAY + timedelta(days=ahead)
    future = {"hi": "को आना है", "te": "న వస్తాను"}[lang]
    text = f"{MONTHS[lang][day.month - 1]} {below_hundred(lang, day.day)} {future}"
    assert heard(lang, WaitKind.DATE, text) == day.isoformat()


@LANGS
@tries
@given(first=st.integers(1, 99), second=st.integers(1, 99))
def test_a_number_corrected_in_the_same_breath(lang: str, first: int, second: int) -> None:
    text = f"{below_hundred(lang, first)} {SORRY[lang]} {below_hundred(lang, second)}"
    assert heard(lang, WaitKind.NUMBER, text) == second
