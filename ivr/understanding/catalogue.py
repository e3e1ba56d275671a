"""The catalogue of services: facts of grammars/services.yaml, and what each language calls, says and lists of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.core.errors import DataError

DOCUMENTS = "documents.yaml"  # of a language


class Outcome(StrEnum):
    """What a service ends in."""

    LINK = "link"
    TICKET = "ticket"
    INFO = "info"
    STATUS = "status"
    TRANSFER = "transfer"
    EMERGENCY = "emergency"
    RELIEF = "relief"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact with where it is from. An `assumed` one is told to operators as such, never to a citizen as certain."""

    value: Any = None
    source: str = ""
    date: str = ""
    assumed: bool = True


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `ask` are the slots to be asked, in order; `sms` a template id of sms.yaml or None."""

    id: str
    department: str
    name: str
    outcome: Outcome
    ask: tuple[str, ...] = ()
    deadline_hours: Fact = field(default_factory=Fact)
    fee_inr: Fact = field(default_factory=Fact)
    documents: Fact = field(default_factory=Fact)
    sms: str | None = None


@dataclass(frozen=True, slots=True)
class SpokenService:
    """How one language speaks of a service: its short `name` and the answer `say`."""

    name: str
    say: str


@dataclass(frozen=True)
class Catalogue:
    services: Mapping[str, Service]
    spoken: Mapping[str, Mapping[str, SpokenService]]
    document_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, grammars_dir: Path) -> "Catalogue":
        """Read services.yaml and every language's names. DataError with file and line where they are wrong."""
        path = grammars_dir / "services.yaml"
        services = {service_id: _service(path, service_id, entry) for service_id, entry in load_mapping(path).items()}
        if not services:
            raise DataError(f"{path}:1: no services")
        spoken = {lang: _spoken(grammars_dir / lang) for lang in languages(grammars_dir)}
        names = {lang: _document_names(grammars_dir / lang / DOCUMENTS) for lang in spoken}
        return cls(services, spoken, names)

    def name(self, lang: str, service_id: str) -> str:
        """The short spoken name; the catalogue's own name where the language has none."""
        text = self.spoken.get(lang, {}).get(service_id)
        return text.name if text else self.services[service_id].name

    def say(self, lang: str, service_id: str) -> str:
        """The answer told to the citizen; "" where the language has none."""
        text = self.spoken.get(lang, {}).get(service_id)
        return text.say if text else ""

    def documents(self, lang: str, service_id: str) -> tuple[str, ...] | None:
        """What to keep ready, in the language's words; () when nothing is needed.

        None when it is not known, and when a name is missing: a part of a list would pass for the whole of it.
        """
        needed = self.services[service_id].documents.value
        if needed is None:
            return None
        names = self.document_names.get(lang, {})
        found = tuple(names[document] for document in needed if names.get(document))
        return found if len(found) == len(needed) else None


def languages(grammars_dir: Path) -> tuple[str, ...]:
    """The languages: every folder with a language.yaml, in order of name."""
    found = tuple(sorted(path.parent.name for path in grammars_dir.glob("*/language.yaml")))
    if not found:
        raise DataError(f"{grammars_dir}: no folder with a language.yaml")
    return found


def service_files(language_dir: Path) -> tuple[Path, ...]:
    return tuple(sorted((language_dir / "services").glob("*.yaml")))


def _spoken(language_dir: Path) -> dict[str, SpokenService]:
    spoken: dict[str, SpokenService] = {}
    for path in service_files(language_dir):
        for service_id, entry in load_mapping(path).items():
            if not isinstance(entry, dict):
                raise wrong(path, f"{service_id} must hold name, say and phrases", service_id)
            if service_id in spoken:
                raise wrong(path, f"{service_id} stands in a second file of this language", service_id)
            spoken[service_id] = SpokenService(str(entry.get("name") or ""), str(entry.get("say") or ""))
    return spoken


def _document_names(path: Path) -> dict[str, str]:
    """English document -> the language's words; empty where the language has no such file. "" where not yet written."""
    names = load_mapping(path) if path.exists() else {}
    for document, name in names.items():
        if name is not None and not isinstance(name, str):
            raise wrong(path, f"{document} must have words, has {name!r}; quotes may be missing", document)
    return {document: (name or "").strip() for document, name in names.items()}


def _service(path: Path, service_id: str, entry: Any) -> Service:
    if not isinstance(entry, dict):
        raise wrong(path, f"{service_id} must be a mapping", service_id)
    for key in ("department", "name", "outcome"):
        if not entry.get(key):
            raise wrong(path, f"{service_id} has no {key}", service_id)
    try:
        outcome = Outcome(entry["outcome"])
    except ValueError as error:
        known = ", ".join(Outcome)
        raise wrong(path, f"outcome {entry['outcome']!r} is none of {known}", service_id, "outcome") from error
    return Service(
        id=service_id,
        department=str(entry["department"]),
        name=str(entry["name"]),
        outcome=outcome,
        ask=tuple(entry.get("ask") or ()),
        deadline_hours=_fact(path, service_id, entry, "deadline_hours"),
        fee_inr=_fact(path, service_id, entry, "fee_inr"),
        documents=_documents(path, service_id, entry),
        sms=entry.get("sms"),
    )


def _documents(path: Path, service_id: str, entry: Mapping[str, Any]) -> Fact:
    fact = _fact(path, service_id, entry, "documents")
    listed = isinstance(fact.value, list) and all(isinstance(document, str) for document in fact.value)
    if fact.value is not None and not listed:
        raise wrong(path, f"documents must be a list of words, is {fact.value!r}", service_id, "documents", "value")
    return fact


def _fact(path: Path, service_id: str, entry: Mapping[str, Any], key: str) -> Fact:
    data = entry.get(key)
    if data is None:
        return Fact()
    if not isinstance(data, dict):
        raise wrong(path, f"{key} must hold value, source, date, assumed", service_id, key)
    return Fact(
        data.get("value"), str(data.get("source") or ""), str(data.get("date") or ""), bool(data.get("assumed"))
    )
