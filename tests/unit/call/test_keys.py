"""Keys gathered into one input."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.call.keys import KeyCollector


def press_all(collector: KeyCollector, keys: str) -> tuple[KeyCollector, list[str]]:
    done = []
    for key in keys:
        collector, complete = collector.press(key)
        if complete is not None:
            done.append(complete)
    return collector, done


def test_a_wait_of_one_digit_is_complete_at_once() -> None:
    assert press_all(KeyCollector(1, 4000), "2")[1] == ["2"]


def test_hash_ends_digits_and_is_not_part_of_them() -> None:
    assert press_all(KeyCollector(10, 4000), "4827#")[1] == ["4827"]


def test_hash_alone_is_told() -> None:
    assert press_all(KeyCollector(10, 4000), "#")[1] == ["#"]


def test_star_is_an_input_of_its_own() -> None:
    assert press_all(KeyCollector(7, 4000), "*")[1] == ["*"]


def test_a_pause_completes_digits_but_not_their_absence() -> None:
    collector, complete = KeyCollector(7, 4000).tick(60_000)
    assert complete is None
    collector, _ = collector.press("4")
    collector, complete = collector.tick(3_980)
    assert complete is None
    collector, complete = collector.tick(20)
    assert complete == "4"
    assert collector.digits == ""


def test_a_key_starts_the_pause_again() -> None:
    collector, _ = KeyCollector(7, 4000).press("4")
    collector, _ = collector.tick(3_900)
    collector, _ = collector.press("8")
    assert collector.tick(3_900)[1] is None


@given(st.text("0123456789", min_size=1, max_size=30), st.integers(1, 10))
def test_no_digit_is_lost(keys: str, digits_max: int) -> None:
    collector, done = press_all(KeyCollector(digits_max, 4000), keys)
    assert "".join(done) + collector.digits == keys
    assert all(len(d) == digits_max for d in done)
