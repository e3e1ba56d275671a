"""Writes what supervisors accepted to the files that the grammars load. The database is the truth, files follow it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from ivr.core.errors import StoreError
from ivr.store import proposals
from ivr.store.database import Database
from ivr.understanding.learnt import FOLDER

_HEAD = "# Accepted in the console from corrected calls; written anew at every decision. Decline there what is wrong.\n"


def write_learnt(db: Database, data_dir: Path) -> int:
    """Bring the files up to date; how many sentences they hold. StoreError where the disk refuses."""
    with db.read() as connection:
        rows = proposals.accepted(connection)
    learnt: dict[str, dict[str, list[str]]] = {}
    for lang, service, phrase in rows:
        learnt.setdefault(lang, {}).setdefault(service, []).append(phrase)
    folder = data_dir / FOLDER
    try:
        for lang in sorted({*learnt, *(path.stem for path in folder.glob("*.yaml"))}):
            _write(folder / f"{lang}.yaml", learnt.get(lang, {}))
    except OSError as error:
        raise StoreError(f"{folder} cannot be written to: {error.strerror}", code="learnt") from error
    return len(rows)


def _write(path: Path, services: Mapping[str, Sequence[str]]) -> None:
    """Whole or not at all: a server may start and read it at any moment."""
    text = _HEAD + (
        yaml.safe_dump(dict(services), allow_unicode=True, sort_keys=True, width=120) if services else "{}\n"
    )
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)
