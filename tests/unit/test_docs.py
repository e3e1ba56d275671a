"""What the guides name is there: settings, commands, files, links. They are read by people who will try it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.core.data import load_mapping
from ivr.core.settings import described
from ivr.understanding.catalogue import languages
from tools.reference import command_names

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LONGEST_GUIDE = 150
_GUIDES = [page for page in PAGES if page.parent == ROOT / "docs"]
_ROOMS = "ivr|grammars|audio|docs|tools|tests"


def _found(pattern: str) -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for found in re.findall(pattern, page.read_text(encoding="utf-8"), re.MULTILINE):
            yield str(page.relative_to(ROOT)), found


def test_every_setting_named_exists() -> None:
    known = described()
    assert [(page, name) for page, name in _found(r"\bIVR_[A-Z_]+\b") if name not in known and name[-1] != "_"] == []


def test_every_command_named_exists() -> None:
    known = command_names()
    groups = {name.rsplit(" ", 1)[0] for name in known}
    named = _found(r"(?:`|^ *(?:\$ )?|run(?:ning)? |&& )(ivr [a-z]+(?: [a-z]+)?)")
    assert [(page, name) for page, name in named if not _is_command(name, known, groups)] == []


def _is_command(name: str, known: frozenset[str], groups: set[str]) -> bool:
    """The second word may be an argument: `ivr understand TEXT`; not after a group's name: `ivr db TEXT`."""
    first = " ".join(name.split()[:2])
    return name in known or name in groups - {"ivr"} or (first in known and first not in groups)


def test_every_file_named_exists() -> None:
    named = _found(rf"`((?:{_ROOMS})/[^`\s]*)`")
    pattern = re.compile(r"[<{*(]|\.\.\.")  # grammars/<lang>/, ivr/_data/*, grammars/te/...
    missing = [(page, path) for page, path in named if not pattern.search(path) and not (ROOT / path).exists()]
    assert missing == []


def test_what_a_caller_is_said_to_hear_stands_in_the_prompts() -> None:
    said = {
        entry["text"]
        for lang in languages(ROOT / "grammars")
        for entry in load_mapping(ROOT / "grammars" / lang / "prompts.yaml").values()
    }
    rows = (ROOT / "docs" / "citizen.md").read_text(encoding="utf-8").splitlines()
    cells = [cell.strip() for row in rows if row.startswith("|") for cell in row.split("|")]
    quoted = [cell for cell in cells if re.search(r"[\u0900-\u0d7f]", cell)]
    assert len(quoted) > 20
    assert [cell for cell in quoted if cell not in said] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", _GUIDES, ids=lambda page: page.name)
def test_a_guide_is_short(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST_GUIDE


def test_the_index_leads_to_every_page() -> None:
    for folder in (ROOT / "docs", ROOT / "docs" / "decisions"):
        index = (folder / "README.md").read_text(encoding="utf-8")
        pages = {page.name for page in folder.glob("*.md")} - {"README.md"}
        assert {page for page in pages if f"]({page})" not in index} == set()
