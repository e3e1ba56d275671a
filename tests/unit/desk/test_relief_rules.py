"""Who is asked for what, by what must hold for any district."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.desk import relief_rules as rules
from ivr.desk.relief_rules import Chosen, Helper, ItemRules, Need, choose, evenness

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
ITEMS = rules.load_items(data_dir("grammars"))
MEDICINE, BLOOD = ITEMS["medicine"], ITEMS["blood"]
RINGS = MEDICINE.rings
ONE = replace(MEDICINE, offers=1)
AREAS = ("225001", "225002", "225301", "226010", "")


def minutes_ago(minutes: int) -> datetime:
    return NOW - timedelta(minutes=minutes)


def need(n: int, area: str, age: int = 0, **more: object) -> Need:
    at = minutes_ago(age)
    base = Need(n, "", 1, "Barabanki", area, RINGS.last, at, at)
    return replace(base, **more)  # type: ignore[arg-type]


def helper(n: int, area: str = "225001", free: int = 1, **more: object) -> Helper:
    return replace(Helper(n, "Barabanki", area, free, {"": None}), **more)  # type: ignore[arg-type]


NEEDS = st.lists(
    st.builds(
        need, st.integers(1, 10_000), st.sampled_from(AREAS), st.integers(0, 600), ring=st.integers(0, RINGS.last)
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)
HELPERS = st.lists(
    st.builds(
        helper,
        st.integers(1, 500),
        st.sampled_from(AREAS),
        st.integers(0, 3),
        district=st.sampled_from(["Barabanki", "Lucknow"]),
        stock=st.sampled_from([{"": None}, {"": 1}, {"": 0}, {}]),
    ),
    max_size=6,
    unique_by=lambda one: one.id,
)
TURNS = st.dictionaries(st.sampled_from(AREAS), st.integers(0, 600).map(minutes_ago))


def can(one: Need, helping: Helper, item: ItemRules) -> bool:
    alone = choose([replace(one, open=0)], [replace(helping, free=1)], {}, item)
    return bool(alone)


@given(NEEDS, HELPERS, TURNS)
def test_no_area_is_served_twice_while_another_waits_that_the_same_hands_could_serve(
    needs: list[Need], helpers: list[Helper], turns: Mapping[str, datetime]
) -> None:
    chosen = choose(needs, helpers, turns, ONE)
    by_need, by_helper = {one.id: one for one in needs}, {one.id: one for one in helpers}
    left_out = [one for one in needs if one.id not in {c.need_id for c in chosen}]
    served: dict[str, datetime] = dict(turns)
    for count, one in enumerate(chosen):
        area = by_need[one.need_id].area
        waiting = [n for n in left_out if n.area != area and can(n, by_helper[one.helper_id], ONE)]
        for other in waiting:
            assert area not in served or served[area] <= served.get(other.area, rules.NEVER), (one, other)
        served[area] = NOW + timedelta(seconds=count + 1)


@given(NEEDS, HELPERS, TURNS)
def test_nobody_is_asked_twice_too_far_too_much_or_for_what_they_lack(
    needs: list[Need], helpers: list[Helper], turns: Mapping[str, datetime]
) -> None:
    chosen = choose(needs, helpers, turns, MEDICINE)
    by_need, by_helper = {one.id: one for one in needs}, {one.id: one for one in helpers}
    assert len({(one.need_id, one.helper_id) for one in chosen}) == len(chosen)
    for one in chosen:
        wanted, helping = by_need[one.need_id], by_helper[one.helper_id]
        assert one.ring == RINGS.distance(wanted.spot, helping.spot) <= wanted.ring
        assert helping.stock.get("", 0) != 0
        assert sum(c.helper_id == helping.id for c in chosen) <= helping.free
        assert sum(c.need_id == wanted.id for c in chosen) + wanted.open <= MEDICINE.offers


@given(NEEDS, HELPERS, TURNS)
def test_no_free_hands_are_left_idle(needs: list[Need], helpers: list[Helper], turns: Mapping[str, datetime]) -> None:
    chosen = choose(needs, helpers, turns, ONE)
    used = {one.id: one.free - sum(c.helper_id == one.id for c in chosen) for one in helpers}
    for left in (one for one in needs if one.id not in {c.need_id for c in chosen}):
        assert not any(used[h.id] > 0 and can(left, h, ONE) for h in helpers)


def test_areas_take_turns_and_the_longest_without_one_comes_first() -> None:
    needs = [need(1, "225001", 50), need(2, "225001", 40), need(3, "225002", 30), need(4, "225301", 20)]
    turns = {"225301": minutes_ago(90), "225001": minutes_ago(10)}
    chosen = choose(needs, [helper(7, free=4)], turns, ONE)
    assert [one.need_id for one in chosen] == [3, 4, 1, 2]


def test_the_nearest_are_asked_first_and_several_at_once() -> None:
    helpers = [helper(1, "226010", district="Lucknow"), helper(2, "225002"), helper(3, "225301"), helper(4)]
    chosen = choose([need(1, "225001")], helpers, {}, MEDICINE)
    assert chosen == [Chosen(1, 4, 0), Chosen(1, 2, 1), Chosen(1, 3, 2)]
    assert choose([need(1, "225001", ring=0)], helpers, {}, MEDICINE) == [Chosen(1, 4, 0)]
    assert choose([need(1, "225001", asked=frozenset({4}), open=2)], helpers, {}, MEDICINE) == [Chosen(1, 2, 1)]


@given(st.integers(0, RINGS.last), st.integers(0, 200))
def test_rings_widen_with_time_and_end_at_the_desk(ring: int, minutes: int) -> None:
    waits = need(1, "225001", minutes, ring=ring)
    expected = ring + minutes // 20
    assert rules.widened(waits, MEDICINE, NOW) == (expected if expected <= RINGS.last else None)


def test_it_is_looked_again_when_the_first_ring_ends() -> None:
    assert rules.next_look([need(1, "", 15), need(2, "", 5)], MEDICINE) == NOW + timedelta(minutes=5)
    assert rules.next_look([], MEDICINE) is None


def test_blood_goes_by_group_the_same_group_first() -> None:
    helpers = [helper(1, stock={"o_neg": None}), helper(2, stock={"a_pos": None}), helper(3, stock={"b_pos": None})]
    chosen = choose([need(1, "225001", detail="a_pos")], helpers, {}, BLOOD)
    assert [one.helper_id for one in chosen] == [2, 1]
    assert [one.helper_id for one in choose([need(1, "225001", detail="o_neg")], helpers, {}, BLOOD)] == [1]
    assert len(choose([need(1, "225001")], helpers, {}, BLOOD)) == 3, "where nobody knows the group, all are asked"


def test_every_group_gets_its_own_and_the_universal_one() -> None:
    for group, givers in BLOOD.details.items():
        assert givers[0] == group
        assert "o_neg" in givers
        assert all(giver.endswith("neg") for giver in givers) or group.endswith("pos")
    assert set(BLOOD.details["ab_pos"]) == set(BLOOD.details)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=30))
def test_evenness_lies_between_one_taker_and_all_alike(shares: list[float]) -> None:
    assert 1 / len(shares) - 1e-6 <= evenness(shares) <= 1 + 1e-6


def test_evenness_of_the_plain_cases() -> None:
    assert evenness([2, 2, 2]) == 1
    assert evenness([3, 0, 0]) == 1 / 3
    assert evenness([]) == evenness([0, 0]) == 1
