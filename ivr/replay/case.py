"""A replay case: what a caller does and what must come of it.

Either a folder with `case.yaml` and the caller's audio, or one YAML file whose caller is given as text. `prepare` makes
the audio of the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ivr.core.data import load_yaml
from ivr.core.errors import AudioError, ReplayError
from ivr.replay.network import Network
from ivr.replay.text_voice import GAP_MS, Speech
from ivr.speech.audio import RATE_HZ, Samples, mulaw_encode, read_any, read_channels

CASE_FILE, GOLDEN = "case.yaml", "expected.txt"
_TIMING = {"after_ms", "at_word", "send_after", "at_once", "times", "expect"}
_SPEECH = {"lang", "heard_as", "bound", "gap_ms"}
_CUT = {"channel", "from_ms", "to_ms"}
_TURN_KEYS = {"say", "file", "text", "press", "silence", "hang_up", "lose_stream"} | _TIMING | _SPEECH | _CUT
_NEEDED = {"title", "language", "caller", "turns"}
_DAY_MS = 24 * 3600 * 1000
_NOTES = {"hard", "voice", "line", "shows"}  # for the maker of the audio and for readers
_CASE_KEYS = (
    _NEEDED | _NOTES | {"expect", "known_failure", "after", "cause", "house", "exported", "recording", "network"}
)


Rules = TypeVar("Rules", "HouseRules", Network)


class Act(StrEnum):
    SAY = "say"
    PRESS = "press"
    SILENCE = "silence"
    HANG_UP = "hang_up"
    LOSE = "lose_stream"  # the stream breaks off, the call goes on


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing the caller does. `text` is what is said in `audio` (8 kHz µ-law), or the keys.

    Without more the caller waits until the helpline has spoken and is silent. `send_after`: not before this prompt has
    been heard. `after_ms` counts from the start of what sounds then (of that prompt, with `send_after`): an
    interruption. `at_word`: as soon as the helpline says this word, or its nth where it is a number; with `after_ms` so
    much later. `at_once`: right after the turn before. `speech` where the words are given as text. `expect` is about
    what happens from here to the next turn.
    """

    act: Act
    text: str = ""
    file: str = ""
    audio: bytes = b""
    after_ms: int | None = None
    at_once: bool = False
    send_after: str = ""
    at_word: str = ""
    speech: Speech | None = None
    expect: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HouseRules:
    """The deployment that a case is played in. `operator`: a number for persons is configured; `dial`: the carrier's
    DialCallStatus; `calls`: streams at a time, 0 sends everybody to the keys; `later_minutes`: after the call before
    (see `Case.after`); `rating_share`, `emergency_desks` as in the settings; `record`: the sound is kept, in the
    house's folder; `at`: the time of day in India; `busy`: all operators speak with others; `shared`: several people
    use the caller's telephone. `rung`: we make the call, "promised" in the case before, or after a "missed" one to the
    number that never answers; `confirm`: an office calls the newest ticket solved, and the helpline rings the caller
    to ask."""

    operator: bool = True
    region: str = "UP"
    dial: str = "completed"
    calls: int = 100
    later_minutes: float = 1.0
    emergency_desks: str = ""
    rating_share: int = 0
    record: bool = False
    at: str = ""
    busy: bool = False
    shared: bool = False
    rung: str = ""
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """`after` names a case to be run before, in the same database; `cause` what must have happened (see the module of
    that name). `known_failure` says why the case may fail. `path` is its YAML file; beside a folder's case.yaml lies
    the transcript that must come out. `exported`: it was a call once."""

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
    cause: Mapping[str, Any] = field(default_factory=dict)
    house: HouseRules = HouseRules()
    network: Network = field(default_factory=Network)
    path: Path = Path()
    exported: bool = False
    altered: bool = False

    @property
    def golden(self) -> bool:
        """Whether a transcript says what must happen, besides the expectations. A call that was need not have one, an
        altered case has none."""
        if self.altered or self.path.name not in (CASE_FILE, ""):
            return False
        return not self.exported or (self.folder / GOLDEN).is_file()

    @classmethod
    def load(cls, path: Path) -> "Case":
        """Read a case's folder or file. Raises ReplayError saying which file and which turn is wrong."""
        path = path if path.suffix == ".yaml" else path / CASE_FILE
        if not path.is_file():
            raise ReplayError(f"{path.parent}: no {path.name} there; a case is a folder that holds {CASE_FILE}")
        raw = load_yaml(path)
        if not isinstance(raw, dict) or not raw.keys() >= _NEEDED:
            raise ReplayError(f"{path}: needs title, language, caller and turns")
        if unknown := raw.keys() - _CASE_KEYS:
            raise ReplayError(f"{path}: unknown keys {', '.join(sorted(unknown))}")
        language = str(raw["language"])
        recording = {"file": raw["recording"]} if "recording" in raw else {}
        told = [recording | turn if "say" in turn else turn for turn in raw["turns"]]
        turns = [turn for number, turn in enumerate(told, 1) for turn in _turns(path, number, turn, language)]
        folder, name = path.parent, path.parent.name if path.name == CASE_FILE else path.stem
        place = folder.parent if path.name == CASE_FILE else folder
        return cls(
            name=f"{place.name}/{name}",
            folder=folder,
            title=str(raw["title"]),
            language=language,
            caller=str(raw["caller"]),
            turns=tuple(turns),
            hard=tuple(raw.get("hard") or ()),
            expect=raw.get("expect") or {},
            known_failure=str(raw.get("known_failure") or ""),
            after=str(raw.get("after") or ""),
            cause=raw.get("cause") or {},
            house=_rules(path, "house", HouseRules, raw.get("house") or {}),
            network=_network(path, raw.get("network") or {}),
            path=path,
            exported=bool(raw.get("exported")),
        )

    def before(self) -> "Case | None":
        """The case that this one comes after."""
        if not self.after:
            return None
        if self.path.name == CASE_FILE:
            return Case.load(self.folder.parent.parent / self.after)
        return Case.load(self.folder.parent / f"{self.after}.yaml")


def find_cases(paths: list[Path]) -> list[Case]:
    """Every case in `paths`, each a case or a folder of them, in the order of their names. Raises ReplayError when
    there is none."""
    files = {file.resolve() for path in paths for file in _case_files(path)}
    if not files:
        raise ReplayError(f"no case under {', '.join(map(str, paths)) or 'the given folders'}")
    return [Case.load(file) for file in sorted(files)]


def _case_files(path: Path) -> list[Path]:
    """A folder's case.yaml, else every case.yaml under it, else every YAML file under it."""
    if not path.exists():
        raise ReplayError(f"{path}: no such file or folder")
    if path.is_file():
        return [path]
    if (path / CASE_FILE).is_file():
        return [path / CASE_FILE]
    return list(path.rglob(CASE_FILE)) or list(path.rglob("*.yaml"))


def _rules(path: Path, name: str, kind: type[Rules], raw: Any) -> Rules:
    try:
        return kind(**raw)
    except TypeError as error:
        raise ReplayError(f"{path}: {name} has only {', '.join(kind.__slots__)}") from error


def _network(path: Path, raw: Any) -> Network:
    made = _rules(path, "network", Network, raw)
    return replace(made, breaks_at_s=tuple(made.breaks_at_s))


def _turns(path: Path, number: int, raw: Any, language: str) -> list[Turn]:
    where = f"{path}, turn {number}"
    if not isinstance(raw, dict) or raw.keys() - _TURN_KEYS:
        raise ReplayError(f"{where}: a turn has only the keys {', '.join(sorted(_TURN_KEYS))}")
    acts = [a for a in Act if a.value in raw or (a is Act.SAY and "text" in raw)]
    if len(acts) != 1:
        raise ReplayError(f"{where}: needs exactly one of say, text, press, silence, hang_up, lose_stream")
    turn = _spoken(path, where, raw, language) if acts[0] is Act.SAY else Turn(acts[0], str(raw[acts[0].value]))
    turn = replace(
        turn,
        after_ms=raw.get("after_ms"),
        at_once=bool(raw.get("at_once")),
        send_after=str(raw.get("send_after") or ""),
        at_word=str(raw.get("at_word") or ""),
    )
    return [turn] * (int(raw.get("times", 1)) - 1) + [replace(turn, expect=raw.get("expect") or {})]


def _spoken(path: Path, where: str, raw: Mapping[str, Any], language: str) -> Turn:
    text = str(raw.get("say", raw.get("text")))
    speech = Speech(
        text=text,
        lang=str(raw.get("lang", language)),
        heard_as=raw.get("heard_as") or {},
        bound=raw.get("bound"),
        gap_ms=int(raw.get("gap_ms", GAP_MS)),
    )
    if "text" in raw:
        return Turn(Act.SAY, text, speech=speech)
    if "file" not in raw:
        raise ReplayError(f"{where}: say needs a file with the audio; text needs none")
    try:
        samples = _sound(path.parent / raw["file"], raw)
    except (AudioError, IndexError) as error:
        raise ReplayError(f"{where}: {error}") from error
    return Turn(Act.SAY, text, str(raw["file"]), mulaw_encode(np.asarray(samples, np.int16)), speech=speech)


def _sound(path: Path, raw: Mapping[str, Any]) -> Samples:
    """The file, or one side of it, or a piece. IndexError where it has no such side or moment."""
    if not raw.keys() & _CUT:
        return read_any(path)
    sides = _sides(path)
    channel = int(raw.get("channel", 1))
    if not 1 <= channel <= len(sides):
        raise IndexError(f"{path.name} has {len(sides)} channels, none is {channel}")
    begin, end = (int(raw.get(key, whole)) * RATE_HZ // 1000 for key, whole in (("from_ms", 0), ("to_ms", _DAY_MS)))
    if not 0 <= begin < min(end, len(sides[channel - 1])):
        raise IndexError(f"{path.name} has nothing from {raw.get('from_ms', 0)} ms on before {raw.get('to_ms')} ms")
    return sides[channel - 1][begin:end]


@lru_cache(maxsize=4)
def _sides(path: Path) -> tuple[Samples, ...]:
    return read_channels(path)
