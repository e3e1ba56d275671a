"""Prompts as telephone audio: a studio's recording where there is one, else synthesis, kept on disk and in memory.

Recordings stand in audio/prompts/<lang>/: `<id>.wav` for a whole prompt without places; `<id>.1.wav`, `<id>.2.wav` ...
for the fixed stretches of one with places; `digit.0.wav` to `digit.9.wav` for numbers said digit by digit. What is
particular to a caller is never written to disk. Blocking; safe to use from several threads.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import numpy as np
import structlog

from ivr.core.clock import Clock, india_today
from ivr.core.errors import AudioError, DataError
from ivr.dialogue.commands import Play
from ivr.speech.audio import Samples, duration_ms, mulaw_decode, mulaw_encode, read_any, silence
from ivr.speech.levels import evened, trimmed
from ivr.speech.piper import piper_voices
from ivr.speech.prompt_text import Piece, Prompt, Wording, load_wordings
from ivr.speech.synthesis import Voice, synthesise
from ivr.understanding.catalogue import Catalogue

log = structlog.get_logger()

Say = Callable[[str, Voice], Samples]

RECORDING = "recording"  # the kind of a value that is a file of sound below the folder of messages
_IN_MEMORY = 512
_DIGIT_GAP_MS = 60


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """`text` as it stands in a transcript; `mulaw` as the carrier plays it (8 kHz, no header)."""

    text: str
    mulaw: bytes
    duration_ms: int


class PromptLibrary:
    """All prompts of all languages. DataError from the constructor where the data is wrong.

    `clock` gives the day, so that a date within a week is said by its weekday. `cache_dir` None keeps nothing on disk.
    `messages`: where the recordings of alert campaigns lie; `voices_dir`: Piper's voices by language.
    """

    def __init__(
        self,
        grammars_dir: Path,
        audio_dir: Path,
        cache_dir: Path | None,
        *,
        clock: Clock | None = None,
        catalogue: Catalogue | None = None,
        say: Say = synthesise,
        voices_dir: Path | None = None,
        messages: Path | None = None,
    ) -> None:
        self._wordings = load_wordings(grammars_dir, catalogue)
        self._voices = {lang: _voice(lang, wording) for lang, wording in self._wordings.items()}
        self._recordings = audio_dir / "prompts"
        self._cache = _Cache(cache_dir)
        self._clock = clock
        self._say = say
        self._piper = piper_voices(voices_dir, self._wordings) if voices_dir else {}
        self._messages = messages

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self._wordings)

    def speaker(self, lang: str) -> str:
        """Who speaks what is not recorded."""
        return self._piper[lang].key if lang in self._piper else self._voices[lang][0].key

    def prompts(self, lang: str) -> dict[str, Prompt]:
        """The prompts of a language by id. DataError when there is no such language."""
        return dict(self._wording(lang).prompts)

    def recordings(self, lang: str, ident: str) -> tuple[Path, ...]:
        """The files a studio delivers for a prompt, in order, there or not."""
        prompt = self._wording(lang).prompts[ident]
        folder = self._recordings / lang
        if not prompt.places:
            return (folder / f"{ident}.wav",)
        return tuple(folder / f"{ident}.{number}.wav" for number in range(1, len(prompt.stretches) + 1))

    def render(self, play: Play) -> RenderedPrompt:
        """DataError when there is no such prompt or a value is missing; AudioError when it cannot be spoken."""
        today = india_today(self._clock.now()) if self._clock else None
        return self._render(play, today)

    def _render(self, play: Play, today: date | None) -> RenderedPrompt:
        wording = self._wording(play.lang)
        files = self.recordings(play.lang, play.prompt) if play.prompt in wording.prompts else ()
        recorded = bool(files) and all(file.exists() for file in files)
        filled = wording.fill(play, today, recorded=recorded)
        message = next((value for kind, value in play.values.values() if kind == RECORDING), None)
        if message is not None and self._messages is not None:
            audio = self._recorded(self._messages / message)
            return RenderedPrompt(filled.text, mulaw_encode(audio), duration_ms(audio))
        if recorded and not wording.prompts[play.prompt].places:
            audio = self._recorded(files[0])
        else:
            audio = np.concatenate([np.zeros(0, np.int16), *(self._piece(play, piece) for piece in filled.pieces)])
        return RenderedPrompt(filled.text, mulaw_encode(audio), duration_ms(audio))

    def _piece(self, play: Play, piece: Piece) -> Samples:
        folder = self._recordings / play.lang
        files: list[Path] = []
        if piece.digits:
            files = [folder / f"digit.{digit}.wav" for digit in piece.digits]
        elif piece.stretch is not None:
            files = [folder / f"{play.prompt}.{piece.stretch}.wav"]
        if files and all(file.exists() for file in files):
            gap = silence(_DIGIT_GAP_MS)
            spoken = np.concatenate([part for file in files for part in (gap, self._recorded(file))][1:])
        else:
            spoken = self._synthesised(play.lang, piece)
        return np.concatenate([spoken, silence(piece.pause_ms)])

    def _recorded(self, path: Path) -> Samples:
        return self._cache.get(f"{path}|{path.stat().st_mtime_ns}", lambda: evened(trimmed(read_any(path))))

    def _synthesised(self, lang: str, piece: Piece) -> Samples:
        voice, slow = self._voices[lang]
        chosen = slow if piece.slow else voice
        if lang in self._piper:
            piper = self._piper[lang]
            key = f"{piper.key}|{piece.slow}|{piece.spoken}"
            try:
                return self._cache.get(key, lambda: piper.say(piece.spoken, piece.slow), on_disk=piece.common)
            except AudioError as error:  # a caller is never left in silence for a better voice
                log.warning("piper_failed", lang=lang, code=error.code)
        key = f"{chosen.key}|{piece.spoken}"
        return self._cache.get(key, lambda: self._say(piece.spoken, chosen), on_disk=piece.common)

    def _wording(self, lang: str) -> Wording:
        if lang not in self._wordings:
            raise DataError(f"no prompts in language {lang!r}; there are {', '.join(self._wordings)}")
        return self._wordings[lang]


def _voice(lang: str, wording: Wording) -> tuple[Voice, Voice]:
    """The language's voice, and the same for numbers that are written down."""
    try:
        voice = Voice(**{key: value for key, value in wording.voice.items() if key != "slow"})
    except TypeError as error:
        raise DataError(f"grammars/{lang}/spoken.yaml: voice: {error}") from error
    return voice, replace(voice, rate=int(wording.voice.get("slow", voice.rate)))


class _Cache:
    """Audio by key: the latest in memory, and on disk as µ-law files named by the key's hash."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._latest: OrderedDict[str, Samples] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str, make: Callable[[], Samples], *, on_disk: bool = False) -> Samples:
        with self._lock:
            if key in self._latest:
                self._latest.move_to_end(key)
                return self._latest[key]
        file = self._folder / f"{hashlib.sha256(key.encode()).hexdigest()}.ulaw" if self._folder and on_disk else None
        audio = self._load(file)
        if audio is None:
            audio = make()
            self._store(file, audio)
        with self._lock:
            self._latest[key] = audio
            while len(self._latest) > _IN_MEMORY:
                self._latest.popitem(last=False)
        return audio

    def _load(self, file: Path | None) -> Samples | None:
        if file is None:
            return None
        try:
            return mulaw_decode(file.read_bytes()) if file.stat().st_size else None
        except OSError:
            return None

    def _store(self, file: Path | None, audio: Samples) -> None:
        """Whole or not at all. A cache that cannot be written costs time, not a call."""
        if file is None or not len(audio):
            return
        unfinished = file.with_name(f"{file.name}.{uuid4().hex}")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(mulaw_encode(audio))
            unfinished.replace(file)
        except OSError as error:
            log.warning("prompt_cache_not_written", errno=error.errno)
            self._folder = None
