"""The words that simulated callers use besides their request: all from grammars/, none of them written here."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from ivr.core.data import data_dir
from ivr.dialogue.commands import Play
from ivr.dialogue.menu import Entry
from ivr.dialogue.script import Script, group_prompt
from ivr.speech.spoken import Spoken
from ivr.understanding.catalogue import Catalogue
from ivr.understanding.grammars import Grammars


@dataclass(frozen=True)
class Words:
    catalogue: Catalogue
    grammars: Grammars
    script: Script
    _spoken: dict[str, Spoken] = field(default_factory=dict)
    _groups: dict[str, frozenset[str]] = field(default_factory=dict)

    def yes(self, lang: str, chance: random.Random) -> str:
        return self._answer(lang, "yes", chance)

    def no(self, lang: str, chance: random.Random | None = None) -> str:
        return self._answer(lang, "no", chance)

    def unclear(self, lang: str, chance: random.Random) -> str:
        return self._answer(lang, "unclear", chance)

    def language(self, lang: str) -> str:
        return self.grammars.by_language[lang].language.name

    def service(self, lang: str, service: str) -> str:
        return self.catalogue.name(lang, service)

    def place(self, lang: str, district: str) -> str:
        return self.script.spoken_places[lang].get(district, district)

    def digits(self, lang: str, digits: str) -> str:
        """Digit by digit, as the language counts."""
        if lang not in self._spoken:
            self._spoken[lang] = Spoken.load(data_dir("grammars"), lang)
        return " ".join(self._spoken[lang].number(int(digit)) for digit in digits)

    def leads_to(self, play: Play, services: frozenset[str]) -> bool:
        """Whether a line of the service menu leads to one of `services`."""
        if "service" in play.values:
            return play.values["service"][1] in services
        return bool(services & self._under(play.prompt))

    def leads_to_district(self, play: Play, lang: str, district: str) -> bool:
        """Whether a line of the district menu leads to `district`."""
        if play.prompt.startswith("state_"):
            state = play.prompt.removeprefix("state_").upper()
            return district in self.script.districts.get(state, ())
        if "first" in play.values:
            return self._between(lang, play.values["first"][1], play.values["last"][1], district)
        return "place" in play.values and play.values["place"][1] == district

    def _between(self, lang: str, first: str, last: str, district: str) -> bool:
        for state in self.script.district_menu(lang):
            for part in state.children:
                if part.id == f"{first}|{last}":
                    return district in under(part.children)
        return False

    def _under(self, prompt: str) -> frozenset[str]:
        if not self._groups:
            self._add(self.script.menu)
        return self._groups.get(prompt, frozenset())

    def _add(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            if entry.children:
                self._groups[group_prompt(entry.id)] = frozenset(under(entry.children))
                self._add(entry.children)

    def _answer(self, lang: str, kind: str, chance: random.Random | None) -> str:
        """The commonest answer mostly (grammars list it first), any other at times."""
        grammar = self.grammars.by_language[lang]
        texts = grammar.written(grammar.yes_no[kind][:1] or ())
        return texts[0] if chance is None or chance.random() < 0.6 else chance.choice(texts)


def under(entries: Sequence[Entry]) -> set[str]:
    """Ids of every leaf under entries of a menu."""
    found: set[str] = set()
    for entry in entries:
        found |= under(entry.children) if entry.children else {entry.id}
    return found
