"""Days, from word tables of the test's own. The reference day is a Sunday."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.understanding.dates import DateWords
from ivr.understanding.numbers import Meaning, NumberWords, Part, keys_of
from ivr.understanding.text import Folder, Script, substitutions

TODAY = date(2026, 11, 22)
FOLDER = Folder(Script.load(data_dir("grammars")))
UNITS = "एक=1 दो=2 तीन=3 पाँच=5 दस=10 पंद्रह=15 बीस=20 बाईस=22 छब्बीस=26 तीस=30 इकतीस=31"
NUMBERS = NumberWords.build(
    FOLDER,
    [(word, Meaning(Part.VALUE, float(value))) for word, value in (pair.split("=") for pair in UNITS.split())]
    + [("सौ", Meaning(Part.SCALE, 100)), ("हजार", Meaning(Part.SCALE, 1000))],
)
LABELS = {
    "day:0": ["आज"],
    "near:1": ["कल"],
    "near:2": ["परसों"],
    "day:-1": ["बीता कल"],
    "weekday:0": ["सोमवार"],
    "weekday:6": ["रविवार", "इतवार"],
    "month:1": ["जनवरी"],
    "month:2": ["फरवरी"],
    "month:8": ["अगस्त"],
    "month:12": ["दिसंबर"],
    "unit:day": ["दिन"],
    "unit:week": ["हफ्ता", "हफ्ते"],
    "unit:month": ["महीना", "महीने"],
    "unit:year": ["साल"],
    "next": ["अगले", "अगला"],
    "last": ["पिछले", "पिछला"],
    "this": ["इस"],
    "ago": ["पहले"],
    "after": ["बाद"],
    "past": ["था", "थी", "आया था", "गया", "हुआ"],
    "future": ["होगा", "आएगा", "जाना है", "आऊँगा"],
    "date": ["तारीख"],
}
WORDS = DateWords.build(FOLDER, LABELS, NUMBERS, substitutions({FOLDER.keys("नहीं नहीं"): ()}))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("आज", "2026-11-22"),
        ("कल आएगा", "2026-11-23"),
        ("कल हुआ था", "2026-11-21"),
        ("बीता कल", "2026-11-21"),
        ("परसों गया", "2026-11-20"),
        ("परसों जाना है", "2026-11-24"),
        ("तीन दिन पहले", "2026-11-19"),
        ("दो हफ्ते बाद", "2026-12-06"),
        ("एक महीना पहले", "2026-10-22"),
        ("पिछले हफ्ते", "2026-11-15"),
        ("अगले महीने", "2026-12-22"),
        ("सोमवार", "2026-11-23"),
        ("पिछले सोमवार", "2026-11-16"),
        ("सोमवार को आया था", "2026-11-16"),
        ("अगले रविवार", "2026-11-29"),
        ("इस इतवार", "2026-11-22"),
        ("पंद्रह अगस्त", "2026-08-15"),
        ("पंद्रह अगस्त को होगा", "2027-08-15"),
        ("पाँच जनवरी", "2027-01-05"),
        ("पाँच जनवरी को हुआ था", "2026-01-05"),
        ("अगस्त पंद्रह दो हजार छब्बीस", "2026-08-15"),
        ("छब्बीस जनवरी उन्नीस सौ", "2027-01-26"),
        ("दस तारीख को आएगा", "2026-12-10"),
        ("दस तारीख को हुआ था", "2026-11-10"),
        ("अगले महीने की पाँच तारीख", "2026-12-05"),
        ("22-11-2026", "2026-11-22"),
        ("2026-01-05", "2026-01-05"),
        ("पाँच जनवरी नहीं नहीं दस जनवरी", "2027-01-10"),
        ("तीस फरवरी", None),
        ("मालूम नहीं", None),
        ("", None),
    ],
)
def test_days(text: str, day: str | None) -> None:
    found = WORDS.find(keys_of(FOLDER, text), TODAY)
    assert (found.isoformat() if found else None) == day


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.lists(st.sampled_from([*LABELS, "9", "x"]), max_size=6))
def test_no_words_break_it(today: date, labels: list[str]) -> None:
    text = " ".join(LABELS.get(label, [label])[0] for label in labels)
    found = WORDS.find(keys_of(FOLDER, text), today)
    assert found is None or abs(found - today) < timedelta(days=40_000)


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_days_counted_back_and_forth(today: date) -> None:
    assert WORDS.find(keys_of(FOLDER, "तीन दिन पहले"), today) == today - timedelta(days=3)
    assert WORDS.find(keys_of(FOLDER, "पिछले सोमवार"), today) in {today - timedelta(days=step) for step in range(1, 8)}
