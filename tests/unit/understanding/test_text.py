"""Folding: what is one word to a caller is one key."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.understanding.text import Folder, Script, canon_table, substitute, substitutions, words

SCRIPT = Script.load(data_dir("grammars"))
FOLDER = Folder(SCRIPT, endings=("lo", "ki"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ज़मीन", "जमीन"),  # nukta
        ("हिन्दी", "हिंदी"),  # half nasal and anusvara
        ("नहीं", "नही"),  # final nasal
        ("हूँ", "हूं"),  # chandrabindu
        ("कार्ड", "कारड"),  # schwa
        ("आधार", "अधार"),  # vowel length
        ("चाहिए", "चाहिये"),  # glide
        ("डॉक्टर", "डाक्टर"),  # loan vowel
        ("డౌన్\u200cలోడ్", "డౌన్లోడ్"),  # joiner
        ("వున్నాయి", "ఉన్నాయి"),
        ("కార్డ్", "కారడ్"),
    ],
)
def test_variants_share_a_key(one: str, other: str) -> None:
    assert FOLDER.keys(one) == FOLDER.keys(other)


@pytest.mark.parametrize(("one", "other"), [("रासन", "राशन"), ("खाता", "काता"), ("बस्सू", "बस"), ("పథకం", "పతకం")])
def test_what_a_telephone_confuses_shares_a_sound(one: str, other: str) -> None:
    first, second = FOLDER.key(one), FOLDER.key(other)
    assert first != second
    assert FOLDER.sound(first) == FOLDER.sound(second)


@pytest.mark.parametrize(("one", "other"), [("आय", "गाय"), ("नल", "नाली"), ("నీరు", "పేరు")])
def test_different_words_keep_different_sounds(one: str, other: str) -> None:
    assert FOLDER.sound(FOLDER.key(one)) != FOLDER.sound(FOLDER.key(other))


def test_scripts_share_one_table() -> None:
    assert FOLDER.keys("కార్డ్") == FOLDER.keys("कार्ड")


def test_digits_of_any_script_become_ascii() -> None:
    assert words("९४१५ ౧౦౮ 42") == ("9415", "108", "42")


def test_punctuation_parts_words_and_is_dropped() -> None:
    assert words("राशन-कार्ड, खो गया।") == ("राशन", "कार्ड", "खो", "गया")


def test_a_stem_loses_case_ending_and_final_vowel_but_stays_a_word() -> None:
    assert FOLDER.stem("karDulo") == FOLDER.stem("karDu") == "karD"
    assert FOLDER.stem("lo") == "lo"


def test_the_longest_sequence_is_replaced_and_the_canonical_form_stays() -> None:
    table = canon_table(FOLDER, {"आधार कार्ड": ["आधार"], "बिजली": ["लाइट"], "खंभा": ["खंभे की लाइट"]})
    folder = Folder(SCRIPT, canon=table)
    assert folder.fold("आधार") == folder.fold("आधार कार्ड")
    assert folder.fold("खंभे की लाइट") == folder.fold("खंभा")
    assert folder.fold("लाइट") == folder.fold("बिजली")


def test_substitution_by_nothing_drops_the_sequence() -> None:
    assert substitute(("a", "b", "c", "a"), substitutions({("a", "b"): (), ("c",): ("d", "e")})) == ("d", "e", "a")


@given(st.text())
def test_any_text_gives_plain_words(text: str) -> None:
    for word in words(text):
        assert word == word.strip()
        assert word
    assert all(FOLDER.keys(text))


@given(st.text(alphabet="अआकखगनमरलसहािीुूेोंँ् ज़़క్ొోై"))
def test_composed_and_decomposed_letters_are_the_same(text: str) -> None:
    assert FOLDER.keys(unicodedata.normalize("NFD", text)) == FOLDER.keys(text)
