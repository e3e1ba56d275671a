"""Piper, where it is installed: a stand-in for its program that records what it is given."""

import json
import stat
import sys
from pathlib import Path

import pytest

from ivr.core.data import data_dir
from ivr.core.errors import AudioError, DataError
from ivr.dialogue.commands import Play
from ivr.speech.piper import piper_voices
from ivr.speech.prompts import PromptLibrary

PIPER = """#!{python}
import math, struct, sys
text = sys.stdin.readline().strip()
with open({record!r}, "a", encoding="utf-8") as file:
    print(" ".join(sys.argv[1:]), "|", text, file=file)
if {fails}:
    sys.exit(3)
tone = [round(9000 * math.sin(i / 9)) for i in range(22050 // 2)]
sys.stdout.buffer.write(struct.pack(f"<{{len(tone)}}h", *tone))
"""


def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool = False) -> Path:
    """Puts the stand-in on the path and a voice into the data folder; the file that records."""
    record = tmp_path / "given.txt"
    program = tmp_path / "bin" / "piper"
    program.parent.mkdir()
    program.write_text(PIPER.format(python=sys.executable, record=str(record), fails=fails))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(program.parent))
    voice = tmp_path / "voices" / "hi" / "someone.onnx"
    voice.parent.mkdir(parents=True)
    voice.write_bytes(b"a voice")
    voice.with_name("someone.onnx.json").write_text(json.dumps({"audio": {"sample_rate": 22050}}))
    return record


def library(tmp_path: Path) -> PromptLibrary:
    return PromptLibrary(data_dir("grammars"), data_dir("audio"), None, voices_dir=tmp_path / "voices")


def test_a_voice_that_is_there_speaks_its_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = install(tmp_path, monkeypatch)
    prompts = library(tmp_path)
    assert 450 <= prompts.render(Play("hold", "hi")).duration_ms <= 1_500
    prompts.render(Play("hold", "te"))
    (line,) = record.read_text(encoding="utf-8").splitlines()
    options, _, text = line.partition(" | ")
    assert options == f"--model {tmp_path}/voices/hi/someone.onnx --output_raw"
    assert text
    assert prompts.speaker("hi").startswith("piper|someone.onnx")
    assert "espeak" in prompts.speaker("te")


def test_numbers_that_are_written_down_are_slower(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = install(tmp_path, monkeypatch)
    library(tmp_path).render(Play("ticket_number", "hi", {"ticket": ("ticket", "4827316")}))
    slow = [line for line in record.read_text(encoding="utf-8").splitlines() if "--length_scale" in line]
    assert slow


def test_a_voice_that_fails_leaves_nobody_in_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, fails=True)
    assert library(tmp_path).render(Play("hold", "hi")).duration_ms > 500
    with pytest.raises(AudioError, match=r"someone\.onnx"):
        piper_voices(tmp_path / "voices", ["hi"])["hi"].say("नमस्ते")


def test_without_the_program_there_are_no_voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert piper_voices(tmp_path / "voices", ["hi"]) == {}


def test_a_voice_without_its_description_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)
    (tmp_path / "voices" / "hi" / "someone.onnx.json").unlink()
    with pytest.raises(DataError, match="sample_rate"):
        piper_voices(tmp_path / "voices", ["hi"])
