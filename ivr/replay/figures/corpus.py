"""Utterances with known meaning, read from CSV: columns as in tests/data, and `file` where a person spoke it."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import ReplayError
from ivr.replay.figures.rows import Wanted
from ivr.understanding.result import WaitKind


@dataclass(frozen=True, slots=True)
class Item:
    """`file`: recorded audio, None where a voice has to be synthesised; `wait`: what the caller was asked."""

    id: str
    lang: str
    wait: WaitKind
    wanted: Wanted
    note: str = ""
    voice: str = ""
    file: Path | None = None


def read_items(path: Path, limit: int = 0) -> list[Item]:
    """A CSV with lang, text and one of service_id, (kind, value), emergency; besides note, voice, file.

    `limit`: so many, the same ones in every run. ReplayError where it cannot be read or has other columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = [{k: (v or "").strip() for k, v in row.items() if k} for row in csv.DictReader(lines)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReplayError(f"{path}: cannot be read: {error}") from error
    if not rows or not {"lang", "text"} <= rows[0].keys():
        raise ReplayError(f"{path}: needs the columns lang and text and at least one row")
    items = [item for row in rows if (item := _item(path, row)) is not None]
    if limit:
        items = sorted(items, key=lambda item: hashlib.sha256(item.id.encode()).digest())[:limit]
    return items


def _item(path: Path, row: dict[str, str]) -> Item | None:
    """None for a slot that no wait asks for."""
    wait, wanted = WaitKind.SERVICE, None
    if "service_id" in row:
        services = frozenset(part.strip() for part in row["service_id"].split("|") if part.strip())
        wanted = Wanted(row["text"], services)
    elif "emergency" in row:
        wanted = Wanted(row["text"], emergency=row["emergency"])
    elif "kind" in row and "value" in row:
        if row["kind"] not in tuple(WaitKind):
            return None
        wait, wanted = WaitKind(row["kind"]), Wanted(row["text"], slot=row["value"])
    if wanted is None:
        raise ReplayError(f"{path}: needs service_id, or emergency, or kind and value")
    file = path.parent / row["file"] if row.get("file") else None
    name = f"{row['lang']}/{row.get('kind', '')}/{row['text']}/{row.get('file', '')}"
    return Item(name, row["lang"], wait, wanted, row.get("note") or row.get("kind", ""), row.get("voice", ""), file)
