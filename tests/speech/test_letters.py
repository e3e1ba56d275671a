"""Pronunciations by the letter rules of the bundled models."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.speech.graph.letters import Letters, load_letters, pronounce
from ivr.speech.graph.phones import read_phones

MODELS = data_dir("audio") / "models"
HINDI, TELUGU = (load_letters(MODELS / lang / "letters.yaml") for lang in ("hi", "te"))


def said(word: str, letters: Letters) -> str:
    return " ".join(pronounce(word, letters)[0])


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("कमल", "k a m a l"),  # silent at the end
        ("नमकीन", "n a m k i n"),  # and between vowel-consonant and consonant-vowel
        ("समझ", "s a m a J#"),  # never in two syllables that follow one another
        ("पहचान", "p a h a c A n"),  # nor after h
        ("व्यवहार", "v j a v h A r"),
        ("स्वयं", "s v a j a n"),
        ("लखनऊ", "l a k# n a u"),
        ("पत्र", "p a t r a"),  # a cluster at the end keeps it
        ("दर्द", "d a r d"),
        ("धर्म", "d# a r m"),
        ("कार्य", "k A r j a"),
        ("पक्का", "p a k A"),  # doubled, sounds once
        ("अस्सी", "a s s i"),
        ("मंडी", "m a n. d. i"),  # the nasal takes the place of what follows
        ("कंबल", "k a m b a l"),
        ("हिंदी", "h i d i"),  # or only colours the vowel
        ("जाँच", "J A n c"),
        ("हाँ", "h A"),
        ("समय", "s a m E j"),
        ("पढ़ाई", "p a r. h A i"),
        ("ज्ञान", "g j A n"),
        ("दुःख", "d u h k#"),
        ("फिल्म", "p# i l m a"),  # from the list of exceptions
    ],
)
def test_hindi_spelling_sounds(word: str, phones: str) -> None:
    assert said(word, HINDI) == phones


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("తెలుగు", "t e l u g u"),
        ("పత్రం", "p a t r a n"),
        ("జ్ఞానం", "g n A n a n"),
        ("మహబూబ్‌నగర్", "m a h a b u b n a g a r"),  # with a zero-width non-joiner
        ("దుఃఖం", "d u h k# a n"),
    ],
)
def test_telugu_spelling_sounds(word: str, phones: str) -> None:
    assert said(word, TELUGU) == phones


def test_an_abbreviation_has_a_second_reading() -> None:
    assert [" ".join(way) for way in pronounce("एसएमएस", HINDI)] == ["e s a e m a e s", "e s e m e s"]
    assert len(pronounce("कमल", HINDI)) == 1


def test_one_letter_in_two_spellings_sounds_alike() -> None:
    assert pronounce("\u095b\u093f\u0932\u093e", HINDI) == pronounce("\u091c\u093c\u093f\u0932\u093e", HINDI)


@pytest.mark.parametrize("word", ["card", "कार्ड1", "కార్డు", ""])
def test_a_word_with_a_strange_letter_has_no_pronunciation(word: str) -> None:
    assert pronounce(word, HINDI) == ()


@given(st.text(alphabet="कखगजतदनपबमयरलवसह" + "ािीुूेैोौंँः्" + "अआइईउऊएऐओऔ", min_size=1, max_size=12))
def test_every_spelling_gives_phones_of_the_model_or_nothing(word: str) -> None:
    names = set(read_phones(MODELS / "hi" / "am" / "phones.txt").names)
    assert all(set(way) <= names for way in pronounce(word, HINDI))


def test_rules_without_a_table_are_refused_with_the_file_named(tmp_path: Path) -> None:
    path = tmp_path / "letters.yaml"
    path.write_text("inherent: a\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"letters\.yaml"):
        load_letters(path)
