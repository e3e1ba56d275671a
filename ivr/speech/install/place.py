"""Puts a model into the models folder: all of it, tried, or nothing; the former one stays until then.

`models_dir`/<lang> is the model in force, with `source.json` telling where it came from; `models_dir`/.install holds
what is on its way. One installation at a time, held apart by a lock on that folder.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import ModelError
from ivr.speech.install.download import Progress, Wanted, client, fetch, fetch_text
from ivr.speech.install.published import LIST_URL, Published, archive_at, choose, read_list
from ivr.speech.install.trial import Trial, try_out
from ivr.speech.install.unpack import unpack
from ivr.speech.models import check_files

SOURCE = "source.json"
_WORKSHOP = ".install"

Try = Callable[[str, Path], Trial]


@dataclass(frozen=True, slots=True)
class Installed:
    """What is in force now. `changed` False: it was already; `trial` is None then. `replaced`: there was another."""

    lang: str
    name: str
    path: Path
    changed: bool
    replaced: bool
    trial: Trial | None


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be installed: a language's model; `name` "" takes the small one; `origin` "" the published list.

    `origin` may be a zip file on this machine, the address of a zip, or the address of another list.
    """

    lang: str
    name: str = ""
    origin: str = ""
    again: bool = False


def install(choice: Choice, models_dir: Path, progress: Progress, try_model: Try = try_out) -> Installed:
    """Finds, fetches, checks and tries the model, and puts it into force. ModelError says what to do next."""
    local = Path(choice.origin)
    if choice.origin and not _is_address(choice.origin):
        if not local.is_file():
            raise ModelError(f"no file {local}; --from takes a model's zip, or an address that begins with https://")
        with _workshop(models_dir) as workshop:
            name = local.name.removesuffix(".zip")
            return _put(Published(choice.lang, name, local.name), local, workshop, try_model)
    with client() as http:
        wanted = archive_at(choice.lang, choice.origin) if choice.origin.endswith(".zip") else None
        if wanted is None:
            address = choice.origin or LIST_URL
            wanted = choose(read_list(fetch_text(http, address), address), choice.lang, choice.name)
        with _workshop(models_dir) as workshop:
            if not choice.again and _is_in_force(wanted, models_dir / wanted.lang):
                return Installed(wanted.lang, wanted.name, models_dir / wanted.lang, False, False, None)
            archive = workshop / f"{wanted.name}.zip"
            fetch(http, Wanted(wanted.url, wanted.size, wanted.md5), archive, progress)
            try:
                return _put(wanted, archive, workshop, try_model)
            finally:
                archive.unlink(missing_ok=True)


def _is_address(origin: str) -> bool:
    return origin.startswith(("http://", "https://"))


def _put(model: Published, archive: Path, workshop: Path, try_model: Try) -> Installed:
    fresh, target = workshop / model.lang, workshop.parent / model.lang
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        unpack(archive, fresh)
        trial = _tried(model, fresh, try_model)
        source = {"name": model.name, "url": model.url, "md5": model.md5}
        (fresh / SOURCE).write_text(json.dumps(source) + "\n", encoding="utf-8")
        replaced = _swap(fresh, target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Installed(model.lang, model.name, target, True, replaced, trial)


def _tried(model: Published, fresh: Path, try_model: Try) -> Trial:
    try:
        return try_model(model.lang, fresh)
    except ModelError as error:
        reason = str(error).replace(f"{fresh}/", "").replace(f"{fresh}: ", "")
        raise ModelError(f"{model.name} was not installed, what was there stays: {reason}") from error


def _swap(fresh: Path, target: Path) -> bool:
    """True when there was a former model. A process that loaded that one keeps it until it is started anew."""
    former = _former(target)
    replaced = target.exists()
    try:
        if replaced:
            target.rename(former)
        try:
            fresh.rename(target)
        except OSError:
            if replaced:
                former.rename(target)
            raise
    except OSError as error:
        raise ModelError(f"{target}: cannot be replaced: {error.strerror or error}; what was there stays") from error
    _sync(target.parent)
    shutil.rmtree(former, ignore_errors=True)
    return replaced


def _former(target: Path) -> Path:
    return target.parent / _WORKSHOP / f"{target.name}.former"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_in_force(wanted: Published, target: Path) -> bool:
    source = source_of(target)
    if not wanted.md5 or (source.get("name"), source.get("md5")) != (wanted.name, wanted.md5):
        return False
    try:
        check_files(target)
    except ModelError:
        return False
    return True


def source_of(target: Path) -> dict[str, str]:
    """Where the model came from: name, url, md5; empty when it was not installed by this module."""
    try:
        found = json.loads((target / SOURCE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


@contextmanager
def _workshop(models_dir: Path) -> Iterator[Path]:
    """The folder for what is on its way, for this process alone; puts back what a killed one had set aside."""
    workshop = models_dir / _WORKSHOP
    try:
        workshop.mkdir(parents=True, exist_ok=True)
        lock = (workshop / "lock").open("w")
    except OSError as error:
        raise ModelError(
            f"cannot write to {models_dir} ({error.strerror}); set IVR_MODELS_DIR to a folder you own"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ModelError(f"another installation is at work in {models_dir}; wait for it", retryable=True) from error
        for former in workshop.glob("*.former"):
            target = models_dir / former.stem
            if target.exists():
                shutil.rmtree(former, ignore_errors=True)
            else:
                former.rename(target)
        yield workshop
