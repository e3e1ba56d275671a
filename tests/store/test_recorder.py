"""The sound of calls on its way to the disk: placed in time, bounded, and never in the way of a call."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.call.recorder import PIECE_BYTES, WAITING, CallSound, Recorder
from ivr.speech.tape import TapeFile
from ivr.store.database import Database
from ivr.store.recordings import Recording, Recordings
from tests.store.house import NOW, House

FRAME = 160
SILENT = b"\xff" * FRAME


@pytest.fixture
def recorder(db: Database, tmp_path: Path) -> Iterator[Recorder]:
    House(db).call("CA1")
    made = Recorder(Recordings(db), tmp_path, timedelta(days=90))
    yield made
    made.close()


def speak(sound: CallSound, frames: int, first: int = 0) -> bytes:
    """Frames that can be told apart."""
    said = b"".join(bytes([n % 200]) * FRAME for n in range(first, first + frames))
    for at in range(0, len(said), FRAME):
        sound.frame(said[at : at + FRAME])
    return said


def closed(sound: CallSound, keep: bool = True) -> None:
    asyncio.run(sound.close(keep))


def kept(db: Database) -> Recording:
    (one,) = Recordings(db).of_call("CA1")
    return one


def test_both_sides_are_kept_with_their_length_and_the_day_they_must_be_gone(
    recorder: Recorder, db: Database, tmp_path: Path
) -> None:
    sound = recorder.open("CA1", NOW)
    said = speak(sound, 10)
    sound.play("p1", b"\x01" * 400)  # two frames and a half
    sound.play("p2", b"\x02" * 1_000)
    said += speak(sound, 5, first=10)
    sound.only(set())  # cut
    said += speak(sound, 60, first=15)
    closed(sound)
    row = kept(db)
    caller, helpline = TapeFile.open(tmp_path / row.path).sound(0, 10_000)
    assert caller == said
    assert helpline == SILENT * 10 + b"\x01" * 400 + b"\x02" * 400 + SILENT * 60
    assert (row.kind, row.channels, row.duration_ms) == ("call", 2, 1_500)
    assert row.bytes == (tmp_path / row.path).stat().st_size
    assert row.purge_at == NOW + timedelta(days=90)


def test_a_mark_that_comes_early_ends_its_prompt(recorder: Recorder, db: Database, tmp_path: Path) -> None:
    sound = recorder.open("CA1", NOW)
    sound.play("p1", b"\x01" * 800)
    sound.play("p2", b"\x02" * 320)
    speak(sound, 2)
    sound.only({"p2"})
    speak(sound, 3)
    closed(sound)
    _, helpline = TapeFile.open(tmp_path / kept(db).path).sound(0, 10_000)
    assert helpline == b"\x01" * 320 + b"\x02" * 320 + SILENT


def test_who_refuses_leaves_nothing_on_the_disk(recorder: Recorder, db: Database, tmp_path: Path) -> None:
    sound = recorder.open("CA1", NOW)
    speak(sound, 200)
    closed(sound, keep=False)
    assert Recordings(db).of_call("CA1") == []
    assert [path for path in (tmp_path / "recordings").rglob("*") if path.is_file()] == []


def test_a_process_that_stops_ends_what_is_open(recorder: Recorder, db: Database, tmp_path: Path) -> None:
    sound = recorder.open("CA1", NOW)
    speak(sound, 130)
    recorder.close()  # without the call's end
    assert kept(db).duration_ms == TapeFile.open(tmp_path / kept(db).path).duration_ms == 2_000


def test_nothing_is_recorded_where_no_days_are_set(db: Database, tmp_path: Path) -> None:
    recorder = Recorder(Recordings(db), tmp_path, None)
    sound = recorder.open("CA1", NOW)
    speak(sound, 100)
    closed(sound)
    recorder.close()
    assert list(tmp_path.glob("recordings")) == []


def test_a_disk_that_refuses_ends_the_recording_not_the_call(recorder: Recorder, tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("no folder")
    with capture_logs() as logged:
        sound = recorder.open("CA1", NOW)
        speak(sound, 200)
        closed(sound)
    assert [entry["event"] for entry in logged] == ["recording_not_kept"]


def test_what_cannot_be_written_in_time_becomes_silence_of_the_same_length(
    recorder: Recorder, db: Database, tmp_path: Path
) -> None:
    gate = threading.Event()

    def waits() -> None:
        gate.wait()

    recorder._submit(waits)
    for _ in range(WAITING - 1):
        recorder._submit(lambda: None)
    sound = recorder.open("CA1", NOW)
    speak(sound, 31 * 50)  # half a minute behind, and one second
    assert len(sound._caller) <= 2 * PIECE_BYTES
    gate.set()
    recorder._submit(lambda: None, refuse=False).result()  # type: ignore[union-attr]
    said = speak(sound, 50)
    closed(sound)
    caller, _ = TapeFile.open(tmp_path / kept(db).path).sound(0, 60_000)
    assert len(caller) == 32 * PIECE_BYTES
    assert caller[: 30 * PIECE_BYTES] == b"\xff" * 30 * PIECE_BYTES
    assert caller[-PIECE_BYTES:] == said
