"""Figures: what a row has a part in, intervals, comparison with an earlier run."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.core.errors import ReplayError
from ivr.replay.figures.book import figures, grids, load, save, shown
from ivr.replay.figures.corpus import read_items
from ivr.replay.figures.estimate import Verdict, changes, compare, estimate, grouped, matrix
from ivr.replay.figures.listen import Lines
from ivr.replay.figures.rows import FIGURES, Got, Row, Wanted, call_parts, meaning_parts, text_parts
from ivr.replay.spoil.spoiled import Spoil
from ivr.understanding.result import Band, WaitKind

words = st.lists(st.sampled_from(("aap", "kya", "pani", "light")), max_size=6)


@given(words, words)
def test_errors_are_nothing_only_where_the_words_are_the_same(wanted: list[str], heard: list[str]) -> None:
    parts = text_parts(wanted, heard)
    assert bool(parts) == bool(wanted)
    for errors, total in parts.values():
        assert (errors == 0) == (wanted == heard)
        assert total > 0
    if wanted and not heard:
        assert parts["word_error"] == (len(wanted), len(wanted))


ONE, TWO, NONE = Wanted("x", frozenset("a")), Wanted("x", frozenset("ab")), Wanted("x", frozenset())


@pytest.mark.parametrize(
    ("wanted", "got", "parts"),
    [
        (ONE, Got("x", ("a", "b"), Band.ACCEPT), {"top_1": 1, "top_3": 1, "false_accept": 0, "false_reject": 0}),
        (ONE, Got("x", ("b", "a"), Band.ACCEPT), {"top_1": 0, "top_3": 1, "false_accept": 1, "false_reject": 0}),
        (ONE, Got("x", ("b", "c", "d", "a"), Band.CONFIRM), {"top_1": 0, "top_3": 0, "false_accept": 0}),
        (ONE, Got(""), {"top_1": 0, "top_3": 0, "false_accept": 0, "false_reject": 1}),
        (TWO, Got("x", ("b",), Band.CONFIRM), {"top_1": 1, "asked_rightly": 1}),
        (TWO, Got("x", ("b",), Band.ACCEPT), {"top_1": 1, "asked_rightly": 0, "false_accept": 0}),
        (NONE, Got("x", ("b",), Band.ACCEPT), {"false_accept": 1}),
        (NONE, Got("x", ("b",), Band.REJECT), {"false_accept": 0}),
        (Wanted("x", slot="5"), Got("x", slot_right=True), {"slots": 1}),
        (Wanted("x", emergency="fire"), Got("x", emergency="medical"), {"missed_emergency": 0}),
        (Wanted("x", emergency="fire"), Got("x"), {"missed_emergency": 1}),
        (Wanted("x", emergency=""), Got("x", emergency="fire"), {"false_emergency": 1}),
    ],
)
def test_what_a_row_has_a_part_in(wanted: Wanted, got: Got, parts: dict[str, float]) -> None:
    found = meaning_parts(wanted, got)
    assert {name: found[name][0] for name in parts} == parts
    assert found.keys() <= FIGURES.keys()
    assert ("top_1" in found) == bool(wanted.services)


def test_turns_and_seconds_count_where_the_call_succeeded() -> None:
    assert call_parts(False, 9, 90.0) == {"task_success": (0, 1)}
    assert call_parts(True, 9, 90.0) == {
        "task_success": (1, 1),
        "turns_to_success": (9, 1),
        "seconds_to_success": (90, 1),
    }


def rows(hits: list[bool], lang: str = "hi", **more: float) -> list[Row]:
    return [Row(f"{lang}{n}", lang, parts={"top_1": (float(hit), 1.0)}, **more) for n, hit in enumerate(hits)]  # type: ignore[arg-type]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_the_interval_holds_the_value(hits: list[bool]) -> None:
    found = estimate(rows(hits), "top_1")
    assert found is not None
    assert found.value == pytest.approx(sum(hits) / len(hits))
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found == estimate(rows(hits), "top_1")
    assert estimate(rows(hits), "slots") is None


def test_more_rows_make_it_narrower_but_not_the_same_row_again() -> None:
    few, many = (estimate(rows([True, False] * n), "top_1") for n in (10, 250))
    assert few is not None
    assert many is not None
    assert many.high - many.low < (few.high - few.low) / 3
    again = [replace(row, id=f"{row.id}|{n}") for row in rows([True, False] * 10) for n in range(25)]
    same = estimate(again, "top_1")
    assert same is not None
    assert same.high - same.low == pytest.approx(few.high - few.low, abs=0.02)


def test_better_worse_and_within_noise() -> None:
    before = rows([True, False] * 50)
    verdicts = {
        "same": compare(before, before, "top_1", "all"),
        "better": compare(before, rows([True] * 100), "top_1", "all"),
        "worse": compare(before, rows([False] * 100), "top_1", "all"),
        "one more": compare(before, rows([True, False] * 49 + [True, True]), "top_1", "all"),
    }
    found = {name: change.verdict for name, change in verdicts.items() if change}
    assert found == {"same": Verdict.SAME, "better": Verdict.BETTER, "worse": Verdict.WORSE, "one more": Verdict.SAME}
    errors = [replace(row, parts={"word_error": row.parts["top_1"]}) for row in (*before, *rows([True] * 100))]
    change = compare(errors[:100], errors[100:], "word_error", "all")
    assert change is not None
    assert change.verdict is Verdict.WORSE
    assert compare(before, rows([True], lang="te"), "top_1", "all") is None


@given(st.integers(0, 12), st.integers(12, 80))
def test_a_few_that_turned_are_within_noise(turned: int, count: int) -> None:
    change = compare(rows([True] * count), rows([False] * turned + [True] * (count - turned)), "top_1", "all")
    assert change is not None
    assert change.changed == turned
    if turned < 6:
        assert change.verdict is Verdict.SAME
    if turned >= 10:
        assert change.verdict is Verdict.WORSE


def test_all_right_is_not_certain() -> None:
    few, many = (estimate(rows([True] * n), "top_1") for n in (5, 200))
    assert few is not None
    assert many is not None
    assert (few.value, few.high) == (1, 1)
    assert few.low < 0.6 < 0.97 < many.low
    none = estimate(rows([False] * 20), "top_1")
    assert none is not None
    assert none.low == 0 < none.high < 0.2


def test_groups_and_matrix() -> None:
    some = [
        Row("a", "hi", "f2", "bus", 10.0, 0.0, "plain", {"top_1": (1, 1)}),
        Row("b", "hi", "m3", "", None, 0.1, "plain", {"top_1": (0, 1)}),
        Row("c", "te", "m3", parts={"slots": (1, 1)}),
    ]
    assert list(grouped(some)) == ["all", "hi", "te", "hi bus 10 dB", "hi f2", "hi m3", "hi plain", "te m3"]
    cells = matrix(some, "top_1")
    assert cells[("hi", 0.0)][10.0].value == 1
    assert cells[("hi", 0.1)][None].value == 0
    assert cells[("te", 0.0)] == {}
    made = grids(some, changes(some, some))
    assert [grid.title.split(" against")[0] for grid in made] == [
        "Against the earlier run",
        "Figures",
        "Top 1",
        "Slots",
    ]
    for grid in made:
        assert all(len(row) == len(grid.head) for row in grid.rows)
        assert all(len(row) == len(grid.head) for row in grid.heat)


def test_a_run_is_kept_and_read_back(tmp_path: Path) -> None:
    kept = rows([True, False], snr_db=10.0)
    save(tmp_path / "new" / "run.jsonl", kept)
    assert load(tmp_path / "new" / "run.jsonl") == kept
    (tmp_path / "bad").write_text("{}\n")
    with pytest.raises(ReplayError, match="ivr measure --save"):
        load(tmp_path / "bad")
    assert shown("top_1", figures(kept)["hi"]["top_1"]).startswith("50.0%")


def test_utterances_of_every_kind_of_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("lang,text,service_id,note,voice,file\nhi,x,a|b,plain,Asha,x.wav\nhi,y,,,,\n")
    first, second = read_items(tmp_path / "a.csv")
    assert first.wanted.services == frozenset("ab")
    assert (first.note, first.voice, first.file) == ("plain", "Asha", tmp_path / "x.wav")
    assert (second.wanted.services, second.file) == (frozenset(), None)
    (tmp_path / "b.csv").write_text("lang,text,kind,value\nte,x,place,Warangal\nte,x,command,repeat\n")
    (slot,) = read_items(tmp_path / "b.csv")
    assert (slot.wait, slot.wanted.slot, slot.note) == (WaitKind.PLACE, "Warangal", "place")
    for text in ("lang,words\nhi,x\n", "lang,text\nhi,x\n", ""):
        (tmp_path / "c.csv").write_text(text)
        with pytest.raises(ReplayError):
            read_items(tmp_path / "c.csv")
    many = "lang,text,emergency\n" + "".join(f"hi,text {n},\n" for n in range(50))
    (tmp_path / "d.csv").write_text(many)
    ten = {item.id for item in read_items(tmp_path / "d.csv", 10)}
    assert len(ten) == 10
    assert ten < {item.id for item in read_items(tmp_path / "d.csv", 20)}


def test_every_noise_at_every_level_and_none() -> None:
    lines = list(Lines(("bus", "fan"), (20.0, 5.0), (0.0, 0.1), Spoil(codec="gsm")).every())
    assert len(lines) == 2 * (1 + 4)
    assert {line.codec for line in lines} == {"gsm"}
    assert list(Lines().every()) == [Spoil()]
