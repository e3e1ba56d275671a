import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from ivr.core.clock import SetClock
from ivr.core.data import data_dir
from ivr.core.errors import DataError
from ivr.dialogue.commands import Play
from ivr.speech.audio import Samples, mulaw_decode, write_wav
from ivr.speech.prompt_text import PAUSE_MS
from ivr.speech.prompts import PromptLibrary
from ivr.speech.synthesis import Voice
from ivr.understanding.catalogue import Catalogue, Outcome, Service, SpokenService

PROMPTS = """
greeting: {text: "नमस्ते। | बताइए।", about: First words.}
confirm: {text: "{name}, यही चाहिए?"}
ticket: {text: "नंबर है {number}। | लिख लीजिए।"}
due: {text: "{when} तक हो जाएगा।"}
fee: {text: ["{fee} लगेंगे।", "फ़ीस {fee} है।"]}
place: {text: "आप {place} से हैं।"}
word: {text: "{anything} सुना।"}
"""
CATALOGUE = Catalogue(
    {"ration": Service("ration", "food", "Ration card", Outcome.LINK)},
    {"hi": {"ration": SpokenService("राशन कार्ड", "")}},
)
MS = 8  # samples


class Speaker:
    """Says everything as a tone of 100 ms a word and records what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Voice]] = []

    def __call__(self, text: str, voice: Voice) -> Samples:
        self.asked.append((text, voice))
        return np.full(len(text.split()) * 100 * MS, 4000, np.int16)

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.asked]


@pytest.fixture
def speaker() -> Speaker:
    return Speaker()


@pytest.fixture
def grammars(tmp_path: Path) -> Path:
    folder = tmp_path / "grammars"
    (folder / "hi").mkdir(parents=True)
    (folder / "hi/language.yaml").write_text("espeak: hi\n")
    (folder / "hi/prompts.yaml").write_text(PROMPTS)
    (folder / "places.yaml").write_text("Lucknow: {state: UP, hi: [लखनऊ, नखलऊ]}\n")
    shutil.copy(data_dir("grammars") / "hi/spoken.yaml", folder / "hi")
    return folder


Make = Callable[[], PromptLibrary]


@pytest.fixture
def make(grammars: Path, tmp_path: Path, speaker: Speaker) -> Make:
    clock = SetClock(datetime(2026, 11, 22, 6, tzinfo=UTC))
    return lambda: PromptLibrary(
        grammars, tmp_path / "audio", tmp_path / "cache", clock=clock, catalogue=CATALOGUE, say=speaker
    )


def record(tmp_path: Path, name: str, length_ms: int, level: int = 9000) -> None:
    """A studio's recording: a tone with half a second of silence on both sides."""
    folder = tmp_path / "audio/prompts/hi"
    folder.mkdir(parents=True, exist_ok=True)
    tone = level * np.sin(2 * np.pi * 300 * np.arange(length_ms * MS) / 8000)
    write_wav(folder / name, np.concatenate([np.zeros(4000), tone, np.zeros(4000)]).astype(np.int16))


def test_a_prompt_is_spoken_with_its_pauses(make: Make, speaker: Speaker) -> None:
    spoken = make().render(Play("greeting", "hi"))
    assert speaker.texts == ["नमस्ते।", "बताइए।"]
    assert spoken.text == "नमस्ते। बताइए।"
    assert (spoken.duration_ms, len(spoken.mulaw)) == (200 + PAUSE_MS, (200 + PAUSE_MS) * MS)


@pytest.mark.parametrize(
    ("prompt", "values", "asked", "text"),
    [
        ("confirm", {"name": ("service", "ration")}, ["राशन कार्ड, यही चाहिए?"], "राशन कार्ड, यही चाहिए?"),
        ("due", {"when": ("date", "2026-11-26")}, ["गुरुवार छब्बीस नवंबर तक हो जाएगा।"], "गुरुवार 26 नवंबर तक हो जाएगा।"),
        ("fee", {"fee": ("amount", "30")}, ["तीस रुपये लगेंगे।"], "₹30 लगेंगे।"),
        ("place", {"place": ("place", "Lucknow")}, ["आप लखनऊ से हैं।"], "आप लखनऊ से हैं।"),
        ("word", {"anything": ("text", "पेंशन")}, ["पेंशन सुना।"], "पेंशन सुना।"),
        ("word", {"anything": ("number", "5.5")}, ["साढ़े पाँच सुना।"], "5.5 सुना।"),
        ("word", {"anything": ("hours", "48")}, ["दो दिन सुना।"], "दो दिन सुना।"),
        (
            "ticket",
            {"number": ("ticket", "4827316")},
            ["नंबर है", "चार आठ दो सात", "तीन एक छह", "लिख लीजिए।"],
            "नंबर है 4827-316। लिख लीजिए।",
        ),
    ],
)
def test_values_are_said_as_people_say_them(
    make: Make, speaker: Speaker, prompt: str, values: dict[str, tuple[str, str]], asked: list[str], text: str
) -> None:
    spoken = make().render(Play(prompt, "hi", values))
    assert (speaker.texts, spoken.text) == (asked, text)


def test_numbers_that_are_written_down_are_slower(make: Make, speaker: Speaker) -> None:
    make().render(Play("ticket", "hi", {"number": ("ticket", "4827316")}))
    rates = {text: voice.rate for text, voice in speaker.asked}
    assert rates["चार आठ दो सात"] < rates["नंबर है"]


def test_an_unknown_prompt_language_or_a_missing_value_is_told(make: Make) -> None:
    library = make()
    for play, what in ((Play("no", "hi"), "'no'"), (Play("greeting", "ta"), "'ta'"), (Play("due", "hi"), "'when'")):
        with pytest.raises(DataError, match=what):
            library.render(play)


def test_a_recording_wins_without_its_silence_at_an_even_level(make: Make, speaker: Speaker, tmp_path: Path) -> None:
    record(tmp_path, "greeting.wav", 700, level=900)
    spoken = make().render(Play("greeting", "hi"))
    assert speaker.asked == []
    assert spoken.duration_ms == pytest.approx(760, abs=20)
    assert np.abs(mulaw_decode(spoken.mulaw)).max() > 5000


def test_recorded_stretches_are_joined_with_the_value(make: Make, speaker: Speaker, tmp_path: Path) -> None:
    record(tmp_path, "place.1.wav", 300)
    library = make()
    library.render(Play("place", "hi", {"place": ("place", "Lucknow")}))
    assert speaker.texts == ["आप लखनऊ से हैं।"]  # one of two is not enough: a voice that changes is worse
    record(tmp_path, "place.2.wav", 300)
    spoken = library.render(Play("place", "hi", {"place": ("place", "Lucknow")}))
    assert speaker.texts[1:] == ["लखनऊ"]
    assert spoken.duration_ms == pytest.approx(360 + 100 + 360, abs=40)
    assert [path.name for path in library.recordings("hi", "place")] == ["place.1.wav", "place.2.wav"]


def test_recorded_digits_say_ticket_numbers(make: Make, speaker: Speaker, tmp_path: Path) -> None:
    for digit in range(10):
        record(tmp_path, f"digit.{digit}.wav", 200)
    make().render(Play("ticket", "hi", {"number": ("ticket", "4827316")}))
    assert speaker.texts == ["नंबर है", "लिख लीजिए।"]


def test_what_was_spoken_is_kept_in_memory_and_on_disk(make: Make, speaker: Speaker, tmp_path: Path) -> None:
    library = make()
    first = library.render(Play("greeting", "hi"))
    assert library.render(Play("greeting", "hi")) == first
    assert make().render(Play("greeting", "hi")) == first
    assert len(speaker.asked) == 2
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".ulaw", ".ulaw"]


def test_nothing_of_a_caller_reaches_the_disk(make: Make, tmp_path: Path) -> None:
    library = make()
    library.render(Play("ticket", "hi", {"number": ("ticket", "4827316")}))
    library.render(Play("word", "hi", {"anything": ("text", "मेरा नाम")}))
    library.render(Play("due", "hi", {"when": ("date", "2026-11-26")}))
    assert len(list((tmp_path / "cache").iterdir())) == 2  # the two fixed pieces of "ticket"


def test_a_damaged_or_unwritable_cache_costs_nothing_but_time(make: Make, speaker: Speaker, tmp_path: Path) -> None:
    first = make().render(Play("greeting", "hi"))
    for path in (tmp_path / "cache").iterdir():
        path.write_bytes(b"")
    assert make().render(Play("greeting", "hi")) == first
    shutil.rmtree(tmp_path / "cache")
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert make().render(Play("greeting", "hi")) == first


@pytest.mark.parametrize(
    "entry", ["greeting: text", "greeting: {about: x}", "greeting: {text: ''}", "greeting: {text: []}"]
)
def test_a_prompt_without_text_is_found_with_its_line(grammars: Path, make: Make, entry: str) -> None:
    (grammars / "hi/prompts.yaml").write_text(f"\n{entry}\n")
    with pytest.raises(DataError, match=r"hi/prompts.yaml:2: greeting"):
        make()
