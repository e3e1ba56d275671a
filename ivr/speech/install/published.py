"""The list of published models: reads it and chooses from it. Fetches nothing.

Alpha Cephei publishes a JSON array with one object a model. Assumed of its format, which was read in public copies and
not at its address: `lang` is an ISO 639-1 code ("hi", "te"; variants as "en-in"), `name` the archive's name without
".zip", `url` where it lies, `size` its bytes, `md5` its checksum in hexadecimal, `version` numbers with dots,
`obsolete` the string "true" or "false", and `type` one of "small" and "big-lgraph" (grammars at run time), "big"
(static graph, no grammars at run time), "spk" and "tts" (no recognisers). Keys that are not named here are ignored; an
entry without language, name or address is passed over.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

from ivr.core.errors import ModelError

LIST_URL = "https://alphacephei.com/vosk/models/model-list.json"
_RECOGNISERS = ("small", "big-lgraph", "big")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}")
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Published:
    """One model to be had. `size` in bytes; `size` 0 and `md5` "" where nobody has said what they are."""

    lang: str
    name: str
    url: str
    size: int = 0
    md5: str = ""
    kind: str = ""
    version: tuple[int, ...] = ()
    obsolete: bool = False


def read_list(text: str, address: str) -> tuple[Published, ...]:
    """The models of a list found at `address`, which relative addresses in it are relative to. ModelError."""
    try:
        entries = json.loads(text)
    except ValueError as error:
        raise ModelError(f"{address} is not a list of models (no JSON); check the address") from error
    if not isinstance(entries, list):
        raise ModelError(f"{address} is not a list of models (no JSON array); check the address")
    found = (_read_entry(entry, address) for entry in entries if isinstance(entry, dict))
    return tuple(model for model in found if model is not None)


def _read_entry(entry: dict[str, Any], address: str) -> Published | None:
    lang, name, url = (str(entry.get(key, "")) for key in ("lang", "name", "url"))
    if not (lang and url and _NAME.fullmatch(name)):
        return None
    size, md5 = str(entry.get("size", "")), str(entry.get("md5", "")).lower()
    return Published(
        lang,
        name,
        urljoin(address, url),
        int(size) if size.isascii() and size.isdigit() else 0,
        md5 if _MD5.fullmatch(md5) else "",
        str(entry.get("type", "")),
        tuple(int(number) for number in re.findall(r"[0-9]+", str(entry.get("version", "")))),
        str(entry.get("obsolete", "")).lower() == "true",
    )


def choose(models: Iterable[Published], lang: str, name: str = "") -> Published:
    """The one called `name`, or the newest small one that is not obsolete.

    ModelError names what there is when it cannot be had, or when the list gives no size and checksum to hold it to.
    """
    known = [model for model in models if model.lang == lang and model.kind in _RECOGNISERS]
    if not known:
        raise ModelError(f"no recogniser for {lang!r} is published; `--from FILE.zip` installs one of your own")
    if name:
        fit = [model for model in known if model.name == name]
    else:
        fit = [model for model in known if model.kind == "small" and not model.obsolete]
    if not fit:
        what = f"no model {name!r}" if name else "no small model"
        raise ModelError(f"{what} is published for {lang!r}; choose with --name: {_names(known)}")
    best = max(fit, key=lambda model: model.version)
    if not (best.size and best.md5):
        raise ModelError(
            f"the list gives no size or checksum of {best.name}; fetch it yourself and use --from FILE.zip"
        )
    return best


def _names(models: Iterable[Published]) -> str:
    return ", ".join(f"{model.name} ({model.kind}{', obsolete' if model.obsolete else ''})" for model in models)


def archive_at(lang: str, url: str) -> Published:
    """The model of a zip at `url` that no list tells about: only the archive's own checksums guard it."""
    stem = urlsplit(url).path.rsplit("/", 1)[-1].removesuffix(".zip")
    return Published(lang, stem if _NAME.fullmatch(stem) else "model", url)
