"""Speech models on disk: finds them, checks them before libvosk sees them, loads each language once.

libvosk ends the process, or fails with no reason given, on a model it does not like; so everything it needs is looked
at first and the ModelError says what is missing and what to do.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import vosk

from ivr.core.data import data_dir, load_mapping
from ivr.core.errors import DataError, ModelError

if TYPE_CHECKING:
    from ivr.speech.audio import Samples
    from ivr.speech.recogniser import Recognition

DEFAULT_RATE_HZ = 16_000  # Kaldi's own, where conf/mfcc.conf does not say
UNKNOWN_WORD = "[unk]"
_RATES_HZ = range(8_000, 48_001)
_NEEDED = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf")
_STATIC_GRAPH = ("graph/HCLG.fst", "graph/words.txt")
_DYNAMIC_GRAPH = ("graph/HCLr.fst", "graph/Gr.fst", "graph/disambig_tid.int")

vosk.SetLogLevel(-1)


@dataclass(frozen=True, slots=True)
class Rejection:
    """When free recognition is taken for noise or for talk that is not ours: the known words' mean confidence is below
    `least_confidence`, or they fill less than `least_coverage` of the speech. Measured for a model and kept with it
    (rejection.yaml); 0 rejects nothing."""

    least_confidence: float = 0.0
    least_coverage: float = 0.0

    @classmethod
    def of(cls, path: Path) -> "Rejection":
        """The rule of the model at `path`. ModelError where the file is wrong."""
        file = path / "rejection.yaml"
        if not file.exists():
            return cls()
        try:
            return cls(**{name: float(value) for name, value in load_mapping(file).items()})
        except (DataError, TypeError, ValueError) as error:
            raise ModelError(f"{file}: needs least_confidence and least_coverage, 0 to 1 ({error})") from error


class Decoder(Protocol):
    """Decodes one utterance: `ivr.speech.recogniser.Recogniser`, or what stands in for it in a replay."""

    constrained: bool

    def accept(self, samples: "Samples") -> None: ...
    def partial(self) -> str: ...
    def final(self) -> "Recognition": ...


@dataclass(frozen=True, slots=True, eq=False)
class SpeechModel:
    """A loaded model, shared by all calls (libvosk's models are safe to share between threads).

    `dynamic`: its graph takes a grammar at run time; a static one (HCLG.fst) decodes freely only. `decoder` makes what
    decodes an utterance under the phrases given, or freely; None: libvosk on `handle`.
    """

    lang: str
    path: Path
    rate_hz: int
    dynamic: bool
    handle: vosk.Model
    rejection: Rejection = field(default_factory=Rejection)
    decoder: Callable[[Sequence[str] | None], Decoder] | None = None
    _known: dict[str, bool] = field(default_factory=dict, repr=False)

    def find_word(self, word: str) -> bool:
        """Whether the model can hear this word."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self.handle.vosk_model_find_word(word) >= 0
        return known

    def missing(self, words: Iterable[str]) -> frozenset[str]:
        """Those of `words` that it can never hear."""
        return frozenset(word for word in words if not self.find_word(word))


def check_files(path: Path) -> tuple[int, bool]:
    """(sample rate in Hz, dynamic) of the model at `path`. ModelError says what libvosk would stumble over."""
    if not path.is_dir():
        raise ModelError(f"no speech model at {path}; run `ivr models install`")
    dynamic = not (path / "graph/HCLG.fst").exists()
    for name in _NEEDED + (_DYNAMIC_GRAPH if dynamic else _STATIC_GRAPH):
        _check_file(path / name)
    with (path / "am/final.mdl").open("rb") as file:
        if file.read(2) != b"\0B":
            raise ModelError(f"{path / 'am/final.mdl'}: not a binary Kaldi model; install the model again")
    _check_whole_lines(path / "graph/words.txt")
    return _rate_hz(path / "conf/mfcc.conf"), dynamic


def _check_file(path: Path) -> None:
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror or error}; the model is incomplete, install it again") from error
    if empty:
        raise ModelError(f"{path}: empty; the model is incomplete, install it again")


def _check_whole_lines(words: Path) -> None:
    """libvosk takes a last line cut inside its number for a word of another number."""
    if words.exists() and not words.read_bytes().endswith(b"\n"):
        raise ModelError(f"{words}: cut off in its last line; the model is incomplete, install it again")


def _rate_hz(conf: Path) -> int:
    """--sample-frequency of a Kaldi options file."""
    text = conf.read_text(encoding="utf-8", errors="replace")
    options = (line.split("#")[0].strip() for line in text.splitlines())
    found = [line.partition("=")[2].strip() for line in options if line.startswith("--sample-frequency")]
    if not found:
        return DEFAULT_RATE_HZ
    try:
        rate_hz = round(float(found[-1]))
    except ValueError as error:
        raise ModelError(f"{conf}: sample frequency {found[-1]!r} is not a number") from error
    if rate_hz not in _RATES_HZ:
        raise ModelError(f"{conf}: sample frequency of {rate_hz} Hz; telephone speech needs 8000 or more")
    return rate_hz


def load(lang: str, path: Path) -> SpeechModel:
    """Checks and loads; takes 15 ms for a bundled model, seconds and gigabytes for a large one."""
    rate_hz, dynamic = check_files(path)
    try:
        handle = vosk.Model(str(path))
        vosk.KaldiRecognizer(handle, float(rate_hz))  # a damaged graph shows only here
    except Exception as error:  # vosk raises nothing narrower
        raise ModelError(f"{path}: libvosk refuses this model; install it again") from error
    return SpeechModel(lang, path, rate_hz, dynamic, handle, Rejection.of(path))


class ModelRegistry:
    """The models of this process: `models_dir`/<lang> first, then the bundled `audio/models`/<lang>."""

    def __init__(self, models_dir: Path | None = None, bundled_dir: Path | None = None) -> None:
        self._dirs = tuple(place for place in (models_dir, bundled_dir or _bundled()) if place is not None)
        self._loaded: dict[str, SpeechModel] = {}
        self._lock = threading.Lock()

    def languages(self) -> tuple[str, ...]:
        """Languages with a model folder, loaded or not."""
        found = {
            path.name
            for place in self._dirs
            if place.is_dir()
            for path in place.iterdir()
            if path.is_dir() and not path.name.startswith(".")
        }
        return tuple(sorted(found))

    def path(self, lang: str) -> Path:
        """Where the model of a language is. ModelError when there is none."""
        for place in self._dirs:
            if (place / lang).is_dir():
                return place / lang
        looked = ", ".join(str(place / lang) for place in self._dirs) or "nowhere"
        raise ModelError(f"no speech model for {lang!r} (looked at {looked}); run `ivr models install`")

    def get(self, lang: str) -> SpeechModel:
        """The shared model, loaded at the first call; blocks others who want it meanwhile."""
        with self._lock:
            if lang not in self._loaded:
                self._loaded[lang] = load(lang, self.path(lang))
            return self._loaded[lang]


def _bundled() -> Path | None:
    try:
        return data_dir("audio") / "models"
    except DataError:
        return None
