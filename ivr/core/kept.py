"""What takes long to make and can always be made again, kept on disk from one process to the next.

Kept as Python writes objects (pickle): reading such a file runs what it says, so it is read only where nobody but this
user or root may write, and only under the name that the fingerprint of everything it was made from gives it. Whatever
is wrong with a file costs time, never an error. It knows nothing of what it keeps. Blocking.
"""

import gc
import hashlib
import os
import pickle
import secrets
import stat
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger()

_SUFFIX = ".pickle"
# What reading half a file, or one of another version, raises.
_UNREADABLE = (
    OSError,
    pickle.UnpicklingError,
    EOFError,
    ImportError,
    AttributeError,
    LookupError,
    ValueError,
    TypeError,
)
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def fingerprint(folders: Iterable[Path], *more: str) -> str:
    """Of every file in these folders, however deep, of `more`, and of this Python. OSError where one can't be read."""
    whole = hashlib.sha256("|".join([sys.version, *more]).encode())
    for folder in folders:
        found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        for path in sorted(found):
            content = path.read_bytes()
            whole.update(f"{path.relative_to(folder)}|{len(content)}|".encode())
            whole.update(content)
    return whole.hexdigest()[:32]


def kept(folder: Path, name: str, mark: str, make: Callable[[], T]) -> T:
    """What `make` gives, or what it gave another process under the same `name` and `mark`."""
    path = folder / f"{name}-{mark}{_SUFFIX}"
    found: tuple[T] | None = _read(path)
    if found is not None:
        return found[0]
    made = make()
    _write(path, made)
    return made


def _read(path: Path) -> tuple[T] | None:
    """The value, alone in a tuple."""
    try:
        if not path.is_file():
            return None
        if not (_ours(path) and _ours(path.parent)):
            log.warning("cache_not_trusted", reason="others may write there; remove it or take their right to")
            return None
        data = path.read_bytes()
        collecting = gc.isenabled()
        gc.disable()  # a hundred thousand new objects, none of them garbage
        try:
            return (pickle.loads(data),)  # noqa: S301 - see the head of this file
        finally:
            if collecting:
                gc.enable()
    except _UNREADABLE as error:
        log.warning("cache_not_read", reason=type(error).__name__)
        return None


def _ours(path: Path) -> bool:
    found = path.stat()
    return found.st_uid in (os.getuid(), 0) and not found.st_mode & _OTHERS_WRITE


def _write(path: Path, value: object) -> None:
    """Whole or not at all; what was kept under the name before goes."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            pickle.dump(value, file, pickle.HIGHEST_PROTOCOL)
        draft.replace(path)
        name = path.name[: -len(_SUFFIX)].rpartition("-")[0]
        for older in path.parent.glob(f"{name}-*{_SUFFIX}"):
            if older != path:
                older.unlink(missing_ok=True)
    except (OSError, pickle.PicklingError) as error:
        log.warning("cache_not_written", reason=type(error).__name__)
        with suppress(OSError):
            draft.unlink()
