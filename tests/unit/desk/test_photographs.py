"""Photographs made here: what their camera wrote is read, and gone from what is kept."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.desk.photographs import PNG, Facts, facts, stripped
from tests.unit.desk.camera import JFIF, QUANTISED, SCAN, TAKEN, chunk, jpeg, png, rationals, tiff

AT = datetime(2026, 11, 23, 4, 50, 30, tzinfo=UTC)  # India's clock


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("made", [jpeg, png])
def test_time_and_place_are_read_in_both_byte_orders(made: type[bytes], order: str) -> None:
    read = facts(made(tiff(order)))
    assert read.at == AT
    assert read.place == pytest.approx((26.93, 81.19))


def test_south_and_west_are_negative_and_an_offset_counts() -> None:
    read = facts(jpeg(tiff(sides=b"SW", offset=b"+00:00\0")))
    assert read.place == pytest.approx((-26.93, -81.19))
    assert read.at == datetime(2026, 11, 23, 10, 20, 30, tzinfo=UTC)


def test_what_is_kept_of_a_jpeg_shows_the_same_and_tells_nothing_but_which_way_is_up() -> None:
    kept = stripped(jpeg(tiff(), behind=b"a film with sound"))
    assert facts(kept) == Facts()
    assert kept.startswith(b"\xff\xd8\xff\xe1")
    assert kept.endswith(JFIF + QUANTISED + SCAN)
    assert b"\x01\x12\0\x03\0\0\0\x01\0\x06" in kept
    assert not any(told in kept for told in (TAKEN, b"here", b"film", rationals(">", (26, 1))))
    assert stripped(jpeg(tiff(turned=1))) == b"\xff\xd8" + JFIF + QUANTISED + SCAN
    assert stripped(kept) == kept


def test_what_is_kept_of_a_png_is_its_pixels() -> None:
    kept = stripped(png(tiff()) + b"behind")
    assert kept == PNG + chunk(b"IHDR", bytes(13)) + chunk(b"IDAT", b"pixels") + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "block", [tiff().replace(TAKEN, b"2026:99:23 10:20:30\0"), tiff().replace(TAKEN, b"    :  :     :  :  \0")]
)
def test_a_time_that_is_none_is_no_fact(block: bytes) -> None:
    assert facts(jpeg(block)).at is None


def test_a_camera_that_has_not_found_itself_says_nothing() -> None:
    zero = rationals(">", (0, 1), (0, 1), (0, 1))
    block = tiff().replace(rationals(">", (26, 1), (55, 1), (48, 1)), zero)
    assert facts(jpeg(block.replace(rationals(">", (81, 1), (114, 10), (0, 1)), zero))).place is None
    assert facts(jpeg(block.replace(zero, rationals(">", (26, 0), (55, 1), (48, 1))))).place is None


@given(st.data(), st.sampled_from([jpeg(tiff()), jpeg(tiff("<")), png(tiff())]))
def test_no_damage_is_an_error_and_none_lets_a_place_through(data: st.DataObject, picture: bytes) -> None:
    damaged = bytearray(picture)
    for _ in range(data.draw(st.integers(0, 4))):
        damaged[data.draw(st.integers(2, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(2, len(damaged)))])
    facts(cut)
    assert facts(stripped(cut)) == Facts()


@given(st.binary(max_size=300), st.sampled_from([b"\xff\xd8\xff", PNG]))
def test_anything_can_be_read(noise: bytes, magic: bytes) -> None:
    facts(magic + noise)
    stripped(magic + noise)
