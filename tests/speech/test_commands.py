import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli import prompts
from ivr.cli.recognize import recognize
from ivr.core.data import data_dir
from ivr.dialogue.commands import Play
from ivr.speech.audio import mulaw_decode, read_any, silence, write_wav
from ivr.speech.prompts import PromptLibrary

from .voices import line, said

RUN = CliRunner()
APP = typer.Typer()
APP.command()(recognize)


@pytest.fixture(autouse=True)
def clean_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("IVR_MODELS_DIR", raising=False)


def test_recognize_prints_a_line_for_each_file(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", said("राशन कार्ड"))
    write_wav(tmp_path / "b.wav", line(silence(2000)))
    done = RUN.invoke(APP, ["--lang", "hi", "--json", str(tmp_path / "a.wav"), str(tmp_path / "b.wav")])
    assert done.exit_code == 0
    words, nothing = (json.loads(one) for one in done.stdout.splitlines())
    assert set(words) == {"file", "text", "nbest", "words", "rejected", "rtf"}
    assert (words["text"], words["rejected"]) == ("राशन कार्ड", False)
    assert words["nbest"][0]["text"] == "राशन कार्ड"
    assert words["words"][0]["start_ms"] == pytest.approx(1000, abs=90)
    assert 0 < words["rtf"] < 1
    assert (nothing["text"], nothing["nbest"], nothing["rejected"]) == ("", [], True)


def test_recognize_rejects_what_does_not_answer_the_question(tmp_path: Path) -> None:
    write_wav(tmp_path / "a.wav", said("मुझे राशन कार्ड चाहिए"))
    write_wav(tmp_path / "b.wav", said("नहीं"))
    done = RUN.invoke(APP, ["--lang", "hi", "--wait", "yes_no", str(tmp_path / "a.wav"), str(tmp_path / "b.wav")])
    other, answer = (json.loads(one) for one in done.stdout.splitlines())
    assert other["rejected"]
    assert (answer["text"], answer["rejected"]) == ("नहीं", False)


def test_recognize_goes_on_after_a_bad_file_and_fails_at_the_end(tmp_path: Path) -> None:
    write_wav(tmp_path / "b.wav", said("हाँ"))
    done = RUN.invoke(APP, ["--lang", "hi", str(tmp_path / "a.wav"), str(tmp_path / "b.wav")])
    assert done.exit_code == 1
    assert len(done.stdout.splitlines()) == 1
    assert "a.wav" in done.stderr


@pytest.mark.parametrize(("options", "code"), [(["--wait", "tea"], 2), (["--lang", "xx"], 2)])
def test_recognize_refuses_what_it_does_not_know(tmp_path: Path, options: list[str], code: int) -> None:
    write_wav(tmp_path / "a.wav", silence(100))
    assert RUN.invoke(APP, ["--lang", "hi", *options, str(tmp_path / "a.wav")]).exit_code == code


def test_the_studio_sheet_has_every_recording_once(tmp_path: Path) -> None:
    for name in ("script.csv", "script.html"):
        assert RUN.invoke(prompts.app, ["sheet", str(tmp_path / name), "--lang", "hi"]).exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "script.csv").read_text(encoding="utf-8-sig"))))
    assert len({row["file"] for row in rows}) == len(rows) > 50
    assert {row["language"] for row in rows} == {"hi"}
    page = (tmp_path / "script.html").read_text()
    assert all(row["file"] in page and row["text"] in page for row in rows)


def test_sheet_of_another_kind_is_refused(tmp_path: Path) -> None:
    assert RUN.invoke(prompts.app, ["sheet", str(tmp_path / "script.pdf")]).exit_code == 2
    assert RUN.invoke(prompts.app, ["sheet", str(tmp_path / "none/script.csv")]).exit_code == 1
    assert RUN.invoke(prompts.app, ["sheet", str(tmp_path / "script.csv"), "--lang", "xx"]).exit_code == 2


def test_missing_lists_what_is_not_recorded() -> None:
    done = RUN.invoke(prompts.app, ["missing", "--json", "--lang", "te"])
    assert done.exit_code == 0
    lines = [json.loads(one) for one in done.stdout.splitlines()]
    assert {"language": "te", "recorded": ""}.items() <= lines[0].items()
    assert f"te: {len(lines)} recordings missing" in done.stderr


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The project's own prompts spoken once by the command: the folder with `wav` and the cache `var/prompts`."""
    folder = tmp_path_factory.mktemp("rendered")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IVR_DATA_DIR", str(folder / "var"))
        return folder, RUN.invoke(prompts.app, ["render", "--json", "--out", str(folder / "wav")])


def test_render_fills_the_cache_and_writes_wav_files(rendered: tuple[Path, Result]) -> None:
    folder, done = rendered
    assert done.exit_code == 0
    spoken = [json.loads(one) for one in done.stdout.splitlines()]
    for lang in ("hi", "te"):
        first = next(one for one in spoken if one["language"] == lang)
        samples = read_any(folder / "wav" / lang / f"{first['prompt']}.wav")
        assert len(samples) == pytest.approx(first["duration_ms"] * 8, abs=8)
    assert len(list((folder / "var/prompts").iterdir())) > 0.9 * len(spoken)  # some say the same


def test_the_projects_own_prompts_can_all_be_spoken(rendered: tuple[Path, Result]) -> None:
    library = PromptLibrary(data_dir("grammars"), data_dir("audio"), rendered[0] / "var/prompts")
    for lang in library.languages:
        for ident, prompt in library.prompts(lang).items():
            spoken = library.render(Play(ident, lang, dict.fromkeys(prompt.places, ("number", "3"))))
            assert 200 < spoken.duration_ms < 15_000, ident
            assert "{" not in spoken.text
            edges = np.abs(mulaw_decode(spoken.mulaw).astype(int))
            assert edges[: 60 * 8].max() > 100, ident
            assert edges[-60 * 8 :].max() > 100, ident
