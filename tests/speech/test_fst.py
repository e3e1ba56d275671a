"""The files of finite-state transducers: written, read back, laid out as OpenFst's."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.errors import ModelError
from ivr.speech.graph.fst import Arc, Fst, const, olabel_lookahead, read
from ivr.speech.graph.order import OrderRules, count, word_order

ARCS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 9), st.integers(0, 9)), max_size=20)


def made(arcs: list[tuple[int, int, int, int]]) -> Fst:
    fst = Fst([[] for _ in range(5)], {4: 0.5})
    for source, target, label, output in arcs:
        fst.arc(source, target, label, output, 0.25)
    return fst


@given(ARCS, st.booleans())
def test_a_file_read_back_has_the_same_arcs(arcs: list[tuple[int, int, int, int]], by_output: bool) -> None:
    fst = made(arcs)
    back = read(const(fst, by_output))
    assert back.final == fst.final
    assert [sorted(a) for a in back.arcs] == [sorted(a) for a in fst.arcs]


@given(ARCS)
def test_arcs_are_sorted_by_the_label_asked_for(arcs: list[tuple[int, int, int, int]]) -> None:
    fst = made(arcs)
    assert all([a.label for a in s] == sorted(a.label for a in s) for s in read(const(fst)).arcs)
    assert all([a.output for a in s] == sorted(a.output for a in s) for s in read(const(fst, True)).arcs)


def test_the_header_is_openfsts() -> None:
    data = const(made([(0, 4, 1, 2)]))
    assert struct.unpack_from("<ii", data) == (2125659606, 5)
    assert data[8:13] == b"const"
    assert struct.unpack_from("<qq", data, 49) == (5, 1)  # states, arcs


def test_a_state_knows_the_labels_ahead_of_it() -> None:
    fst = made([(0, 1, 7, 0), (1, 2, 8, 0), (2, 3, 0, 3), (2, 3, 0, 4), (3, 4, 0, 1)])
    data = olabel_lookahead(fst, 4)
    tables = data[-(8 + 8 + 4 + 8 + 8 + 4 + 8 + 8 + 4 + 8 + 8 + 4 + 8 + 8 + 4) :]
    assert struct.unpack_from("<qiii", tables) == (1, 3, 5, 2)  # the start sees 3 and 4: one interval of two
    assert struct.unpack_from("<qiii", tables, 60) == (1, 1, 2, 1)  # state 3 sees 1
    assert read(data).final == fst.final


@pytest.mark.parametrize("data", [b"", b"not an fst at all", struct.pack("<iI", 2125659606, 6) + b"vector" * 20])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(ModelError):
        read(data)


WORDS = {"a": 1, "b": 2, "c": 3, "[unk]": 4}


def total(fst: Fst, state: int) -> float:
    """Probability of everything but backing off."""
    arcs = [a for a in fst.arcs[state] if a.label]
    return sum(math.exp(-a.cost) for a in arcs) + math.exp(-fst.final.get(state, math.inf))


def test_seen_successors_share_what_is_not_left_to_backing_off() -> None:
    fst = word_order(WORDS, ["a b", "a c", "b"], OrderRules(words=3, backoff=0.25))
    for state, arcs in enumerate(fst.arcs):
        away = [a for a in arcs if not a.label]
        if away:
            assert math.exp(-away[0].cost) == pytest.approx(0.25)
            assert total(fst, state) == pytest.approx(0.75)


def walk(fst: Fst, labels: list[int]) -> float:
    """Cost of a string without backing off where the next word was seen; infinite when it cannot be had so."""
    state, cost = 0, 0.0
    for label in labels:
        found = [a for a in fst.arcs[state] if a.label == label]
        if not found:
            return math.inf
        arc: Arc = found[0]
        state, cost = arc.target, cost + arc.cost
    return cost + fst.final.get(state, math.inf)


def test_a_sentence_seen_costs_less_in_its_order_than_turned_round() -> None:
    fst = word_order(WORDS, ["a b c"] * 5)
    assert walk(fst, [1, 2, 3]) == pytest.approx(-4 * math.log(0.7))
    assert walk(fst, [3, 2, 1]) == math.inf


def test_a_sentence_is_cut_at_a_word_that_is_not_known() -> None:
    counts = count(WORDS, ["a strange b"], OrderRules())
    assert {history: dict(after) for history, after in counts.items()} == {
        ("<s>",): {"a": 1},
        ("b",): {"</s>": 1},
        (): {"a": 1, "b": 1, "</s>": 1},
    }
