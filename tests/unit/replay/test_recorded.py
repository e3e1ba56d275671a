"""What was recognised, written down and played back."""

from pathlib import Path

import numpy as np
import pytest

from ivr.core.errors import ReplayError
from ivr.replay.recorded import Heard, Record, RecordedModels
from ivr.speech.models import Rejection
from ivr.speech.recogniser import Recognition, Word
from ivr.understanding.result import Hypothesis

HEARD = Recognition("हाँ जी", (Word("हाँ", 0, 300, 0.9),), 0.8, False, (Hypothesis("हाँ जी", 0.8),), 1.0)


def record() -> Record:
    made = Record(rejections={"hi": Rejection(0.5, 0.4)})
    made.passes["hi free"].append(Heard(False, [(1, "हाँ"), (3, "हाँ जी")], HEARD))
    return made


def test_plays_back_partials_and_result(tmp_path: Path) -> None:
    assert record().write(tmp_path / "recognised.json")
    assert not record().write(tmp_path / "recognised.json")
    models = RecordedModels(Record.read(tmp_path / "recognised.json"))
    assert models.get("hi").rejection == Rejection(0.5, 0.4)
    decoder = models.decoder("hi", None)
    partials = []
    for _ in range(4):
        partials.append(decoder.partial())
        decoder.accept(np.zeros(160, np.int16))
    assert partials == ["", "हाँ", "हाँ", "हाँ जी"]
    assert decoder.final() == HEARD


def test_more_than_was_recorded_is_a_mistake_of_the_case() -> None:
    models = RecordedModels(record())
    models.decoder("hi", None)
    with pytest.raises(ReplayError, match="oftener"):
        models.decoder("hi", None)


@pytest.mark.parametrize("text", ["", "{}", '{"passes": {}}', "[]"])
def test_a_damaged_record(tmp_path: Path, text: str) -> None:
    (tmp_path / "recognised.json").write_text(text)
    with pytest.raises(ReplayError, match="--update"):
        Record.read(tmp_path / "recognised.json")
