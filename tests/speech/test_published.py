"""The list of published models, and what is unpacked and counted of one."""

import json
import re
import struct
import zipfile
from pathlib import Path

import pytest

from ivr.core.errors import ModelError
from ivr.speech.install.inventory import word_count
from ivr.speech.install.published import Published, choose, read_list
from ivr.speech.install.unpack import unpack

from .publisher import NAME, small_model

LINK = zipfile.ZipInfo("m/link")
LINK.external_attr = 0o120777 << 16


def test_links_and_bombs_are_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/am/final.mdl", b"\0B")
        archive.writestr(LINK, "/etc/passwd")
    with pytest.raises(ModelError, match="not a plain file"):
        unpack(path, tmp_path / "out")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("m/am/final.mdl", bytes(70 << 20))
    with pytest.raises(ModelError, match="too many for a speech model"):
        unpack(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_the_model_of_an_archive_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(small_model({"__MACOSX/x": b"x", f"{NAME}/ivector/final.ie": b"i"}))
    unpack(tmp_path / "a.zip", tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"am", "conf", "graph", "ivector"}


def published(name: str, kind: str = "small", obsolete: bool = False, lang: str = "hi") -> Published:
    version = tuple(int(number) for number in re.findall(r"\d+", name))
    return Published(lang, name, "https://example.in/m.zip", 9, "0" * 32, kind, version, obsolete)


LIST = [
    published("s-0.5"),
    published("s-0.22"),
    published("s-0.4"),
    published("s-0.30", obsolete=True),
    published("b-1.0", "big"),
    published("v-9", "tts"),
    published("s-3", lang="te"),
]


@pytest.mark.parametrize(
    ("asked", "name"), [("", "s-0.22"), ("b-1.0", "b-1.0"), ("s-0.30", "s-0.30")], ids=["newest", "big", "obsolete"]
)
def test_the_choice(asked: str, name: str) -> None:
    assert choose(LIST, "hi", asked).name == name


@pytest.mark.parametrize(
    ("lang", "name", "reason"),
    [
        ("hi", "none", r"choose with --name: s-0.5 \(small\), .*s-0.30 \(small, obsolete\)"),
        ("hi", "v-9", "choose with --name"),
        ("hi", "s-3", "choose with --name"),
        ("ta", "", r"no recogniser for 'ta'.*--from FILE.zip"),
    ],
)
def test_a_choice_that_cannot_be_had_says_what_can(lang: str, name: str, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        choose(LIST, lang, name)


def test_the_list_is_read_with_strings_for_booleans_and_relative_addresses() -> None:
    entry = {"lang": "hi", "name": "a", "url": "a.zip", "size": "12", "md5": "AB" * 16, "obsolete": "true", "new": 1}
    bad = [{}, {"lang": "hi", "name": "../a", "url": "a.zip"}, "text", None]
    (model,) = read_list(json.dumps([*bad, entry]), "https://example.in/models/list.json")
    assert model == Published("hi", "a", "https://example.in/models/a.zip", 12, "ab" * 16, obsolete=True)


@pytest.mark.parametrize("text", ["<html>", "{}"])
def test_what_is_no_list(text: str) -> None:
    with pytest.raises(ModelError, match="not a list of models"):
        read_list(text, "https://example.in")


def test_words_are_counted_in_the_list_or_in_the_graph(tmp_path: Path) -> None:
    (tmp_path / "graph").mkdir()
    assert word_count(tmp_path) is None
    name = struct.pack("<i", 5) + b"const" + struct.pack("<i", 8) + b"standard"
    head = struct.pack("<i", 2125659606) + name + struct.pack("<iiqqqq", 2, 2, 0, 0, 0, 0)
    table = struct.pack("<ii", 2125658996, 3) + b"abc" + struct.pack("<qq", 70, 69)
    (tmp_path / "graph/Gr.fst").write_bytes(head + table)
    assert word_count(tmp_path) == 69
    (tmp_path / "graph/Gr.fst").write_bytes(head[:30])
    assert word_count(tmp_path) is None
    (tmp_path / "graph/words.txt").write_text("<eps> 0\nहाँ 1\nनहीं 2\n#0 3\n[unk] 4\n", encoding="utf-8")
    assert word_count(tmp_path) == 2
