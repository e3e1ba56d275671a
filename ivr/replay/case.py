"""A replay case: a folder with `case.yaml` and the caller's audio."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from ivr.core.data import load_yaml
from ivr.core.errors import AudioError, ReplayError
from ivr.speech.audio import mulaw_encode, read_any

CASE_FILE = "case.yaml"
_TURN_KEYS = {"say", "file", "press", "silence", "hang_up", "after_ms", "at_once"}
_CASE_KEYS = {"title", "language", "caller", "hard", "voice", "line", "turns", "expect", "known_failure", "after"}


class Act(StrEnum):
    SAY = "say"
    PRESS = "press"
    SILENCE = "silence"
    HANG_UP = "hang_up"


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing the caller does. `after_ms` counts from the start of the prompt that sounds then, or from the
    end of what the caller said before; without it the
    caller waits for the prompt's end. `at_once`: right after the turn before. `text` is what was said in `audio` (8 kHz
    µ-law)."""

    act: Act
    text: str = ""
    file: str = ""
    audio: bytes = b""
    after_ms: int | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """`after` names a case to be run before, in the same database. `known_failure` says why the case may fail."""

    name: str
    folder: Path
    title: str
    language: str
    caller: str
    turns: tuple[Turn, ...]
    hard: tuple[str, ...] = ()
    expect: Mapping[str, Any] = field(default_factory=dict)
    known_failure: str = ""
    after: str = ""

    @classmethod
    def load(cls, folder: Path) -> "Case":
        """Read a case. Raises ReplayError saying which file and which turn is wrong."""
        path = folder / CASE_FILE
        if not path.is_file():
            raise ReplayError(f"{folder}: no {CASE_FILE} there; a case is a folder that holds one")
        raw = load_yaml(path)
        if not isinstance(raw, dict) or not {"title", "language", "caller", "turns"} <= raw.keys():
            raise ReplayError(f"{path}: needs title, language, caller and turns")
        if unknown := raw.keys() - _CASE_KEYS:
            raise ReplayError(f"{path}: unknown keys {', '.join(sorted(unknown))}")
        turns = tuple(_turn(path, number, turn) for number, turn in enumerate(raw["turns"], 1))
        return cls(
            name=f"{folder.parent.name}/{folder.name}",
            folder=folder,
            title=str(raw["title"]),
            language=str(raw["language"]),
            caller=str(raw["caller"]),
            turns=turns,
            hard=tuple(raw.get("hard") or ()),
            expect=raw.get("expect") or {},
            known_failure=str(raw.get("known_failure") or ""),
            after=str(raw.get("after") or ""),
        )


def find_cases(paths: list[Path]) -> list[Case]:
    """Every case in `paths`, each a case's folder or a folder of them, in the order of their names, with the cases
    that they come after put before them. Raises ReplayError when there is none."""
    folders = {f.parent.resolve() for path in paths for f in _case_files(path)}
    if not folders:
        raise ReplayError(f"no {CASE_FILE} under {', '.join(map(str, paths)) or 'the given folders'}")
    return [Case.load(folder) for folder in sorted(folders)]


def _case_files(path: Path) -> list[Path]:
    if not path.exists():
        raise ReplayError(f"{path}: no such folder")
    return [path / CASE_FILE] if (path / CASE_FILE).is_file() else sorted(path.rglob(CASE_FILE))


def _turn(path: Path, number: int, raw: Any) -> Turn:
    where = f"{path}, turn {number}"
    if not isinstance(raw, dict) or raw.keys() - _TURN_KEYS:
        raise ReplayError(f"{where}: a turn has only the keys {', '.join(sorted(_TURN_KEYS))}")
    acts = [a for a in Act if a.value in raw]
    if len(acts) != 1:
        raise ReplayError(f"{where}: needs exactly one of say, press, silence, hang_up")
    after, at_once = raw.get("after_ms"), bool(raw.get("at_once"))
    if acts[0] is not Act.SAY:
        return Turn(acts[0], text=str(raw[acts[0].value]), after_ms=after, at_once=at_once)
    if "file" not in raw:
        raise ReplayError(f"{where}: say needs a file with the audio")
    try:
        samples = read_any(path.parent / raw["file"])
    except AudioError as error:
        raise ReplayError(f"{where}: {error}") from error
    return Turn(Act.SAY, str(raw["say"]), str(raw["file"]), mulaw_encode(np.asarray(samples, np.int16)), after, at_once)
