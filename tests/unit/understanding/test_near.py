"""Near sounds: the same as trying every word."""

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from ivr.understanding.near import NearSounds

SOUNDS = st.text("abkt", min_size=1, max_size=12)


@given(st.lists(SOUNDS, max_size=30), SOUNDS, st.sampled_from([0.7, 0.75, 0.9]))
def test_finds_what_trying_every_word_finds(words: list[str], sound: str, cutoff: float) -> None:
    reach = max(1, int(len(sound) * (1 - cutoff)))
    near = {
        word: Levenshtein.normalized_similarity(sound, word) for word in words if abs(len(word) - len(sound)) <= reach
    }
    expected = {word: ratio for word, ratio in near.items() if ratio >= cutoff}
    assert dict(NearSounds.build(words).find(sound, cutoff, limit=100)) == expected


def test_the_nearest_first_and_no_more_than_asked_for() -> None:
    near = NearSounds.build(["bijali", "bijaliya", "bijala", "pani"])
    assert [word for word, _ in near.find("bijali", 0.7, limit=2)] == ["bijali", "bijala"]
