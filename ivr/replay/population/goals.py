"""What simulated callers want, and in which words. Utterances with known meaning where a checkout has them (the
development set under tests/data), sentences of the grammars elsewhere."""

import csv
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ivr.core.errors import ReplayError
from ivr.core.ids import check_digit
from ivr.dialogue.script import Script
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.grammars import Grammars

_NOTES = {"plain", "colloquial", "codemixed", "noisy", "rambling", "ambiguous"}
_AT_HOME = 0.97
_TICKET = "482731" + check_digit("482731")
_RAMBLING, _NEGATIVE = "rambling", "negative"


Sayings = dict[tuple[str, str], list[tuple[str, frozenset[str]]]]


class Kind(StrEnum):
    """Kinds of goals; how often each is drawn stands in `SHARES`. The first five are outcomes of services."""

    TICKET = "ticket"
    LINK = "link"
    INFO = "info"
    STATUS = "status"
    RELIEF = "relief"
    OPERATOR = "operator"
    EMERGENCY = "emergency"
    OUT_OF_SCOPE = "out_of_scope"


SHARES: Mapping[Kind, float] = {
    Kind.TICKET: 0.40,
    Kind.LINK: 0.25,
    Kind.INFO: 0.06,
    Kind.STATUS: 0.12,
    Kind.RELIEF: 0.03,
    Kind.OPERATOR: 0.03,
    Kind.EMERGENCY: 0.06,
    Kind.OUT_OF_SCOPE: 0.05,
}


@dataclass(frozen=True, slots=True)
class Goal:
    """`services`: any of them is right (in an emergency, those that the caller looks for in a menu). `wordings` in the
    order in which the caller tries them. `district`: English name. `ticket`: the number of the caller's open ticket,
    where they ask for it; `own_phone`: it was opened by this number."""

    kind: Kind
    lang: str
    services: frozenset[str]
    wordings: tuple[str, ...]
    district: str = ""
    ticket: str = ""
    own_phone: bool = True


@dataclass(frozen=True)
class Goals:
    """Draws goals. `words`: (lang, service) -> utterances; `stories` likewise, longer."""

    catalogue: Catalogue
    grammars: Grammars
    script: Script
    said: Mapping[tuple[str, str], Sequence[tuple[str, frozenset[str]]]]
    stories: Mapping[tuple[str, str], Sequence[tuple[str, frozenset[str]]]]
    negatives: Mapping[str, Sequence[str]]
    emergencies: Mapping[str, Sequence[str]]

    @classmethod
    def load(cls, catalogue: Catalogue, grammars: Grammars, script: Script, folder: Path) -> "Goals":
        """`folder` holds utterances.csv and emergencies.csv; where it does not, the grammars are sampled."""
        said: Sayings = defaultdict(list)
        stories: Sayings = defaultdict(list)
        negatives: dict[str, list[str]] = defaultdict(list)
        emergencies: dict[str, list[str]] = defaultdict(list)
        for row in _rows(folder / "utterances.csv"):
            services = frozenset(filter(None, row["service_id"].split("|")))
            if row["note"] == _NEGATIVE:
                negatives[row["lang"]].append(row["text"])
            kept = stories if row["note"] == _RAMBLING else said
            if row["note"] in _NOTES:
                for service in services:
                    kept[row["lang"], service].append((row["text"], services))
        for row in _rows(folder / "emergencies.csv"):
            if row["emergency"]:
                emergencies[row["lang"]].append(row["text"])
        return cls(catalogue, grammars, script, said, stories, negatives, emergencies)

    def draw(self, chance: random.Random, lang: str, region: str, rambling: bool) -> Goal:
        """A goal of a caller who speaks `lang`; most are about a district of `region`."""
        kind = chance.choices(list(SHARES), list(SHARES.values()))[0]
        states = self.script.districts
        state = region if chance.random() < _AT_HOME else chance.choice(list(states))
        district = chance.choice(states[state])
        if kind is Kind.OUT_OF_SCOPE:
            return Goal(kind, lang, frozenset(), self._some(chance, self.negatives.get(lang, ())))
        if kind is Kind.EMERGENCY:
            return Goal(kind, lang, self._of_outcome(kind), self._emergency(chance, lang))
        if kind is Kind.OPERATOR:
            words = self.grammars.by_language[lang].written(self.grammars.by_language[lang].commands["operator"])
            return Goal(kind, lang, frozenset(), self._some(chance, words))
        service = chance.choice([s for s in self.catalogue.services if self._fits(s, kind)])
        services, wordings = self._wordings(chance, lang, service, rambling)
        number = _TICKET if kind is Kind.STATUS and self._tickets(service) else ""
        return Goal(kind, lang, services, wordings, district, number, chance.random() < 0.5)

    def _of_outcome(self, kind: Kind) -> frozenset[str]:
        return frozenset(s for s, service in self.catalogue.services.items() if service.outcome == kind.value)

    def _fits(self, service: str, kind: Kind) -> bool:
        does = self.script.does.get(service)
        return self.catalogue.services[service].outcome == kind.value and does in (None, "tickets")

    def _tickets(self, service: str) -> bool:
        return self.script.does.get(service) == "tickets"

    def _wordings(
        self, chance: random.Random, lang: str, service: str, rambling: bool
    ) -> tuple[frozenset[str], tuple[str, ...]]:
        """The caller's own words first, then other words of theirs, then the short name as helplines say it."""
        known = list(self.said.get((lang, service), ()))
        chance.shuffle(known)
        if rambling:
            stories = list(self.stories.get((lang, service), ()))
            known = (chance.sample(stories, 1) if stories else []) + known
        if not known:
            phrases = self.grammars.phrases(lang, service)
            known = [(text, frozenset({service})) for text in chance.sample(phrases, min(3, len(phrases)))]
        name = self.catalogue.name(lang, service)
        return known[0][1] | {service}, (*(text for text, _ in known[:2]), name)

    def _emergency(self, chance: random.Random, lang: str) -> tuple[str, ...]:
        known = self.emergencies.get(lang, ())
        if known:
            return (chance.choice(known),) * 3
        grammar = self.grammars.by_language[lang]
        return self._some(chance, grammar.written([t for kind in grammar.emergencies.values() for t in kind]))[:1] * 3

    def _some(self, chance: random.Random, texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(chance.sample(list(texts), min(3, len(texts)))) or ("?",)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return [{key: value or "" for key, value in row.items() if key} for row in csv.DictReader(lines)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReplayError(f"{path}: cannot be read: {error}") from error
