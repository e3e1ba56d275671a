"""A call as a case: what leaves and what does not."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from ivr.core.errors import IvrError
from ivr.desk.case_export import CALLER, CUT_WORD, Exported, KeptCall, Review, exported
from ivr.speech.audio import MULAW_SILENCE, read_any
from ivr.store.calls import Turn
from ivr.understanding.private import PrivateWords

NUMBERS = ("nine", "four", "one")
PRIVATE = PrivateWords(("light", "is", "broken").__contains__, NUMBERS.__contains__)
NOW = datetime(2026, 11, 22, tzinfo=UTC)
VOICE = 0x12


def spoken(start: int, text: str, **more: Any) -> Turn:
    """Words of 200 ms each."""
    words = [(w, start + 200 * n, start + 200 * (n + 1), 0.9) for n, w in enumerate(text.split())]
    return Turn("caller", start, start + 200 * len(words), text=text, words=words, **more)


def kept(*turns: Turn) -> KeptCall:
    sound = np.full(8 * 20_000, VOICE, np.uint8).tobytes()
    return KeptCall("hi", turns, sound, NOW, "street_light_repair", "ticket_opened")


def case_of(made: Exported) -> Any:
    return yaml.safe_load(made.files["case.yaml"])


def test_without_consent_nothing_leaves() -> None:
    with pytest.raises(IvrError, match="did not agree") as refused:
        exported(replace(kept(spoken(1000, "light is broken")), consent_at=None), PRIVATE)
    assert refused.value.code == "no_consent"


def test_a_call_without_private_words_leaves_whole_and_says_what_came_of_it() -> None:
    made = exported(kept(spoken(1000, "light is broken"), Turn("caller", 5000, 5000, decision="pressed 1")), PRIVATE)
    case = case_of(made)
    assert case["turns"] == [{"say": "light is broken", "file": "01.wav"}, {"press": "1"}]
    assert case["expect"] == {"language": "hi", "service": "street_light_repair", "disposition": "ticket_opened"}
    assert (case["caller"], case["exported"], made.cut, made.left_out) == (CALLER, True, (), ())


def test_private_words_are_beeped_and_not_written(tmp_path: Path) -> None:
    made = exported(kept(spoken(1000, "light ravi is broken")), PRIVATE)
    case = case_of(made)
    assert case["turns"][0]["say"] == f"light {CUT_WORD} is broken"
    assert case["expect"] == {"language": "hi"}
    assert made.cut == ((1140, 1460),)
    assert b"ravi" not in made.files["case.yaml"]
    (tmp_path / "a.wav").write_bytes(made.files["01.wav"])
    heard = read_any(tmp_path / "a.wav")
    word = heard[8 * (160 + 200) : 8 * (160 + 400)]  # the turn begins after 160 ms of silence
    spectrum = np.abs(np.fft.rfft(word.astype(float)))
    assert np.argmax(spectrum) * 8000 / len(word) == pytest.approx(1000, abs=10)
    assert spectrum.max() ** 2 > 0.9 * np.square(spectrum).sum()


def test_what_was_not_recognised_stays_in_the_house() -> None:
    unheard = Turn("caller", 3000, 4000, text=None, words=[])
    made = exported(kept(spoken(1000, "light"), unheard, spoken(6000, "ravi")), PRIVATE)
    assert [turn["say"] for turn in case_of(made)["turns"]] == ["light"]
    assert made.left_out == (3000, 6000)
    assert made.files["01.wav"].count(bytes([VOICE]) * 8) > 0
    with pytest.raises(IvrError, match="nothing of this call"):
        exported(kept(unheard), PRIVATE)


def test_a_person_may_let_a_turn_leave_whole_and_cut_more() -> None:
    unheard = Turn("caller", 3000, 4000, text=None, words=[])
    review = Review("dialect", {3000: "batti gul"}, ((3500, 3600),), frozenset({3000}))
    made = exported(kept(unheard), PRIVATE, review)
    case = case_of(made)
    assert (case["title"], case["turns"][0]["say"], made.cut) == ("dialect", "batti gul", ((3500, 3600),))


def test_longer_keys_become_zeros_and_interruptions_stay() -> None:
    prompt = Turn("prompt", 500, 3000, prompt="ask_service", heard_ms=2500)
    keys = Turn("caller", 2000, 2000, decision="pressed 9 digits")
    case = case_of(exported(kept(prompt, spoken(1000, "light"), keys), PRIVATE))
    assert case["turns"] == [
        {"say": "light", "file": "01.wav", "after_ms": 500},
        {"press": "000000000#", "after_ms": 1500},
    ]
    assert case["expect"] == {"language": "hi"}


def test_who_left_hangs_up() -> None:
    call = replace(kept(spoken(1000, "light")), disposition="caller_left", withheld=True)
    case = case_of(exported(call, PRIVATE))
    assert (case["turns"][-1], case["caller"]) == ({"hang_up": True}, "anonymous")


def test_digits_that_were_asked_for_leave_no_sound() -> None:
    made = exported(kept(spoken(0, "nine four"), spoken(1000, "nine light", asked="digits")), PRIVATE)
    assert [turn["say"] for turn in case_of(made)["turns"]] == ["nine four", f"{CUT_WORD} light"]


def test_written_and_packed(tmp_path: Path) -> None:
    made = exported(kept(spoken(1000, "light")), PRIVATE)
    made.write(tmp_path / "hi" / "case")
    assert {p.name for p in (tmp_path / "hi" / "case").iterdir()} == {"case.yaml", "01.wav"}
    with pytest.raises(IvrError, match="not there yet"):
        made.write(tmp_path / "hi" / "case")
    packed = made.as_zip("case")
    assert packed == made.as_zip("case")
    assert zipfile.ZipFile(io.BytesIO(packed)).namelist() == ["case/case.yaml", "case/01.wav"]
    assert bytes([MULAW_SILENCE]) * 8 in made.files["01.wav"]
