"""docs/conversation.md: every promise of the conversation is shown by scenarios that exist, in both languages."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SCENARIOS = ROOT / "tests" / "scenarios"
LANGUAGES = ("hi", "te")


def promises() -> dict[str, dict[str, list[str]]]:
    """Promise -> language -> names of scenarios."""
    page = (ROOT / "docs" / "conversation.md").read_text(encoding="utf-8")
    rows = page.split("\n## ")[0].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return {promise: _named(names) for promise, names in cells[2:]}


def _named(cell: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {lang: [] for lang in LANGUAGES}
    for part in cell.split(";"):
        lang, colon, names = part.strip().partition(":")
        for one in (lang,) if colon else LANGUAGES:
            found[one] += (names if colon else part).split()
    return found


def test_there_are_promises() -> None:
    assert len(promises()) > 25


@pytest.mark.parametrize("promise", promises())
def test_a_promise_is_shown_in_both_languages(promise: str) -> None:
    for lang, names in promises()[promise].items():
        assert names, lang
        assert [name for name in names if not (SCENARIOS / lang / f"{name}.yaml").is_file()] == []


def test_no_scenario_that_fails_shows_a_promise() -> None:
    for lang in LANGUAGES:
        for name in {name for named in promises().values() for name in named[lang]}:
            text = (SCENARIOS / lang / f"{name}.yaml").read_text(encoding="utf-8")
            assert not re.search(r"^known_failure:", text, re.MULTILINE), (lang, name)
