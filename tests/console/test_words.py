"""The console's texts, keys and static files are whole."""

import re
from pathlib import Path

import pytest

from ivr.console import assets, keys, texts
from ivr.core.errors import DataError

CONSOLE = Path(texts.__file__).parent
SOURCES = [*CONSOLE.rglob("*.html"), *CONSOLE.glob("*.py"), CONSOLE / "keys.yaml"]


def named() -> set[str]:
    topics = "|".join(path.stem for path in texts.FOLDER.glob("*.yaml"))
    found: set[str] = set()
    for path in SOURCES:
        found |= set(re.findall(rf"""["' ]((?:{topics})\.[a-z0-9_]+)["',}}]""", path.read_text("utf-8")))
    return found


@pytest.mark.parametrize(("lang", "script"), [("hi", "[\u0900-\u097f]"), ("te", "[\u0c00-\u0c7f]")])
def test_texts_are_in_their_script(lang: str, script: str) -> None:
    foreign = {name: text for name, text in texts.load()[lang].items() if not re.search(script, text)}
    assert set(foreign.values()) <= {"-", "SMS", "OK", "CSV", "{n}", "{change} %"}


BUILT = ("roles.", "times.month_")  # names put together when a page is made


def prefixes() -> set[str]:
    found: set[str] = set(BUILT)
    for path in SOURCES:
        found |= set(re.findall(r"""["']([a-z]+\.[a-z_]*)["'] *(?:~|,|\+)""", path.read_text("utf-8")))
        found |= set(re.findall(r"""f["']([a-z]+\.[a-z_]*)\{""", path.read_text("utf-8")))
    return found


def test_every_text_that_a_page_names_is_there() -> None:
    known = set(texts.load()["en"])
    files = {name for name in named() if name.endswith((".html", ".yaml", ".js", ".css"))}
    missing = {name for name in named() - known - files if not any(text.startswith(name) for text in known)}
    assert missing == set()


def test_no_text_is_left_over() -> None:
    used, begun = named(), tuple(prefixes())
    assert {name for name in texts.load()["en"] if name not in used and not name.startswith(begun)} == set()


def test_a_text_without_a_language_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("a: {en: A, hi: क, te: క}\nb: {en: B, hi: ख}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"x\.yaml:2: .*te"):
        texts.load(tmp_path)


def test_a_text_with_other_fields_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text('a: {en: "{n} A", hi: "{m} क", te: "{n} క"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="in hi"):
        texts.load(tmp_path)


def test_the_language_is_the_users_then_the_browsers_then_english() -> None:
    known = texts.load()
    assert texts.choose("te", "hi", known).lang == "te"
    assert texts.choose(None, "fr-FR,hi-IN;q=0.8", known).lang == "hi"
    assert texts.choose("xx", "fr", known).lang == "en"


SCOPES = [re.findall(r"\w+", found) for path in CONSOLE.glob("*.py")
          for found in re.findall(r"keys=\(([^)]*)\)", path.read_text("utf-8"))]  # fmt: skip


@pytest.mark.parametrize("scopes", SCOPES, ids=lambda scopes: "+".join(scopes) or "none")
def test_no_page_has_one_key_for_two_acts(scopes: list[str]) -> None:
    assert keys.clashes(keys.Keys.load().of(scopes)) == []


def test_a_clash_is_seen() -> None:
    one, two = keys.Key("a", "KeyF", "F", ""), keys.Key("b", "KeyF", "F", "")
    shifted = keys.Key("c", "KeyF", "F", "", shift=True)
    assert keys.clashes([one, two, shifted]) == [("a", "b")]


def test_static_names_change_with_their_content(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import {b} from "./b.js";')
    (tmp_path / "b.js").write_text("export const b = 1;")
    first = assets.Assets(tmp_path)
    assert first.address("b.js").encode() in first.find(first.address("a.js")).body  # type: ignore[union-attr]
    (tmp_path / "b.js").write_text("export const b = 2;")
    second = assets.Assets(tmp_path)
    assert first.address("a.js") != second.address("a.js")


def test_no_template_has_inline_script_or_style() -> None:
    for path in CONSOLE.rglob("*.html"):
        text = path.read_text("utf-8")
        assert not re.search(r"<style|style=|<script(?![^>]*\bsrc=)|\son[a-z]+=|javascript:", text), path.name
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", text), path.name
