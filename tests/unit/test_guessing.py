"""Who tries codes of links."""

from ivr.web.guessing import Guessing


def test_a_client_is_held_after_its_misses_and_let_go_again() -> None:
    guessing = Guessing(misses=3, window_s=60)
    for _ in range(3):
        assert not guessing.held("a", 0)
        guessing.missed("a", 0)
    assert guessing.held("a", 59)
    assert not guessing.held("b", 59)
    assert not guessing.held("a", 60)
    guessing.missed("a", 60)
    assert not guessing.held("a", 61)


def test_the_table_is_bounded() -> None:
    guessing = Guessing(misses=1, window_s=60, clients=2)
    for client in "abc":
        guessing.missed(client, 0)
    assert [guessing.held(client, 1) for client in "abc"] == [False, True, True]
