import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unicode_rbnf import RbnfEngine

from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.speech.spoken import Spoken, written_ticket

HINDI, TELUGU = (Spoken.load(data_dir("grammars"), lang) for lang in ("hi", "te"))
SUNDAY = date(2026, 11, 22)
LANGUAGES = pytest.mark.parametrize("spoken", [HINDI, TELUGU], ids=["hi", "te"])

# CLDR writes the nineties with "बे" and fifteen with a half nasal; both are said and written both ways
_CLDR = {"पन्द्रह": "पंद्रह", "पंचानबे": "पचानवे"}


def _as_ours(cldr: str) -> str:
    return " ".join(re.sub("नबे$", "नवे", _CLDR.get(word, word)) for word in cldr.split())


@pytest.mark.parametrize("value", [*range(101), *range(200, 10_000, 123), 1000, 100_000, 150_000, 12_345_678])
def test_hindi_numbers_are_those_of_the_unicode_consortium(value: int) -> None:
    assert HINDI.number(value) == _as_ours(RbnfEngine.for_language("hi").format_number(value).text)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "సున్నా"),
        (9, "తొమ్మిది"),
        (11, "పదకొండు"),
        (21, "ఇరవై ఒకటి"),
        (99, "తొంభై తొమ్మిది"),
        (100, "వంద"),
        (101, "నూట ఒకటి"),
        (110, "నూట పది"),
        (200, "రెండు వందలు"),
        (250, "రెండు వందల యాభై"),
        (1000, "వెయ్యి"),
        (1500, "వెయ్యి ఐదు వందలు"),
        (2000, "రెండు వేలు"),
        (2026, "రెండు వేల ఇరవై ఆరు"),
        (100_000, "లక్ష"),
        (250_000, "రెండు లక్షల యాభై వేలు"),
        (20_000_000, "రెండు కోట్లు"),
    ],
)
def test_telugu_numbers(value: int, said: str) -> None:
    assert TELUGU.number(value) == said


@pytest.mark.parametrize(
    ("spoken", "value", "said"),
    [
        (HINDI, "5.5", "साढ़े पाँच"),
        (HINDI, "1.5", "डेढ़"),
        (HINDI, "2.5", "ढाई"),
        (HINDI, "0.5", "आधा"),
        (HINDI, "2.25", "दो दशमलव दो पाँच"),
        (HINDI, "2.0", "दो"),
        (TELUGU, "5.5", "ఐదున్నర"),
        (TELUGU, "12.5", "పన్నెండు పాయింట్ ఐదు"),
    ],
)
def test_fractions(spoken: Spoken, value: str, said: str) -> None:
    assert spoken.number(value) == said


@LANGUAGES
def test_0_to_100_are_all_different(spoken: Spoken) -> None:
    assert len({spoken.number(value) for value in range(101)}) == 101


@LANGUAGES
@given(value=st.integers(0, 999_999_999))
def test_numbers_are_words_only(spoken: Spoken, value: int) -> None:
    assert not re.search(r"[0-9A-Za-z{}|०-९౦-౯]", spoken.number(value) + spoken.amount(value))


@LANGUAGES
@given(value=st.text("0123456789", min_size=1, max_size=14))
def test_digits_are_said_one_by_one_in_groups_of_at_most_four(spoken: Spoken, value: str) -> None:
    groups = [group.split() for group in spoken.digits(value).split("|")]
    assert [word for group in groups for word in group] == [spoken.number(digit) for digit in value]
    assert all(1 <= len(group) <= 4 for group in groups)


def test_tickets_and_telephone_numbers_have_their_groups() -> None:
    assert HINDI.ticket("4827316") == "चार आठ दो सात | तीन एक छह"
    assert HINDI.ticket("4827-316") == HINDI.ticket("4827316")
    assert [len(group.split()) for group in TELUGU.digits("9415550123").split("|")] == [3, 3, 4]
    assert (written_ticket("4827316"), written_ticket("112")) == ("4827-316", "112")


@pytest.mark.parametrize(
    ("ahead", "hindi", "telugu"),
    [
        (0, "आज", "ఈ రోజు"),
        (1, "कल सोमवार", "రేపు సోమవారం"),
        (4, "गुरुवार छब्बीस नवंबर", "గురువారం నవంబర్ ఇరవై ఆరు"),
        (6, "शनिवार अट्ठाईस नवंबर", "శనివారం నవంబర్ ఇరవై ఎనిమిది"),
        (7, "उनतीस नवंबर", "నవంబర్ ఇరవై తొమ్మిది"),
        (42, "तीन जनवरी", "జనవరి మూడు"),
        (405, "एक जनवरी दो हज़ार अट्ठाईस", "జనవరి ఒకటి రెండు వేల ఇరవై ఎనిమిది"),
        (-2, "बीस नवंबर", "నవంబర్ ఇరవై"),
    ],
)
def test_dates(ahead: int, hindi: str, telugu: str) -> None:
    day = (SUNDAY + timedelta(days=ahead)).isoformat()
    assert (HINDI.day(day, SUNDAY), TELUGU.day(day, SUNDAY)) == (hindi, telugu)


def test_a_date_without_today_and_as_written() -> None:
    assert HINDI.day("2026-11-26") == "छब्बीस नवंबर"
    assert HINDI.day("2026-11-26", SUNDAY, written=True) == "गुरुवार 26 नवंबर"


@pytest.mark.parametrize(
    ("value", "hindi", "telugu"),
    [
        ("0", "शून्य रुपये", "సున్నా రూపాయలు"),
        ("1", "एक रुपया", "ఒక రూపాయి"),
        ("21", "इक्कीस रुपये", "ఇరవై ఒక రూపాయలు"),
        ("100", "एक सौ रुपये", "వంద రూపాయలు"),
        ("500", "पाँच सौ रुपये", "ఐదు వందల రూపాయలు"),
        ("2000", "दो हज़ार रुपये", "రెండు వేల రూపాయలు"),
        ("35.50", "पैंतीस रुपये पचास पैसे", "ముప్పై ఐదు రూపాయలు యాభై పైసలు"),
        ("0.01", "एक पैसा", "ఒక పైసా"),
    ],
)
def test_amounts(value: str, hindi: str, telugu: str) -> None:
    assert (HINDI.amount(value), TELUGU.amount(value)) == (hindi, telugu)


@pytest.mark.parametrize(
    ("minutes", "hindi", "telugu"),
    [
        (0, "शून्य मिनट", "సున్నా నిమిషాలు"),
        (15, "पंद्रह मिनट", "పదిహేను నిమిషాలు"),
        (60, "एक घंटा", "ఒక గంట"),
        (90, "एक घंटा तीस मिनट", "ఒక గంట ముప్పై నిమిషాలు"),
        (48 * 60, "दो दिन", "రెండు రోజులు"),
        (36 * 60, "छत्तीस घंटे", "ముప్పై ఆరు గంటలు"),
    ],
)
def test_durations(minutes: int, hindi: str, telugu: str) -> None:
    assert (HINDI.duration(minutes), TELUGU.duration(minutes)) == (hindi, telugu)


@LANGUAGES
@pytest.mark.parametrize("value", ["", "soon", "-5", "nan", "1e99", "2026-13-01"])
def test_what_is_no_value_is_said_as_it_stands(spoken: Spoken, value: str) -> None:
    assert spoken.number(value) == spoken.amount(value) == spoken.day(value) == value


def test_an_incomplete_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx/spoken.yaml").write_text("numbers: {words: a b c}\n")
    with pytest.raises(DataError, match=r"xx/spoken.yaml:1: incomplete"):
        Spoken.load(tmp_path, "xx")
