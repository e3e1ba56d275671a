"""Static files under names that hold the hash of their content: kept by browsers for a year, new when changed.

Read at start, a few hundred kilobytes. Addresses inside CSS and modules are rewritten to the hashed names.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import DataError

FOLDER = Path(__file__).parent / "static"
PREFIX = "/console/static/"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
_TEXT = {".css", ".js", ".svg"}
_ORDER = (".woff2", ".svg", ".js", ".css")  # what refers comes after what is referred to
_REFERENCE = re.compile(r"""(?<=["'(])\./([\w./-]+)(?=["')])""")


@dataclass(frozen=True, slots=True)
class Asset:
    body: bytes
    gzipped: bytes | None
    media_type: str


class Assets:
    """All static files. `names`: plain name -> address."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self.names: dict[str, str] = {}
        self._by_address: dict[str, Asset] = {}
        found = [path for path in folder.rglob("*") if path.suffix in _TYPES]
        modules = {path for path in found if path.suffix == ".js"}
        for path in sorted(found, key=lambda path: (_ORDER.index(path.suffix), _rank(path, modules), path.name)):
            self._add(path, path.relative_to(folder).as_posix())

    def _add(self, path: Path, name: str) -> None:
        body = path.read_bytes()
        if path.suffix in _TEXT:
            body = _REFERENCE.sub(lambda found: self.address(found[1]), body.decode()).encode()
        digest = hashlib.sha256(body).hexdigest()[:10]
        address = f"{PREFIX}{name.removesuffix(path.suffix)}.{digest}{path.suffix}"
        gzipped = gzip.compress(body, 9, mtime=0) if path.suffix in _TEXT else None
        self.names[name] = address
        self._by_address[address] = Asset(body, gzipped, _TYPES[path.suffix])

    def address(self, name: str) -> str:
        """Where the file `name` is served. DataError when there is none."""
        try:
            return self.names[name]
        except KeyError:
            raise DataError(f"no static file {name}, or it refers to itself by a detour") from None

    def find(self, address: str) -> Asset | None:
        return self._by_address.get(address)


def _rank(path: Path, modules: set[Path]) -> int:
    """How many modules stand below this one: an imported module is hashed before the one that imports it."""
    if path not in modules:
        return 0
    imported = {path.parent / name for name in re.findall(r"""from ["']\./([\w.-]+)["']""", path.read_text("utf-8"))}
    return 1 + max((_rank(other, modules - {path}) for other in imported & modules), default=0)
