"""How a case's caller is heard: by the real recogniser, by what it made of the audio before, or as text."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from ivr.core.errors import ReplayError
from ivr.replay import recorded
from ivr.replay.case import Act, Case, Turn
from ivr.replay.text_models import TextModels
from ivr.replay.text_voice import Speech, TextVoice
from ivr.replay.voices import caller_says
from ivr.speech.models import ModelRegistry
from ivr.web.assembly import Knowledge


class Mode(StrEnum):
    REAL = "real"
    RECORDED = "recorded"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case ready to be played: every spoken turn has its audio, and `models` hear it."""

    case: Case
    models: ModelRegistry


def prepare(case: Case, mode: Mode, knowledge: Knowledge, voices: Path) -> Prepared:
    """`voices`: where synthesised callers are kept. ReplayError where a case cannot be played in that mode."""
    if mode is Mode.TEXT:
        voice = TextVoice()
        turns = tuple(_humming(turn, voice) for turn in case.turns)
        return Prepared(replace(case, turns=turns), TextModels(knowledge.grammars.languages, voice))
    if mode is Mode.RECORDED:
        record = recorded.Record.read(case.folder / recorded.FILE)
        return Prepared(case, recorded.RecordedModels(record))
    spoken = tuple(_synthesised(turn, case, knowledge, voices) for turn in case.turns)
    return Prepared(replace(case, turns=spoken), recorded.RecordingModels(knowledge.models))


def fits(case: Case, mode: Mode) -> bool:
    """Whether a case can be played in that mode: a caller given as text has no recorded recognition."""
    return mode is not Mode.RECORDED or all(turn.audio for turn in case.turns if turn.act is Act.SAY)


def _humming(turn: Turn, voice: TextVoice) -> Turn:
    return turn if turn.speech is None else replace(turn, audio=voice.say(turn.speech))


def _synthesised(turn: Turn, case: Case, knowledge: Knowledge, voices: Path) -> Turn:
    if turn.speech is None or turn.audio:
        return turn
    number = int(hashlib.sha256(case.name.encode()).hexdigest(), 16)
    return replace(turn, audio=caller_says(turn.speech.text, _espeak(turn.speech, knowledge), number, voices))


def _espeak(speech: Speech, knowledge: Knowledge) -> str:
    languages: Mapping[str, object] = knowledge.grammars.by_language
    if speech.lang not in languages:
        raise ReplayError(f"no language {speech.lang!r} under grammars/, only {', '.join(languages)}")
    return knowledge.grammars.by_language[speech.lang].language.espeak
