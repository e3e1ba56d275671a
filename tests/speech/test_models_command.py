"""`ivr models` with real models, which libvosk loads in a process of its own."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.cli.models import app
from ivr.core.errors import ModelError
from ivr.speech.install.trial import try_out
from ivr.speech.install.unpack import unpack

from .publisher import NAME, serving, small_model, zipped
from .voices import MODELS


def real_model() -> bytes:
    """The bundled Hindi model as it would be published."""
    paths = [path for path in (MODELS / "hi").rglob("*") if path.is_file()]
    return zipped({f"{NAME}/{path.relative_to(MODELS / 'hi')}": path.read_bytes() for path in paths})


def test_an_abort_of_libvosk_is_an_error_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(small_model())
    unpack(tmp_path / "a.zip", tmp_path / "hi")
    with pytest.raises(ModelError, match=r"libvosk (refuses|ended)"):
        try_out("hi", tmp_path / "hi")


def test_a_model_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(ModelError, match="not loaded within 0 s"):
        try_out("hi", MODELS / "hi", timeout_s=0.001)


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("IVR_MODELS_DIR", raising=False)
    return tmp_path


def ivr(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_the_whole_way_with_a_real_model(clean: Path) -> None:
    with serving() as server:
        server.publish(real_model())
        done = ivr("install", "hi", "--from", f"{server.url}/list.json", "--json")
    home = clean / "var/models"
    assert done.exit_code == 0, done.stderr
    (told,) = lines(done)
    assert (told["name"], told["path"], told["heard"]) == (NAME, str(home / "hi"), "एक दो तीन")
    force = {model["origin"]: model["in_force"] for model in lines(ivr("list", "--json")) if model["lang"] == "hi"}
    assert force == {"installed": True, "bundled": False}


def test_list_says_what_there_is(clean: Path) -> None:
    told = {model["lang"]: model for model in lines(ivr("list", "--json"))}
    assert {(model["rate_hz"], model["dynamic"], model["in_force"]) for model in told.values()} == {(8000, True, True)}
    assert set(told) == {"hi", "te"}
    words = (MODELS / "hi/graph/words.txt").read_text(encoding="utf-8").splitlines()
    assert told["hi"]["words"] == len(words) - 2
    assert "* hi   bundled" in ivr("list").stdout


def test_verify_hears_speech_and_tells_what_is_broken(clean: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = clean / "models"
    monkeypatch.setenv("IVR_MODELS_DIR", str(home))
    (clean / "a.zip").write_bytes(small_model())
    home.mkdir()
    unpack(clean / "a.zip", home / "hi")
    (home / "hi/graph/Gr.fst").unlink()
    done = ivr("verify", "hi", "--json")
    assert done.exit_code == 1
    broken, bundled = lines(done)
    assert (broken["ok"], bundled["ok"], bundled["heard"]) == (False, True, "एक दो तीन")
    assert "ivr models install hi --again" in done.stderr
    assert "BROKEN" in ivr("list").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["install", "../hi"], 2),
        (["install", "hi", "--name", "a", "--from", "a.zip"], 2),
        (["install"], 2),
        (["install", "hi", "--from", "none.zip"], 1),
        (["install", "hi", "--from", "http://127.0.0.1:1/list.json"], 1),
        (["verify", "ta"], 1),
    ],
)
def test_exit_codes(clean: Path, arguments: list[str], code: int) -> None:
    done = ivr(*arguments)
    assert done.exit_code == code
    assert code == 2 or isinstance(done.exception, ModelError)
