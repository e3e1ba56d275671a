import shutil
import threading
from pathlib import Path

import pytest

from ivr.core.errors import ModelError
from ivr.speech.models import ModelRegistry, SpeechModel, check_files, load

from .voices import MODELS


@pytest.fixture
def model_dir(tmp_path: Path) -> Path:
    """A copy of the bundled Hindi model to be damaged."""
    return Path(shutil.copytree(MODELS / "hi", tmp_path / "hi"))


NEEDED = [
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/HCLr.fst",
    "graph/Gr.fst",
    "graph/disambig_tid.int",
]


@pytest.mark.parametrize("name", NEEDED)
def test_a_model_without_a_file_names_it(model_dir: Path, name: str) -> None:
    (model_dir / name).unlink()
    with pytest.raises(ModelError, match=name):
        load("hi", model_dir)


@pytest.mark.parametrize("name", NEEDED)
def test_an_empty_file_is_found_before_libvosk_sees_it(model_dir: Path, name: str) -> None:
    (model_dir / name).write_bytes(b"")
    with pytest.raises(ModelError, match=name):
        check_files(model_dir)


@pytest.mark.parametrize("name", ["am/final.mdl", "graph/HCLr.fst", "graph/Gr.fst", "graph/words.txt"])
def test_a_file_cut_in_half_is_an_error_not_a_crash(model_dir: Path, name: str) -> None:
    content = (model_dir / name).read_bytes()
    (model_dir / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(ModelError, match=r"install it again"):
        load("hi", model_dir)


def test_a_file_that_is_no_model(model_dir: Path) -> None:
    (model_dir / "am/final.mdl").write_text("<html>404</html>")
    with pytest.raises(ModelError, match="not a binary Kaldi model"):
        check_files(model_dir)


@pytest.mark.parametrize(
    ("conf", "rate_hz"),
    [
        ("--sample-frequency=8000\n", 8000),
        ("# --sample-frequency=8000\n--use-energy=false\n", 16000),
        ("", 16000),
        ("--sample-frequency=16000.0 # Hz\n", 16000),
        ("--sample-frequency=8000\n--sample-frequency=16000\n", 16000),
    ],
)
def test_the_rate_is_the_models_own(model_dir: Path, conf: str, rate_hz: int) -> None:
    (model_dir / "conf/mfcc.conf").write_text(conf + "--num-ceps=30\n")
    assert check_files(model_dir) == (rate_hz, True)


@pytest.mark.parametrize("rate", ["many", "4000", "-8000"])
def test_a_rate_that_cannot_be(model_dir: Path, rate: str) -> None:
    (model_dir / "conf/mfcc.conf").write_text(f"--sample-frequency={rate}\n")
    with pytest.raises(ModelError, match="sample frequency"):
        check_files(model_dir)


def test_a_static_graph_takes_no_grammar(model_dir: Path) -> None:
    (model_dir / "graph/HCLG.fst").write_bytes(b"x")
    (model_dir / "graph/HCLr.fst").unlink()
    assert check_files(model_dir) == (8000, False)


def test_the_given_folder_comes_before_the_bundled_one(tmp_path: Path, model_dir: Path) -> None:
    registry = ModelRegistry(tmp_path, MODELS)
    assert registry.path("hi") == model_dir
    assert registry.path("te") == MODELS / "te"
    assert registry.languages() == ("hi", "te")


def test_a_language_without_model_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"'ta'.*ivr models install") as refused:
        ModelRegistry(tmp_path / "none").get("ta")
    assert str(tmp_path / "none") in str(refused.value)


def test_a_model_is_loaded_once_whoever_asks() -> None:
    registry = ModelRegistry()
    found: list[SpeechModel] = []
    askers = [threading.Thread(target=lambda: found.append(registry.get("hi"))) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert len({id(model) for model in found}) == 1


def test_words_that_it_cannot_hear() -> None:
    model = ModelRegistry().get("hi")
    assert model.find_word("नहीं")
    assert model.missing(["नहीं", "xyzzy", "हाँ"]) == {"xyzzy"}
