"""Numbers and digit strings, from word tables of the test's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.understanding.digits import digits, phone, ticket
from ivr.understanding.numbers import Meaning, NumberWords, Part, apart, keys_of, number, value_of
from ivr.understanding.text import Folder, Script, substitutions

FOLDER = Folder(Script.load(data_dir("grammars")))
CANCEL = substitutions({FOLDER.keys("नहीं नहीं"): ()})


def table(**parts: str) -> NumberWords:
    """part="word=value word=value" as number words."""
    meanings = [
        (word, Meaning(Part(part), float(value)))
        for part, pairs in parts.items()
        for word, value in (pair.split("=") for pair in pairs.split())
    ]
    return NumberWords.build(FOLDER, meanings)


HINDI = table(
    value="शून्य=0 एक=1 दो=2 तीन=3 चार=4 पाँच=5 छह=6 सात=7 आठ=8 नौ=9 दस=10 बारह=12 पच्चीस=25 छब्बीस=26 पचास=50 "
    "पचपन=55 सत्तासी=87 चौरानवे=94 वन=1 टू=2 फोर=4",
    tens="ट्वेंटी=20 नाइंटी=90",
    scale="सौ=100 हजार=1000 लाख=100000 करोड़=10000000",
    fixed="डेढ़=1.5 ढाई=2.5 आधा=0.5",
    offset="सवा=0.25 साढ़े=0.5 पौने=-0.25",
    repeat="डबल=2 ट्रिपल=3",
    point="दशमलव=0",
)
TELUGU = table(
    value="సున్నా=0 ఒకటి=1 రెండు=2 మూడు=3 నాలుగు=4 ఐదు=5 ఆరు=6 ఏడు=7 ఎనిమిది=8 తొమ్మిది=9 పదకొండు=11",
    tens="ఇరవై=20 ముప్పై=30 తొంభై=90",
    scale="వంద=100 వందల=100 వేయి=1000 వేల=1000 లక్ష=100000 లక్షల=100000",
    after="న్నర=0.5",
    repeat="డబుల్=2",
)


def read(words: NumberWords, text: str) -> float | None:
    return number(words, keys_of(FOLDER, text), CANCEL)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("पाँच", 5),
        ("पचपन", 55),
        ("एक सौ आठ", 108),
        ("दो हजार छब्बीस", 2026),
        ("एक लाख पच्चीस हजार तीन सौ बारह", 125_312),
        ("डेढ़ लाख", 150_000),
        ("ढाई हजार", 2500),
        ("सवा दो", 2.25),
        ("सवा सौ", 125),
        ("सवा", 1.25),
        ("साढ़े पाँच", 5.5),
        ("साढ़े तीन सौ", 350),
        ("पौने दो", 1.75),
        ("पौने दो लाख", 175_000),
        ("आधा", 0.5),
        ("पाँच दशमलव दो पाँच", 5.25),
        ("ट्वेंटी फोर", 24),
        ("1,250.5", 1250.5),
        ("९४", 94),
        ("करीब पचास हजार रुपया है", 50_000),
        ("पचास नहीं नहीं पचपन", 55),
        ("मेरे एक लड़के की उमर बारह", 12),
        ("कुछ नहीं", None),
    ],
)
def test_hindi_numbers(text: str, value: float | None) -> None:
    assert read(HINDI, text) == (pytest.approx(value) if value is not None else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ఐదు", 5),
        ("ఏడు", 7),
        ("ఇరవై నాలుగు", 24),
        ("ఇరవైనాలుగు", 24),  # written together
        ("ముప్పైఐదు", 35),
        ("రెండు వేల ఇరవై ఆరు", 2026),
        ("మూడు వందల ఐదు", 305),
        ("మూడువందల", 300),
        ("ఐదున్నర", 5.5),
        ("రెండున్నర లక్షల", 250_000),
        ("వంద", 100),
    ],
)
def test_telugu_numbers(text: str, value: float) -> None:
    assert read(TELUGU, text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("नौ चार एक पाँच", "9415"),
        ("चौरानवे पचपन", "9455"),  # in pairs
        ("डबल पाँच ट्रिपल शून्य", "55000"),
        ("नौ फोर एक डबल टू", "94122"),  # languages mixed
        ("नाइंटी फोर वन", "941"),
        ("9415 550 123", "9415550123"),
        ("९४१५", "9415"),
        ("मेरा नंबर नौ सात और दो है", "972"),
        ("एक सौ आठ", "108"),
        ("नौ चार पाँच नहीं नहीं नौ चार सात", "947"),  # said again
        ("नौ चार पाँच छह सात नहीं नहीं आठ", "94568"),  # the last corrected
        ("नंबर नहीं है", None),
        ("आखिरी चार अंक सात नौ शून्य दो", "7902"),  # a count, then the digits
        ("चार सात नौ शून्य दो", "47902"),
        ("एक मिनट रुकिए", None),
        ("एक", "1"),
    ],
)
def test_hindi_digits(text: str, said: str | None) -> None:
    assert digits(HINDI, FOLDER.keys(text), CANCEL) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("తొమ్మిది నాలుగు ఒకటి ఐదు", "9415"),
        ("తొంభై నాలుగు పదకొండు", "9411"),
        ("తొంభైనాలుగు", "94"),
        ("డబుల్ ఐదు", "55"),
        ("మా నంబరు ఏడు సున్నా", "70"),
    ],
)
def test_telugu_digits(text: str, said: str) -> None:
    assert digits(TELUGU, FOLDER.keys(text), CANCEL) == said


def test_another_languages_digit_words_are_understood_among_the_own() -> None:
    hindi = [("आठ", Meaning(Part.VALUE, 8)), ("सात", Meaning(Part.VALUE, 7)), ("ना", Meaning(Part.VALUE, 9))]
    mixed = TELUGU.with_foreign(hindi, but={FOLDER.key("నా")})
    assert digits(mixed, FOLDER.keys("నా నంబరు ఐదు ఆఠ్ సాత్ రెండు"), CANCEL) == "5872"
    assert digits(TELUGU, FOLDER.keys("ఐదు ఆఠ్"), CANCEL) == "5"


def test_endings_that_only_numbers_take() -> None:
    words = NumberWords.build(FOLDER, [("ఆరు", Meaning(Part.VALUE, 6))], endings=["న"])
    assert words.read(FOLDER.key("ఆరున"), near=False) == (Meaning(Part.VALUE, 6),)


NAMES = dict(zip("0123456789", ["शून्य", "एक", "दो", "तीन", "चार", "पाँच", "छह", "सात", "आठ", "नौ"], strict=True))


@given(st.text("0123456789", min_size=1, max_size=14))
def test_digits_said_one_by_one_come_back(said: str) -> None:
    assert digits(HINDI, FOLDER.keys(" ".join(NAMES[digit] for digit in said)), CANCEL) == said


@given(st.integers(1, 9), st.integers(1, 9))
def test_lakhs_and_thousands_add_up(lakhs: int, thousands: int) -> None:
    text = f"{NAMES[str(lakhs)]} लाख {NAMES[str(thousands)]} हजार"
    assert read(HINDI, text) == lakhs * 100_000 + thousands * 1000


def test_a_unit_after_a_unit_begins_a_new_number() -> None:
    heard = tuple(meaning for key in FOLDER.keys("बारह दो हजार छब्बीस") for meaning in HINDI.read(key, near=False))
    assert [value_of(part) for part in apart(heard)] == [12, 2026]


def test_a_misheard_number_word_counts_only_where_a_number_is_asked() -> None:
    key = FOLDER.key("चौरानबें")
    assert HINDI.read(FOLDER.key("सतासीं"), near=True)
    assert HINDI.read(key, near=False) == HINDI.read(key, near=True)
    assert not HINDI.read(FOLDER.key("बताशा"), near=False)


@pytest.mark.parametrize(
    ("said", "number_found"),
    [
        ("9415550123", "9415550123"),
        ("09415550123", "9415550123"),
        ("919415550123", "9415550123"),
        ("+919415550123", "9415550123"),
        ("5415550123", None),
        ("941555012", None),
        ("94155501234", None),
    ],
)
def test_phone_numbers(said: str, number_found: str | None) -> None:
    assert phone(said) == number_found


def test_ticket_numbers_are_checked() -> None:
    assert ticket("4827316", lambda text: text.endswith("6")) == "4827316"
    assert ticket("4827315", lambda text: text.endswith("6")) is None
