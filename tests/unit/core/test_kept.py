"""What is kept on disk between processes is what was made, or is made again."""

import os
import pickle
from pathlib import Path

import pytest

from ivr.core.kept import fingerprint, kept


class Maker:
    def __init__(self, value: object) -> None:
        self.value, self.times = value, 0

    def __call__(self) -> object:
        self.times += 1
        return self.value


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_value_is_made_once_and_then_read(tmp_path: Path) -> None:
    make = Maker({"राशन": (1, 2)})
    assert [kept(tmp_path / "cache", "words", "1", make) for _ in range(3)] == [{"राशन": (1, 2)}] * 3
    assert make.times == 1
    assert oct((tmp_path / "cache" / "words-1.pickle").stat().st_mode)[-3:] == "600"


def test_another_mark_is_made_anew_and_takes_the_place_of_the_older(tmp_path: Path) -> None:
    kept(tmp_path, "words", "1", Maker("old"))
    kept(tmp_path, "other", "1", Maker("other"))
    assert kept(tmp_path, "words", "2", Maker("new")) == "new"
    assert files(tmp_path) == ["other-1.pickle", "words-2.pickle"]


def test_half_a_file_is_made_again(tmp_path: Path) -> None:
    kept(tmp_path, "words", "1", Maker("x" * 1000))
    path = tmp_path / "words-1.pickle"
    path.write_bytes(path.read_bytes()[:500])
    assert kept(tmp_path, "words", "1", Maker("again")) == "again"
    assert kept(tmp_path, "words", "1", Maker("never")) == "again"


class Harm:
    """Makes a folder when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o700, 0o666), (0o777, 0o600)])
def test_what_others_may_write_is_never_read(tmp_path: Path, folder_mode: int, file_mode: int) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    (folder / "words-1.pickle").write_bytes(pickle.dumps(Harm(tmp_path / "harm")))
    (folder / "words-1.pickle").chmod(file_mode)
    folder.chmod(folder_mode)
    assert kept(folder, "words", "1", Maker("made")) == "made"
    assert not (tmp_path / "harm").exists()


def test_where_nothing_can_be_written_it_is_made_each_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    make = Maker("made")
    assert [kept(tmp_path / "file" / "cache", "words", "1", make) for _ in range(2)] == ["made"] * 2
    assert make.times == 2


def test_the_mark_is_of_every_files_place_and_text_and_of_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "hi").mkdir()
    (tmp_path / "hi" / "a.yaml").write_text("one")
    (tmp_path / "b.yaml").write_text("two")
    marks = [fingerprint([tmp_path]), fingerprint([tmp_path], "numpy 3")]
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_bytes(b"0")
    assert fingerprint([tmp_path]) == marks[0]
    for change in (
        lambda: (tmp_path / "b.yaml").write_text("twp"),
        lambda: (tmp_path / "b.yaml").rename(tmp_path / "c.yaml"),
        lambda: (tmp_path / "c.yaml").rename(tmp_path / "hi" / "c.yaml"),
        lambda: (tmp_path / "hi" / "d.yaml").write_text(""),
        lambda: (tmp_path / "hi" / "a.yaml").unlink(),
    ):
        change()
        marks.append(fingerprint([tmp_path]))
    assert len(set(marks)) == len(marks)
