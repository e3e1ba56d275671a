"""Installing speech models from a server that records what it is asked; libvosk is not asked."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.core.errors import ModelError
from ivr.speech.install.place import Choice, Installed, install, source_of
from ivr.speech.install.trial import Trial
from ivr.speech.models import ModelRegistry, check_files

from .publisher import NAME, Server, serving, small_model, zipped


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as told:
        yield told


class Tries:
    """Stands in for libvosk: says what the files say, and refuses with `problem`."""

    def __init__(self, problem: str = "") -> None:
        self.problem = problem
        self.tried: list[tuple[str, Path]] = []

    def __call__(self, lang: str, folder: Path) -> Trial:
        self.tried.append((lang, folder))
        rate_hz, dynamic = check_files(folder)
        if self.problem:
            raise ModelError(f"{folder}: {self.problem}")
        return Trial(rate_hz, dynamic, "", 0.0, 0.0, 1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "models"


def from_list(server: Server, home: Path, tries: Tries | None = None, again: bool = False) -> Installed:
    choice = Choice("hi", origin=f"{server.url}/list.json", again=again)
    return install(choice, home, lambda done, total: None, tries or Tries())


def left_over(home: Path) -> set[str]:
    return {path.name for path in (home / ".install").iterdir()} - {"lock"}


def test_a_published_model_is_fetched_checked_tried_and_put_in_place(server: Server, home: Path) -> None:
    server.publish(small_model())
    tries, seen = Tries(), list[tuple[int, int | None]]()
    choice = Choice("hi", origin=f"{server.url}/list.json")
    done = install(choice, home, lambda had, total: seen.append((had, total)), tries)
    assert (done.path, done.name, done.changed, done.replaced) == (home / "hi", NAME, True, False)
    assert check_files(home / "hi") == (16000, True)
    assert source_of(home / "hi")["name"] == NAME
    assert ModelRegistry(home).path("hi") == home / "hi"
    assert seen[-1] == (len(small_model()), len(small_model()))
    assert tries.tried == [("hi", home / ".install/hi")]
    assert left_over(home) == set()


def test_what_is_in_force_already_is_not_fetched_again_unless_asked(server: Server, home: Path) -> None:
    server.publish(small_model())
    from_list(server, home)
    assert not from_list(server, home).changed
    assert len(server.archive_requests()) == 1
    assert from_list(server, home, again=True).replaced
    assert len(server.archive_requests()) == 2


def test_a_damaged_model_in_place_is_fetched_again(server: Server, home: Path) -> None:
    server.publish(small_model())
    from_list(server, home)
    (home / "hi/graph/Gr.fst").unlink()
    assert from_list(server, home).changed
    check_files(home / "hi")


def test_a_broken_connection_goes_on_where_it_stopped(server: Server, home: Path) -> None:
    server.publish(small_model())
    server.cut[f"/{NAME}.zip"] = [100, 150]
    from_list(server, home)
    assert server.archive_requests() == [None, "bytes=100-", "bytes=250-"]


def test_a_connection_that_ends_early_without_saying_so_goes_on_too(server: Server, home: Path) -> None:
    server.publish(small_model())
    server.lengths = False
    server.cut[f"/{NAME}.zip"] = [100]
    from_list(server, home)
    assert server.archive_requests() == [None, "bytes=100-"]


def test_a_server_that_sends_more_than_published_is_stopped(server: Server, home: Path) -> None:
    server.publish(small_model(), size=500)
    server.lengths = False
    with pytest.raises(ModelError, match="the list says 500"):
        from_list(server, home)
    assert not (home / "hi").exists()


def test_the_next_run_goes_on_where_the_last_one_stopped(server: Server, home: Path) -> None:
    server.publish(small_model())
    server.cut[f"/{NAME}.zip"] = [100, 0]
    with pytest.raises(ModelError, match=r"broke off after 100 bytes; run the same command again"):
        from_list(server, home)
    from_list(server, home)
    assert server.archive_requests() == [None, "bytes=100-", "bytes=100-"]


def test_a_server_without_ranges_is_asked_from_the_beginning(server: Server, home: Path) -> None:
    server.publish(small_model())
    server.ranges = False
    server.cut[f"/{NAME}.zip"] = [100]
    from_list(server, home)
    assert server.archive_requests() == [None, "bytes=100-"]
    check_files(home / "hi")


def test_a_wrong_beginning_is_thrown_away_and_all_fetched_anew(server: Server, home: Path) -> None:
    server.publish(small_model())
    (home / ".install").mkdir(parents=True)
    (home / f".install/{NAME}.zip.part").write_bytes(b"of another file")
    from_list(server, home)
    assert server.archive_requests() == ["bytes=15-", None]


@pytest.mark.parametrize("extra", [0, 1])
def test_a_beginning_that_is_all_or_too_much(server: Server, home: Path, extra: int) -> None:
    server.publish(small_model())
    (home / ".install").mkdir(parents=True)
    (home / f".install/{NAME}.zip.part").write_bytes(small_model() + b"x" * extra)
    assert from_list(server, home).changed


def test_a_wrong_checksum_keeps_the_former_model_and_no_remains(server: Server, home: Path) -> None:
    server.publish(small_model())
    from_list(server, home)
    server.publish(small_model(top="other/"), md5="0" * 32)
    with pytest.raises(ModelError, match="checksum"):
        from_list(server, home)
    assert check_files(home / "hi") == (16000, True)
    assert left_over(home) == set()


@pytest.mark.parametrize("off", [-1, 1])
def test_a_file_of_another_size_than_published_is_not_even_fetched(server: Server, home: Path, off: int) -> None:
    server.publish(small_model(), size=len(small_model()) + off)
    with pytest.raises(ModelError, match="the list says"):
        from_list(server, home)
    assert not (home / "hi").exists()


def test_a_model_that_fails_its_trial_leaves_the_former_in_force(server: Server, home: Path) -> None:
    server.publish(small_model())
    from_list(server, home)
    server.publish(small_model({f"{NAME}/README": b"newer"}))
    with pytest.raises(ModelError, match=r"was not installed, what was there stays: no good") as refused:
        from_list(server, home, Tries("no good"))
    assert ".install" not in str(refused.value)
    assert not (home / "hi/README").exists()
    assert left_over(home) == set()


def test_an_installation_killed_between_two_renames_is_mended_by_the_next(server: Server, home: Path) -> None:
    server.publish(small_model())
    from_list(server, home)
    (home / "hi").rename(home / ".install/hi.former")
    assert not from_list(server, home).changed
    check_files(home / "hi")


def test_two_installations_do_not_meet(server: Server, home: Path) -> None:
    server.publish(small_model())
    (home / ".install").mkdir(parents=True)
    with (home / ".install/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ModelError, match="another installation"):
            from_list(server, home)


def test_a_zip_on_this_machine_needs_no_network(tmp_path: Path, home: Path) -> None:
    archive = tmp_path / "mine.zip"
    archive.write_bytes(small_model(top=""))
    done = install(Choice("hi", origin=str(archive)), home, lambda done, total: None, Tries())
    assert (done.name, done.path) == ("mine", home / "hi")
    assert archive.exists()


def test_the_address_of_a_zip_needs_no_list(server: Server, home: Path) -> None:
    server.files["/mine.zip"] = small_model()
    done = install(Choice("te", origin=f"{server.url}/mine.zip"), home, lambda done, total: None, Tries())
    assert (done.name, done.path) == ("mine", home / "te")
    assert server.asked == [("/mine.zip", None)]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (small_model({"../../evil": b"x"}), "leads outside"),
        (small_model({f"{NAME}/../../../evil": b"x"}), "leads outside"),
        (small_model({"/etc/evil": b"x"}), "leads outside"),
        (small_model({"C:\\evil": b"x"}), "leads outside"),
        (zipped({"page.html": b"<html>"}), "no speech model in it"),
        (b"<html>404</html>", "not a whole zip"),
        (small_model()[:-40], "not a whole zip"),
        (small_model().replace(b"\0B model", b"\0B modem"), "not a whole zip"),
        (small_model({f"{NAME}/am/final.mdl": b"text"}), "not a binary Kaldi model"),
        (small_model({f"{NAME}/graph/Gr.fst": b""}), r"Gr\.fst: empty"),
    ],
)
def test_what_is_no_model_changes_nothing(tmp_path: Path, home: Path, content: bytes, reason: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(ModelError, match=reason):
        install(Choice("hi", origin=str(tmp_path / "a.zip")), home, lambda done, total: None, Tries())
    assert {path.name for path in tmp_path.iterdir()} == {"a.zip", "models"}
    assert {path.name for path in home.iterdir()} == {".install"}
    assert left_over(home) == set()


def test_a_model_without_checksum_is_not_taken_from_a_list(server: Server, home: Path) -> None:
    server.publish(small_model(), md5="")
    with pytest.raises(ModelError, match="no size or checksum"):
        from_list(server, home)


def test_a_machine_without_internet_is_told_what_to_do(home: Path) -> None:
    with pytest.raises(ModelError, match=r"cannot reach .*--from FILE\.zip") as refused:
        install(Choice("hi", origin="http://127.0.0.1:1/list.json"), home, lambda done, total: None, Tries())
    assert refused.value.retryable
    assert not home.exists()


def test_an_address_that_is_gone(server: Server, home: Path) -> None:
    with pytest.raises(ModelError, match="HTTP 404"):
        from_list(server, home)
    server.publish(small_model())
    del server.files[f"/{NAME}.zip"]
    with pytest.raises(ModelError, match=r"zip: HTTP 404"):
        from_list(server, home)
