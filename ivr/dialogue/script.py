"""The conversation's own data, read from grammars/: which prompts exist, the keypad menu, limits, special services,
places and emergency numbers. It reads and checks; what to do with it is decided elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.core.errors import DataError
from ivr.dialogue.closed_sets import Rumour, named_options, option_names, read_block, read_office_says, read_rumours
from ivr.dialogue.hours import Hours, HouseHours
from ivr.dialogue.menu import Entry, EntryKind, district_menu
from ivr.dialogue.prompt_ids import P

DOES = frozenset(
    {
        "operator",
        "callback",
        "repeat",
        "change_language",
        "resend",
        "rating",
        "enrol",
        "certificate",
        "rumour",
        "stop_calls",
        "tickets",
    }
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one call: events and minutes; and the margin under which two services are asked as a choice."""

    turns: int = 60
    minutes: int = 15
    close_margin: float = 0.08
    queue_minutes: int = 10  # then a call back is promised instead
    next_score: float = 0.6  # a runner-up this good is offered when the first was refused
    instead_score: float = 0.55  # a request this good counts where a yes or no was asked for


@dataclass(frozen=True)
class Script:
    """All of it. `prompts`: language -> prompt id -> text. `does`: service -> what it does to the call itself.
    `districts`: state -> English names; `spoken_places`: language -> English name -> spoken name.
    `emergencies`: region -> kind of emergency, or service -> number. `kinds_of_service`: service
    -> kinds of emergency that it serves. `*_sms`: ids of SMS templates. `options`: question ->
    its named answers, in the order of the keys; `option_names`: language -> answer -> its name; `office_says`: language
    -> code of an office's answer or question -> its words; `blocks`: language -> code points of its script;
    `blood_service`: the relief for which a blood group is asked."""

    languages: tuple[str, ...]
    prompts: Mapping[str, Mapping[str, str]]
    menu: tuple[Entry, ...]
    limits: Limits
    does: Mapping[str, str]
    details: frozenset[str]
    districts: Mapping[str, tuple[str, ...]]
    spoken_places: Mapping[str, Mapping[str, str]]
    emergencies: Mapping[str, Mapping[str, str]]
    kinds_of_service: Mapping[str, tuple[str, ...]]
    ticket_sms: str
    link_sms: str
    callback_sms: str
    hours: HouseHours
    relief_sms: str = ""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    option_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rumours: Mapping[str, Rumour] = field(default_factory=dict)
    office_says: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    blocks: Mapping[str, range] = field(default_factory=dict)
    blood_service: str = ""

    @classmethod
    def load(cls, grammars_dir: Path) -> "Script":
        """Read it all. DataError with file and line where something is missing or wrong."""
        rules = load_mapping(grammars_dir / "dialogue.yaml")
        languages = _languages(grammars_dir, rules.get("languages", []))
        prompts = {lang: _prompts(grammars_dir / lang / "prompts.yaml") for lang in languages}
        districts, spoken = _places(grammars_dir / "places.yaml", languages)
        emergencies = load_mapping(grammars_dir / "emergency.yaml")
        script = cls(
            languages=languages,
            prompts=prompts,
            menu=_menu(grammars_dir / "menu.yaml"),
            limits=Limits(**rules.get("limits", {})),
            does=rules.get("does", {}),
            details=frozenset(rules.get("details", ())),
            districts=districts,
            spoken_places=spoken,
            emergencies=emergencies.get("numbers", {}),
            kinds_of_service=_kinds_of_service(emergencies.get("services", {})),
            ticket_sms=rules["sms"]["ticket"],
            link_sms=rules["sms"]["link"],
            callback_sms=rules["sms"]["callback"],
            hours=house_hours(grammars_dir),
            relief_sms=rules["sms"].get("relief", ""),
            options=named_options(grammars_dir, languages),
            option_names=option_names(grammars_dir, languages),
            rumours=read_rumours(grammars_dir / "rumours.yaml", languages),
            office_says=read_office_says(grammars_dir / "tickets.yaml", languages),
            blocks={lang: read_block(grammars_dir / lang / "language.yaml") for lang in languages},
            blood_service=rules.get("blood", ""),
        )
        script.check(grammars_dir)
        return script

    def check(self, grammars_dir: Path) -> None:
        """DataError where a prompt lacks in a language or a rule names what is not known."""
        wanted = self.prompt_ids()
        for lang in self.languages:
            if lacking := sorted(wanted - self.prompts[lang].keys()):
                raise DataError(f"{grammars_dir / lang / 'prompts.yaml'}:1: lacks {', '.join(lacking)}")
        if unknown := set(self.does.values()) - DOES:
            raise wrong(grammars_dir / "dialogue.yaml", f"does not know {', '.join(sorted(unknown))}", "does")

    def prompt_ids(self) -> set[str]:
        """Every prompt id that a call may ask for."""
        states = {f"state_{state.lower()}" for state in self.districts}
        return {str(prompt) for prompt in P} | {group_prompt(g) for g in _groups(self.menu)} | states | {TICKET_STATE}

    def district_menu(self, lang: str) -> tuple[Entry, ...]:
        """The keypad menu of states and districts, sorted as `lang` names them."""
        return self._district_menus[lang]

    @cached_property
    def _district_menus(self) -> Mapping[str, tuple[Entry, ...]]:
        return {lang: district_menu(self.districts, self._spoken(lang)) for lang in self.languages}

    def _spoken(self, lang: str) -> Any:
        names = self.spoken_places.get(lang, {})
        return lambda name: names.get(name, name)

    def ticket_state(self, state: str) -> str:
        """The prompt that tells a ticket's state; the general one where the state has none of its own."""
        own = f"ticket_state_{state}"
        return own if all(own in texts for texts in self.prompts.values()) else TICKET_STATE

    def emergency_kinds(self, kind: str) -> tuple[str, ...]:
        """The kinds whose desk can help with `kind`, which may also be a service."""
        return (kind, *self.kinds_of_service.get(kind, ()))

    def emergency_number(self, region: str, kind: str) -> str:
        """The number to dial in `region` for an emergency of `kind`: the region's, else the country's, else 112."""
        for place in (region, "IN"):
            numbers = self.emergencies.get(place, {})
            if kind in numbers:
                return numbers[kind]
        return NATIONAL_EMERGENCY


NATIONAL_EMERGENCY = "112"  # Emergency Response Support System, all states
TICKET_STATE = "ticket_state"


def group_prompt(group: str) -> str:
    """The id of the prompt that offers a group of the menu."""
    return f"group_{group}"


def _kinds_of_service(services: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for kind, service in services.items():
        found[service] = (*found.get(service, ()), kind)
    return found


def _groups(entries: tuple[Entry, ...]) -> set[str]:
    found = {entry.id for entry in entries if entry.kind is EntryKind.GROUP}
    return found.union(*(_groups(entry.children) for entry in entries))


def house_languages(grammars_dir: Path) -> tuple[str, ...]:
    """The languages alone, in the order of the greeting."""
    return _languages(grammars_dir, load_mapping(grammars_dir / "dialogue.yaml").get("languages", []))


def house_hours(grammars_dir: Path) -> HouseHours:
    """The hours alone, for who places calls without leading them."""
    path = grammars_dir / "dialogue.yaml"
    return _hours(path, load_mapping(path).get("hours", {}))


def _hours(path: Path, raw: Mapping[str, Any]) -> HouseHours:
    try:
        return HouseHours(**{name: Hours.read(hours) for name, hours in raw.items()})
    except (ValueError, KeyError, TypeError) as error:
        raise wrong(path, f"hours must look like {{from: '09:00', to: '20:00'}} ({error})", "hours") from error


def _languages(folder: Path, order: list[str]) -> tuple[str, ...]:
    there = sorted(path.parent.name for path in folder.glob("*/language.yaml"))
    if not there:
        raise DataError(f"{folder}: no language (no folder with a language.yaml)")
    first = [lang for lang in order if lang in there]
    return tuple(first + [lang for lang in there if lang not in first])


def _prompts(path: Path) -> Mapping[str, str]:
    texts = {}
    for name, entry in load_mapping(path).items():
        if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
            raise wrong(path, f"{name} must have a text", name)
        texts[name] = entry["text"]
    return texts


def _menu(path: Path) -> tuple[Entry, ...]:
    return _entries(path, load_mapping(path).get("menu"))


def _entries(path: Path, items: Any) -> tuple[Entry, ...]:
    if not isinstance(items, list) or not items:
        raise wrong(path, "a menu must be a list of services and groups", "menu")
    return tuple(_entry(path, item) for item in items)


def _entry(path: Path, item: Any) -> Entry:
    if isinstance(item, str):
        return Entry(EntryKind.SERVICE, item)
    if isinstance(item, dict) and isinstance(item.get("group"), str):
        return Entry(EntryKind.GROUP, item["group"], _entries(path, item.get("items")))
    raise wrong(path, f"{item!r} is neither a service nor a group with items", "menu")


Places = tuple[Mapping[str, tuple[str, ...]], Mapping[str, Mapping[str, str]]]


def _places(path: Path, languages: tuple[str, ...]) -> Places:
    districts: dict[str, list[str]] = {}
    spoken: dict[str, dict[str, str]] = {lang: {} for lang in languages}
    for name, entry in load_mapping(path).items():
        districts.setdefault(entry["state"], []).append(name)
        for lang in languages:
            spoken[lang][name] = entry[lang][0]
    return {state: tuple(names) for state, names in districts.items()}, spoken
