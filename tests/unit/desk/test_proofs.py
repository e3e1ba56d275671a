"""What speaks against a photograph."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.desk.proofs import Doubt, ProofRules, Shown, distance_km, doubts, read_place, written_place

RULES = ProofRules.load(data_dir("grammars") / "proof.yaml")
OPENED = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
SENT = OPENED + timedelta(hours=30)
NEAR, FAR = "26.9301,81.1902", "24.0400,84.0700"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("taken_at", "taken_in", "district", "kinds"),
    [
        (OPENED + HOUR, NEAR, "Barabanki", []),
        (OPENED - HOUR, NEAR, "Barabanki", ["early"]),
        (SENT + 25 * HOUR, NEAR, "Barabanki", ["clock"]),
        (None, None, "Barabanki", ["no_time", "no_place"]),
        (OPENED + HOUR, FAR, "Barabanki", ["far"]),
        (OPENED + HOUR, FAR, "Sitapur", []),
        (OPENED + HOUR, FAR, None, []),
    ],
)
def test_doubts(taken_at: datetime | None, taken_in: str | None, district: str | None, kinds: list[str]) -> None:
    shown = Shown(taken_at, taken_in, SENT, OPENED, district)
    assert [doubt.kind for doubt in doubts(shown, RULES)] == kinds


def test_how_far_it_was_is_told() -> None:
    assert list(doubts(Shown(SENT, FAR, SENT, OPENED, "Barabanki"), RULES)) == [Doubt("far", 432)]


def test_distances_as_in_an_atlas() -> None:
    assert distance_km((28.61, 77.21), (19.08, 72.88)) == pytest.approx(1150, abs=10)  # Delhi to Mumbai
    assert distance_km((26.85, 80.95), (26.93, 81.19)) == pytest.approx(25, abs=2)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_is_written_to_some_ten_metres(latitude: float, longitude: float) -> None:
    written = written_place((latitude, longitude))
    assert written is not None
    assert read_place(written) == pytest.approx((latitude, longitude), abs=1e-4)


@pytest.mark.parametrize("text", ["far_km: 1", "early_hours: x\nclock_hours: 1\nfar_km: 1\ncentres: {}"])
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "proof.yaml"
    path.write_text(text)
    with pytest.raises(DataError, match=r"proof\.yaml"):
        ProofRules.load(path)
