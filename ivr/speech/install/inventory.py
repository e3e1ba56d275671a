"""The models on this machine, seen from outside: sizes, words and rates, without loading one."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import ModelError
from ivr.speech.install.place import source_of
from ivr.speech.models import check_files

_MAGIC, _TABLE_MAGIC = 2125659606, 2125658996
_HAS_INPUT_TABLE, _HAS_OUTPUT_TABLE = 1, 2
_NO_WORDS = ("<eps>", "<s>", "</s>", "[unk]", "<unk>")


@dataclass(frozen=True, slots=True)
class Found:
    """A model folder. `problem` is "" when its files are complete; else `rate_hz` is 0.

    `dynamic`: takes grammars at run time. `words` is None where they cannot be counted. `size` in bytes.
    """

    lang: str
    origin: str
    name: str
    path: Path
    in_force: bool
    size: int
    rate_hz: int = 0
    dynamic: bool = False
    words: int | None = None
    problem: str = ""


def inventory(places: dict[str, Path], in_force: frozenset[Path]) -> Iterator[Found]:
    """The models in `places` (what to call the place -> its folder), by language, then in the order of the places."""
    folders = [
        (path.name, order, origin, path)
        for order, (origin, place) in enumerate(places.items())
        if place.is_dir()
        for path in place.iterdir()
        if path.is_dir() and not path.name.startswith(".")
    ]
    for lang, _, origin, path in sorted(folders):
        name = source_of(path).get("name", "")
        size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
        try:
            rate_hz, dynamic = check_files(path)
        except ModelError as error:
            yield Found(lang, origin, name, path, path in in_force, size, problem=str(error))
            continue
        yield Found(lang, origin, name, path, path in in_force, size, rate_hz, dynamic, word_count(path))


def word_count(model: Path) -> int | None:
    """Words the model can hear: of graph/words.txt, else of the table inside graph/Gr.fst, as small models have it."""
    listed = model / "graph/words.txt"
    if listed.is_file():
        with listed.open(encoding="utf-8", errors="replace") as file:
            words = (line.split(maxsplit=1)[0] for line in file if line.strip())
            return sum(1 for word in words if word not in _NO_WORDS and not word.startswith("#"))
    try:
        with (model / "graph/Gr.fst").open("rb") as file:
            return _table_size(file.read(4096))
    except (OSError, struct.error):
        return None


def _table_size(head: bytes) -> int | None:
    """Entries of the symbol table at the head of an OpenFst file (fst.h and symbol-table.h, version 1.7), or None."""
    place = 4
    for _ in range(2):  # the names of the transducer's and the arcs' types
        place += 4 + struct.unpack_from("<i", head, place)[0]
    flags = struct.unpack_from("<i", head, place + 4)[0]
    place += 8 + 4 * 8  # version, flags; properties, start, states, arcs
    magic, length = struct.unpack_from("<ii", head, place)
    if struct.unpack_from("<i", head)[0] != _MAGIC or magic != _TABLE_MAGIC:
        return None
    if not flags & (_HAS_INPUT_TABLE | _HAS_OUTPUT_TABLE):
        return None
    size: int = struct.unpack_from("<q", head, place + 8 + length + 8)[0]
    return size
