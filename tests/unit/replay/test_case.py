"""Cases as files."""

from pathlib import Path

import pytest

from ivr.core.errors import ReplayError
from ivr.replay.case import Act, Case, HouseRules, find_cases

HEAD = 'title: A case\nlanguage: hi\ncaller: "+919415550101"\n'


def write(folder: Path, turns: str, more: str = "") -> Path:
    path = folder / "hi" / "a_case.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{HEAD}{more}turns:\n{turns}", encoding="utf-8")
    return path


def test_a_scenario_is_one_file(tmp_path: Path) -> None:
    turns = """\
  - {text: हाँ, send_after: ask_place, after_ms: 200, expect: {says: menu}}
  - {press: "1#", times: 3, expect: {says: goodbye}}
  - {lose_stream: true}
  - {hang_up: true}
"""
    write(tmp_path, turns, "house: {operator: false, calls: 0}\nafter: hi/other\n")
    (case,) = find_cases([tmp_path])
    assert (case.name, case.golden, case.after) == ("hi/a_case", False, "hi/other")
    assert case.house == HouseRules(operator=False, calls=0)
    said, *pressed, lost, left = case.turns
    assert (said.speech and said.speech.text, said.send_after, said.after_ms) == ("हाँ", "ask_place", 200)
    assert [t.act for t in pressed] == [Act.PRESS] * 3
    assert [bool(t.expect) for t in pressed] == [False, False, True]
    assert (lost.act, left.act) == (Act.LOSE, Act.HANG_UP)


@pytest.mark.parametrize(
    ("turns", "more", "wrong"),
    [
        ("  - {speak: हाँ}\n", "", "a turn has only the keys"),
        ("  - {text: हाँ, press: 1}\n", "", "exactly one of"),
        ("  - {say: हाँ}\n", "", "text needs none"),
        ("  - {text: हाँ}\n", "house: {sky: blue}\n", "house has only"),
        ("  - {text: हाँ}\n", "goal: x\n", "unknown keys goal"),
    ],
)
def test_mistakes_are_told(tmp_path: Path, turns: str, more: str, wrong: str) -> None:
    with pytest.raises(ReplayError, match=wrong):
        Case.load(write(tmp_path, turns, more))
