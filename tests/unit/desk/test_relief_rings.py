"""Who is near, by the rings of the shipped file and by any."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.desk.relief_rings import Ring, Rings, Spot

RINGS = Rings.load(data_dir("grammars"))
HERE = Spot("Barabanki", "225001")
PLACES = {"Barabanki": "UP", "Lucknow": "UP", "Agra": "UP", "Guntur": "AP"}
SPOTS = st.builds(Spot, st.sampled_from(sorted(PLACES)), st.sampled_from(["", "225001", "225301", "226010", "522001"]))
KINDS = st.lists(
    st.sampled_from([Ring("a", "pin", 6), Ring("b", "pin", 3), Ring("c", "neighbours"), Ring("d", "state")]),
    max_size=4,
)


@pytest.mark.parametrize(
    ("district", "area", "ring"),
    [
        ("Barabanki", "225001", "place"),
        ("Barabanki", "225003", "near"),
        ("Gonda", "225003", "near"),  # a border between districts is none for a bicycle
        ("Barabanki", "225301", "district"),
        ("Barabanki", "", "district"),
        ("Lucknow", "", "beside"),
        ("Lucknow", "226010", "beside"),
        ("Hardoi", "229001", "region"),
        ("Guntur", "522001", ""),
        ("Agra", "", ""),
    ],
)
def test_a_helper_is_in_the_first_ring_that_holds(district: str, area: str, ring: str) -> None:
    at = RINGS.distance(HERE, Spot(district, area))
    assert (RINGS.rings[at].id if at <= RINGS.last else "") == ring


def test_neighbours_hold_both_ways() -> None:
    assert RINGS.distance(Spot("Lucknow", ""), Spot("Barabanki", "")) == 3


def test_who_does_not_know_their_code_begins_where_none_is_needed() -> None:
    assert (RINGS.first(""), RINGS.first("225001")) == (2, 0)


@given(SPOTS, SPOTS, KINDS)
def test_whoever_is_in_a_ring_is_fetched(need: Spot, helper: Spot, kinds: list[Ring]) -> None:
    rings = Rings((*kinds, Ring("z", "district")), {"Barabanki": frozenset({"Lucknow"})}, PLACES)
    if rings.distance(need, helper) <= rings.last:
        reach = rings.reach(need.district, {need.area})
        assert helper.district in reach.districts or helper.area.startswith(tuple(reach.prefixes))


def test_only_the_shortest_beginnings_are_fetched() -> None:
    assert RINGS.reach("Barabanki", {"225001", "225301", "227105"}).prefixes == {"22"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rings: [{id: a, by: pin, digits: 6}]", "not by PIN code"),
        ("rings: [{id: a, by: near}]", "by must be one of"),
        ("rings: [{id: a, by: district, digits: 2}]", "digits go with"),
        ("rings: [{id: a, by: pin}]", "digits go with"),
        ("rings: [{id: a, by: district}]\nneighbours: {Agra: [Atlantis]}", "Atlantis"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "relief.yaml").write_text(text)
    (tmp_path / "places.yaml").write_text("Agra: {state: UP}\n")
    with pytest.raises(DataError, match=says) as caught:
        Rings.load(tmp_path)
    assert "relief.yaml:" in str(caught.value)
