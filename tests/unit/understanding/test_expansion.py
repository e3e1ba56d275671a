"""What a template and what a caller says must fold to the same keys, however the template is put together."""

from datetime import date
from pathlib import Path

from ivr.core.data import data_dir
from ivr.understanding.expansion import Expander
from ivr.understanding.grammars import Grammars
from ivr.understanding.language import Language
from ivr.understanding.result import WaitKind
from ivr.understanding.templates import Writer, parse
from ivr.understanding.text import Folder, Script, canon_table, substitutions

PATH = Path("x.yaml")
TODAY = date(2026, 11, 22)


def language() -> Language:
    script = Script.load(data_dir("grammars"))
    bare = Folder(script)
    canon = canon_table(bare, {"बिजली": ["लाइट", "बत्ती"], "स्ट्रीट लाइट": ["गली की लाइट"], "चाहिए": ["चाही"]})
    folder = Folder(script, canon=canon)
    return Language("hi", "हिंदी", "Hindi", "hi", folder, substitutions({folder.fold("जी"): ()}))


def test_a_variant_that_belongs_to_a_sequence_waits_for_the_whole_sentence() -> None:
    lang = language()
    expander = Expander(lang, {})
    heard = lang.content(lang.folder.fold("गली की लाइट चाही"))
    assert heard in expander.expand(parse("गली की (लाइट|बत्ती) चाहिए", PATH))


def test_expansion_agrees_with_writing_out_and_folding() -> None:
    lang = language()
    rules = {"want": parse("(चाहिए|चाही जी|दो)", PATH), "light": parse("(लाइट|बत्ती|बिजली)", PATH)}
    for text in ("[जी] (गली|घर) की <light> <want>", "<light>वाला <want>", "(<light>;खराब) जी", "स्ट्रीट <light>"):
        template = parse(text, PATH)
        written = {lang.content(lang.folder.fold(found)) for found in Writer(rules).sentences(template)}
        expanded = {frozenset(keys) for keys in Expander(lang, rules).expand(template)}
        assert expanded == {frozenset(keys) for keys in written}


def test_variants_are_expanded_once() -> None:
    assert len(Expander(language(), {}).expand(parse("(लाइट|बत्ती|बिजली) (चाहिए|चाही|जी चाही)", PATH))) <= 3


def test_the_vocabulary_holds_every_written_word(grammars: Grammars) -> None:
    vocabulary = grammars.vocabulary("hi")
    assert {"राशन", "गिर", "निकलवाना", "ऑपरेटर", "हम्म", "बुझाने", "बाराबंकी", "नखलऊ", "तेलुगु"} <= vocabulary
    assert not any(word.isascii() for word in vocabulary)


def test_sample_sentences_are_the_same_for_a_seed_and_of_the_vocabulary(grammars: Grammars) -> None:
    sentences = grammars.sample_sentences("hi", 200, seed=7)
    assert sentences == grammars.sample_sentences("hi", 200, seed=7)
    assert sentences != grammars.sample_sentences("hi", 200, seed=8)
    assert {word for text in sentences for word in text.split()} <= grammars.vocabulary("hi")


def test_recogniser_phrases_by_wait(grammars: Grammars) -> None:
    assert grammars.recogniser_phrases("hi", WaitKind.SERVICE) is None
    assert grammars.recogniser_phrases("hi", WaitKind.MESSAGE) is None
    answers = grammars.recogniser_phrases("hi", WaitKind.YES_NO)
    assert answers is not None
    assert {"हाँ जी", "गलत है", "हम्म"} <= set(answers)
    places = grammars.recogniser_phrases("hi", WaitKind.PLACE)
    assert places is not None
    assert {"बाराबंकी", "लखीमपुर खीरी"} <= set(places)
    choice = grammars.recogniser_phrases("hi", WaitKind.CHOICE, ("ration_card_status",))
    assert choice is not None
    assert "राशन कार्ड का स्टेटस" in choice
