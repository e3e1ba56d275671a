"""Unpacks a model's zip: nothing outside the folder, no links, no more than the disk or reason allow."""

import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ivr.core.errors import ModelError

MAX_FILES = 5_000
MAX_UNPACKED = 16 << 30
_MAX_RATIO = 20  # models of floating-point numbers shrink to a half, graphs to a quarter
_SMALL = 64 << 20  # below this the ratio does not matter
_MARK = ("am", "final.mdl")
_BLOCK = 1 << 20


def unpack(archive: Path, folder: Path) -> None:
    """The model in `archive` as `folder`, which must not exist; the zip's own top folder is left away. ModelError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            root, members = _members(opened, archive)
            _refuse_size(members, archive, folder.parent)
            for member in members:
                _write(opened, member, folder.joinpath(*PurePosixPath(member.filename).parts[len(root) :]))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ModelError(f"{archive.name}: not a whole zip archive ({error}); fetch it again") from error
    except OSError as error:
        raise ModelError(f"{archive.name}: cannot be unpacked: {error.strerror or error} ({error.filename})") from error


def _members(opened: zipfile.ZipFile, archive: Path) -> tuple[tuple[str, ...], list[zipfile.ZipInfo]]:
    """(the model's folder in the archive, the files in it), when every name in the archive is harmless."""
    files = [member for member in opened.infolist() if not member.is_dir()]
    if len(files) > MAX_FILES:
        raise ModelError(f"{archive.name}: {len(files)} files are too many for a speech model; nothing was unpacked")
    for member in files:
        _refuse_name(member, archive)
    parts = {member.filename: PurePosixPath(member.filename).parts for member in files}
    roots = sorted((found[:-2] for found in parts.values() if found[-2:] == _MARK), key=len)
    if not roots:
        raise ModelError(f"{archive.name}: no speech model in it ({'/'.join(_MARK)} is missing); nothing was installed")
    root = roots[0]
    return root, [member for member in files if parts[member.filename][: len(root)] == root]


def _refuse_name(member: zipfile.ZipInfo, archive: Path) -> None:
    name = PurePosixPath(member.filename)
    kind = stat.S_IFMT(member.external_attr >> 16)
    outside = name.is_absolute() or ".." in name.parts or "\\" in member.filename or ":" in member.filename
    if outside or kind not in (0, stat.S_IFREG):
        what = "leads outside" if outside else "is not a plain file"
        raise ModelError(f"{archive.name}: {member.filename!r} {what}; do not trust this archive, nothing was unpacked")


def _refuse_size(members: Sequence[zipfile.ZipInfo], archive: Path, disk: Path) -> None:
    total = sum(member.file_size for member in members)
    if total > min(MAX_UNPACKED, max(_SMALL, _MAX_RATIO * archive.stat().st_size)):
        raise ModelError(f"{archive.name}: would unpack to {total} bytes, too many for a speech model; do not trust it")
    free = shutil.disk_usage(disk).free
    if total > free:
        raise ModelError(f"{disk}: {total} bytes are needed and {free} are free; make room or set IVR_MODELS_DIR")


def _write(opened: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    """On the disk when this returns: a model is moved into place only whole, even if the power fails then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with opened.open(member) as source, path.open("xb") as file:
        shutil.copyfileobj(source, file, _BLOCK)
        file.flush()
        os.fsync(file.fileno())
