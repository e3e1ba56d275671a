"""Templates: hassil's syntax, our own parser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import DataError
from ivr.understanding.templates import Template, Writer, count, parse, references, sample, thin

PATH = Path("rules.yaml")


def write(text: str, **rules: str) -> list[str]:
    parsed = {name: parse(rule, PATH, name) for name, rule in rules.items()}
    return Writer(parsed).sentences(parse(text, PATH))


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("a b", ["a b"]),
        ("(a|b) c", ["a c", "b c"]),
        ("[a] b", ["a b", "b"]),
        ("(a|b)c", ["ac", "bc"]),
        ("a [b|c]", ["a b", "a c", "a"]),
        ("(a;b)", ["a b", "b a"]),
        ("a|b c", ["a", "b c"]),
        ("{place} में", ["में"]),
    ],
)
def test_sentences(text: str, sentences: list[str]) -> None:
    assert sorted(write(text)) == sorted(sentences)


def test_rules_are_filled_in() -> None:
    assert write("<card> (खो|गुम)", card="(राशन|जॉब) <kard>", kard="कार्ड") == [
        "राशन कार्ड खो",
        "राशन कार्ड गुम",
        "जॉब कार्ड खो",
        "जॉब कार्ड गुम",
    ]


@pytest.mark.parametrize("text", ["(a", "a)", "[a", "a]", "(a]", "<a", "<>", "{a", "a > b", "", "   "])
def test_a_broken_template_says_file_and_line(text: str) -> None:
    with pytest.raises(DataError, match=r"rules\.yaml:1"):
        parse(text, PATH)


@contextmanager
def data_error(match: str) -> Iterator[None]:
    with pytest.raises(DataError, match=match):
        yield


def test_unknown_and_circular_rules_are_errors() -> None:
    with data_error("no rule <x>"):
        write("<x>")
    with data_error("contains itself"):
        write("<x>", x="a <y>", y="b <x>")


PIECES = st.recursive(
    st.sampled_from(["a", "b", "c d", "e"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(" ".join),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        inner.map(lambda part: f"[{part}]"),
    ),
    max_leaves=6,
)


@given(PIECES)
def test_the_same_sentences_as_hassil(text: str) -> None:
    theirs = {" ".join(found.split()) for found in sample_expression(parse_sentence(text).expression)}
    assert set(Writer({}, limit=100_000).sentences(parse(text, PATH))) == theirs


@given(PIECES)
def test_the_count_is_what_hassil_samples(text: str) -> None:
    theirs = list(sample_expression(parse_sentence(text).expression))
    assert count(parse(text, PATH).node, {}) == len(theirs)


@given(PIECES, st.integers(0, 10**9))
def test_a_drawn_sentence_is_one_of_the_sentences(text: str, seed: int) -> None:
    template = parse(text, PATH)
    drawn = sample(template.node, {}, {}, lambda below: seed % below)
    assert " ".join(drawn.split()) in set(Writer({}, limit=100_000).sentences(template))


def test_slots_are_drawn_from_their_words() -> None:
    template = parse("{place} में", PATH)
    assert sample(template.node, {}, {"place": ("पटना",)}, lambda _: 0) == "पटना में"


def test_references_are_found_wherever_they_stand() -> None:
    found = {reference.name for reference in references(parse("[<a>] (b|<c> {d})", PATH).node)}
    assert found == {"a", "c", "d"}


def test_many_sentences_are_thinned_evenly() -> None:
    assert thin(list(range(100)), 4) == [0, 25, 50, 75]
    rules: dict[str, Template] = {}
    texts = Writer(rules, limit=10).sentences(parse("(a|b|c|d) (e|f|g|h) (i|j|k|l)", PATH))
    assert len(texts) == 10
