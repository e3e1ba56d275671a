"""Reads the YAML of grammars/ and audio/, with errors that name file and line. It knows no file's meaning."""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ivr.core.errors import DataError

_KEPT_FILES = 256  # parsed, of one process: more than grammars/ has
_PACKAGE = Path(__file__).resolve().parent.parent
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Loader):  # type: ignore[misc,valid-type]
    """SafeLoader that refuses a key written twice; YAML would silently keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    "while reading a mapping", node.start_mark, f"key {key!r} is written twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


def data_dir(name: str) -> Path:
    """The folder `name` ("grammars" or "audio"): beside the package in a checkout, inside it when installed.

    Raises DataError when there is neither.
    """
    for folder in (_PACKAGE.parent / name, _PACKAGE / "_data" / name):
        if folder.is_dir():
            return folder
    raise DataError(f"no folder {name}/ beside the package nor inside it; is the installation complete?")


def load_yaml(path: Path) -> Any:
    """What the YAML file holds (None when empty). DataError with file and line when it cannot be read.

    To be read only: a file of the same text gives the same object again.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from error
    return _parsed(path, text)


@lru_cache(_KEPT_FILES)
def _parsed(path: Path, text: str) -> Any:
    try:
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506  a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise DataError(f"{path}:{line}: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise DataError(f"{path}: {error}") from error


def load_mapping(path: Path) -> Mapping[str, Any]:
    """As load_yaml, for a file whose top must be a mapping (an empty file is an empty mapping)."""
    data = load_yaml(path)
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise DataError(f"{path}:1: must be a mapping of names to values, is a {type(data).__name__}")
    return data


def line_of(path: Path, *keys: str | int) -> int:
    """The line (from 1) where the entry under `keys` stands, or of the deepest key that exists; for error messages."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (OSError, yaml.YAMLError):
        return 1
    line = 1
    for key in keys:
        found = _child(node, key)
        if found is None:
            break
        line, node = found
    return line


def _child(node: yaml.Node | None, key: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key_node, value_node in node.value:
            if key_node.value == str(key):
                return key_node.start_mark.line + 1, value_node
    elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    return None


def wrong(path: Path, message: str, *keys: str | int) -> DataError:
    """A DataError that points at the entry under `keys` of the file."""
    return DataError(f"{path}:{line_of(path, *keys)}: {message}")
