"""What a prompt says: the sentences of grammars/<lang>/prompts.yaml with their {places} filled, cut into pieces.

A piece is what is spoken in one breath; `|` in a text is a pause. Numbers that a caller writes down are pieces of
their own, spoken slowly. It knows nothing of sound or files of sound.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.core.errors import DataError
from ivr.dialogue.commands import Play
from ivr.speech.spoken import PAUSE, Spoken, written_ticket
from ivr.understanding.catalogue import Catalogue, languages

_PLACE = re.compile(r"\{(\w+)\}")
_SLOW = frozenset({"ticket", "digits"})
_COMMON = frozenset({"service", "place"})  # kinds whose values are few and nobody's own


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's text as written by its translator, and the translator's note."""

    text: str
    about: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        return tuple(_PLACE.findall(self.text))

    @property
    def stretches(self) -> tuple[str, ...]:
        """The fixed parts between places, as a studio would record them; one for a prompt without places."""
        parts = (" ".join(part.replace(PAUSE, " ").split()) for part in _PLACE.split(self.text)[::2])
        return tuple(part for part in parts if any(c.isalnum() for c in part))


@dataclass(frozen=True, slots=True)
class Piece:
    """Something to say, then a pause. `digits`: it is these, one by one. `stretch` (from 1): it is that fixed part of
    the prompt, to be taken from its recording. `common`: worth keeping on disk, and nobody's private matter."""

    spoken: str
    pause_ms: int = 0
    digits: str = ""
    slow: bool = False
    stretch: int | None = None
    common: bool = True


@dataclass(frozen=True, slots=True)
class Filled:
    """A prompt ready to be spoken, and the same as text for a transcript."""

    text: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _Value:
    """A place's content: as said and as written."""

    kind: str
    spoken: str
    written: str
    raw: str = ""


BREATH_MS = 150  # around a number that is written down
PAUSE_MS = 300


@dataclass(frozen=True)
class Wording:
    """Everything one language says."""

    prompts: Mapping[str, Prompt]
    spoken: Spoken
    names: Callable[[str, str], str]  # kind (service or place), id -> name
    voice: Mapping[str, Any] = field(default_factory=dict)

    def fill(self, play: Play, today: date | None, *, recorded: bool = False) -> Filled:
        """`recorded`: fixed stretches and values are pieces apart, for stretches that a studio recorded; else they
        run together, which sounds better. DataError when there is no such prompt, or a place stays empty."""
        prompt = self.prompts.get(play.prompt)
        if prompt is None:
            raise DataError(f"no prompt {play.prompt!r} in grammars/{play.lang}/prompts.yaml")
        values: dict[str, _Value] = {}
        for place in prompt.places:
            if place not in play.values:
                raise DataError(f"prompt {play.prompt!r} of {play.lang} needs a value for {place!r}")
            values[place] = self._value(*play.values[place], today)
        written = _PLACE.sub(lambda found: values[found[1]].written, prompt.text).replace(PAUSE, " ")
        return Filled(" ".join(written.split()), _Pieces(recorded).cut(prompt.text, values))

    def _value(self, kind: str, value: str, today: date | None) -> _Value:
        match kind:
            case "number":
                return _Value(kind, self.spoken.number(value), value)
            case "digits":
                return _Value(kind, self.spoken.digits(value), value, value)
            case "ticket":
                return _Value(kind, self.spoken.ticket(value), written_ticket(value), value)
            case "date":
                return _Value(kind, self.spoken.day(value, today), self.spoken.day(value, today, written=True))
            case "amount":
                return _Value(kind, self.spoken.amount(value), f"₹{value}")
            case "hours":
                said = self.spoken.duration(round(float(value) * 60))
                return _Value(kind, said, said)
            case "service" | "place":
                name = self.names(kind, value)
                return _Value(kind, name, name)
        return _Value(kind, value, value)


class _Pieces:
    """Gathers running text until a pause, a slow number, or (`apart`) the next stretch or value ends it."""

    def __init__(self, apart: bool) -> None:
        self._apart = apart
        self._done: list[Piece] = []
        self._text = ""
        self._kinds: list[str] = []
        self._stretches = 0

    def cut(self, text: str, values: Mapping[str, _Value]) -> tuple[Piece, ...]:
        for at, part in enumerate(_PLACE.split(text)):
            if at % 2 == 0:
                self._fixed(part)
            elif values[part].kind in _SLOW:
                self._slow(values[part])
            else:
                self._kinds.append(values[part].kind)
                self._running(values[part].spoken)
            if self._apart:
                self._close()
        self._close()
        *before, last = self._done or [Piece("")]
        return (*before, replace(last, pause_ms=0))

    def _fixed(self, text: str) -> None:
        if not self._apart:
            self._running(text)
        elif any(c.isalnum() for c in text):
            self._stretches += 1
            self._done.append(Piece(" ".join(text.replace(PAUSE, " ").split()), stretch=self._stretches))

    def _slow(self, value: _Value) -> None:
        self._close(BREATH_MS)
        digits = "".join(c for c in value.raw if c in "0123456789")
        groups = [group.strip() for group in value.spoken.split(PAUSE)]
        for at, group in enumerate(groups):
            count = len(group.split())
            said, digits = digits[:count], digits[count:]
            pause_ms = PAUSE_MS if at < len(groups) - 1 else BREATH_MS
            self._done.append(Piece(group, pause_ms, said, slow=True, common=False))

    def _running(self, text: str) -> None:
        *paused, last = text.split(PAUSE)
        for part in paused:
            self._text += part
            self._close(PAUSE_MS)
        self._text += last

    def _close(self, pause_ms: int = 0) -> None:
        spoken = " ".join(self._text.split())
        if any(c.isalnum() for c in spoken):
            common = len(self._kinds) < 2 and set(self._kinds) <= _COMMON
            self._done.append(Piece(spoken, pause_ms, common=common))
            self._kinds.clear()
        self._text = ""


def load_wordings(grammars_dir: Path, catalogue: Catalogue | None = None) -> Mapping[str, Wording]:
    """Every language's wording. DataError with file and line where a file is wrong or missing."""
    services = catalogue or Catalogue.load(grammars_dir)
    places_file = grammars_dir / "places.yaml"
    places = load_mapping(places_file) if places_file.exists() else {}
    return {lang: _wording(grammars_dir, lang, services, places) for lang in languages(grammars_dir)}


def _wording(grammars_dir: Path, lang: str, services: Catalogue, places: Mapping[str, Any]) -> Wording:
    def name(kind: str, ident: str) -> str:
        if kind == "service":
            return services.name(lang, ident) if ident in services.services else ident
        said = places.get(ident, {}).get(lang) or [ident]
        return str(said[0])

    voice = {"name": load_mapping(grammars_dir / lang / "language.yaml").get("espeak") or lang}
    voice |= load_mapping(grammars_dir / lang / "spoken.yaml").get("voice") or {}
    prompts = _prompts(grammars_dir / lang / "prompts.yaml")
    return Wording(prompts, Spoken.load(grammars_dir, lang), name, voice)


def _prompts(path: Path) -> dict[str, Prompt]:
    prompts = {}
    for ident, entry in load_mapping(path).items():
        text = entry.get("text") if isinstance(entry, dict) else None
        if isinstance(text, list):  # alternatives: the first is the one to be played
            text = text[0] if text else None
        if not isinstance(text, str) or not text.strip():
            raise wrong(path, f"{ident} must have a text", ident)
        prompts[ident] = Prompt(text, str(entry.get("about") or ""))
    return prompts
