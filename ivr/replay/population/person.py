"""One simulated caller: hears which prompts are said, knows what they want, and answers what is asked.

A caller knows the prompts' meaning, not the dialogue: never looks at a session, a wait or a score. What they say is
clean text; `hearing` spoils it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from ivr.dialogue.commands import Play
from ivr.replay.population.goals import Goal, Kind
from ivr.replay.population.traits import Trait
from ivr.replay.population.words import Words

_AT_ONCE = 0.7  # of the callers say what they want where the greeting asks for it, the others their language
_TRIES = 4  # times that a caller says what they want before giving up at "anything else?"


class Does(StrEnum):
    SAYS = "says"
    PRESSES = "presses"
    NOTHING = "nothing"
    HANGS_UP = "hangs up"


@dataclass(frozen=True, slots=True)
class Action:
    does: Does
    what: str = ""


SILENT = Action(Does.NOTHING)

# What a prompt asks for. A prompt not named here asks for nothing of its own.
_ASKS: Mapping[str, str] = {
    **dict.fromkeys(
        ("ask_language", "language_no_input", "language_no_match", "language_help", "language_key"), "language"
    ),
    **dict.fromkeys(
        ("ask_service", "ask_service_again", "service_no_input", "service_no_match", "service_help"), "service"
    ),
    **dict.fromkeys(("menu", "menu_key", "menu_more"), "menu"),
    **dict.fromkeys(("place_menu", "place_key", "place_range_key", "place_skip"), "place_menu"),
    **dict.fromkeys(("confirm_service", "confirm_request"), "confirm"),
    "choice": "choice",
    **dict.fromkeys(("ask_place", "place_no_input", "place_no_match", "place_help"), "place"),
    "confirm_place": "confirm_place",
    **dict.fromkeys(("ask_details", "details_no_input"), "details"),
    **dict.fromkeys(
        ("ask_ticket_number", "ticket_number_no_input", "ticket_number_no_match", "ticket_number_help"), "number"
    ),
    **dict.fromkeys(("ask_rating", "rating_no_input", "rating_no_match"), "rating"),
    "anything_else": "more",
    "emergency_else": "no_danger",
}
_WITH_KEYS = {"yes_no_keys", "choice_keys", "details_keys", "language_key"}


class Person:
    """Plays `goal` as a caller of this kind; all chance comes from `chance`."""

    def __init__(self, goal: Goal, trait: Trait, words: Words, chance: random.Random) -> None:
        self.goal, self.trait, self._words, self._chance = goal, trait, words, chance
        self.met = False  # the caller got what they wanted
        self._said = 0
        self._wrong_topic = False
        self._pages: set[tuple[str, ...]] = set()  # of a menu heard in vain

    def answer(self, plays: Sequence[Play], elapsed_s: float) -> Action:
        """What the caller does after hearing `plays`, the call having taken `elapsed_s` so far."""
        trait, chance = self.trait, self._chance
        if (trait.patience_s and elapsed_s > trait.patience_s) or chance.random() < trait.leaves:
            return Action(Does.HANGS_UP)
        heard = [play for play in plays if play.lang == self.goal.lang] or list(plays)
        self._note_topic(heard)
        asked = next((_ask(play) for play in reversed(heard) if _ask(play)), "")
        if chance.random() < trait.silent:
            return SILENT
        action = getattr(self, f"_{asked}")(heard) if asked else SILENT
        if action.does is Does.PRESSES and len(action.what) == 1 and chance.random() < trait.wrong_key:
            return Action(Does.PRESSES, chance.choice("123456789"))
        return action if isinstance(action, Action) else SILENT

    def _note_topic(self, plays: Sequence[Play]) -> None:
        for play in plays:
            if play.prompt == "topic":
                self._wrong_topic = play.values["service"][1] not in self.goal.services

    # -- what is said

    def _speak(self, text: str) -> Action:
        return Action(Does.SAYS, text) if self.trait.speaks else SILENT

    def _wish(self, instead: bool = False) -> Action:
        """The caller's request, in other words each time."""
        wordings = self.goal.wordings
        text = wordings[min(self._said, len(wordings) - 1)]
        self._said += 1
        if self.goal.kind is Kind.OUT_OF_SCOPE:
            text = wordings[(self._said - 1) % len(wordings)]
        return self._speak(f"{self._words.no(self.goal.lang)} {text}" if instead else text)

    def _yes_no(self, yes: bool, plays: Sequence[Play]) -> Action:
        named = any(play.prompt in _WITH_KEYS for play in plays)
        if self.trait.keys and named and (not self.trait.speaks or self._chance.random() < 0.7):
            return Action(Does.PRESSES, "1" if yes else "2")
        if self._chance.random() < self.trait.mumbles:
            return self._speak(self._words.unclear(self.goal.lang, self._chance))
        words = self._words.yes if yes else self._words.no
        return self._speak(words(self.goal.lang, self._chance))

    # -- questions

    def _language(self, plays: Sequence[Play]) -> Action:
        key = next((p.values["key"][1] for p in plays if p.prompt == "language_key" and p.lang == self.goal.lang), "")
        if self.trait.keys and key:
            return Action(Does.PRESSES, key)
        if self.goal.kind is Kind.EMERGENCY or self._chance.random() < _AT_ONCE:
            return self._wish()
        return self._speak(self._words.language(self.goal.lang))

    def _service(self, plays: Sequence[Play]) -> Action:
        return self._wish()

    def _confirm(self, plays: Sequence[Play]) -> Action:
        asked = next(p for p in reversed(plays) if p.prompt in ("confirm_service", "confirm_request"))
        right = asked.values["service"][1] in self.goal.services
        if "place" in asked.values and right:
            right = asked.values["place"][1] == self.goal.district
        return self._yes_no(right, plays)

    def _choice(self, plays: Sequence[Play]) -> Action:
        asked = next(p for p in reversed(plays) if p.prompt == "choice")
        offered = [asked.values[name][1] for name in ("first", "second")]
        at = next((number for number, service in enumerate(offered) if service in self.goal.services), 2)
        if self.trait.keys and any(play.prompt == "choice_keys" for play in plays):
            return Action(Does.PRESSES, "123"[at])
        if at == 2:
            return self._speak(self._words.no(self.goal.lang, self._chance))
        return self._speak(self._words.service(self.goal.lang, offered[at]))

    def _place(self, plays: Sequence[Play]) -> Action:
        if self._wrong_topic:
            self._wrong_topic = False
            return self._wish(instead=True)
        return self._speak(self._words.place(self.goal.lang, self.goal.district))

    def _confirm_place(self, plays: Sequence[Play]) -> Action:
        asked = next(p for p in reversed(plays) if p.prompt == "confirm_place")
        return self._yes_no(asked.values["place"][1] == self.goal.district, plays)

    def _details(self, plays: Sequence[Play]) -> Action:
        if self.trait.keys and any(play.prompt == "details_keys" for play in plays):
            return Action(Does.PRESSES, "#")
        return self._speak(self.goal.wordings[0])

    def _number(self, plays: Sequence[Play]) -> Action:
        if not self.goal.ticket:
            return Action(Does.PRESSES, "9") if self.trait.keys else self._speak(self._words.no(self.goal.lang))
        if self.trait.keys:
            return Action(Does.PRESSES, self.goal.ticket)
        return self._speak(self._words.digits(self.goal.lang, self.goal.ticket))

    def _rating(self, plays: Sequence[Play]) -> Action:
        return Action(Does.PRESSES, "4") if self.trait.keys else self._speak(self._words.digits(self.goal.lang, "4"))

    def _no_danger(self, plays: Sequence[Play]) -> Action:
        return Action(Does.HANGS_UP) if self.goal.kind is Kind.EMERGENCY else self._wish()

    def _more(self, plays: Sequence[Play]) -> Action:
        self._wrong_topic = False
        out = self.goal.kind is Kind.OUT_OF_SCOPE
        if self.met or out or self._said >= _TRIES or not self.trait.speaks:
            return self._yes_no(False, plays)
        return self._wish()

    # -- keypad menus

    def _menu(self, plays: Sequence[Play]) -> Action:
        return self._page(plays, partial(self._words.leads_to, services=self.goal.services), self._wish)

    def _place_menu(self, plays: Sequence[Play]) -> Action:
        if self._wrong_topic:
            self._wrong_topic = False
            return Action(Does.PRESSES, "9") if self.trait.keys else self._wish(instead=True)
        leads = partial(self._words.leads_to_district, lang=self.goal.lang, district=self.goal.district)
        say = partial(self._speak, self._words.place(self.goal.lang, self.goal.district))
        return self._page(plays, leads, say)

    def _page(self, plays: Sequence[Play], leads: Callable[[Play], bool], say: Callable[[], Action]) -> Action:
        """The key of the line that leads on, the next page, or back; who presses no keys says it again."""
        if not self.trait.keys:
            return say()
        lines = [p for p in plays if "key" in p.values and p.prompt != "menu_more"]
        for play in lines:
            if leads(play):
                self._pages.clear()
                return Action(Does.PRESSES, play.values["key"][1])
        if self.goal.kind in (Kind.OPERATOR, Kind.OUT_OF_SCOPE):
            return Action(Does.PRESSES, "0")
        page = tuple(str(value) for p in lines for value in (p.prompt, *p.values.values()))
        if any(p.prompt == "menu_more" for p in plays) and page not in self._pages:
            self._pages.add(page)
            return Action(Does.PRESSES, "8")
        self._pages.clear()
        skip = any(p.prompt == "place_skip" for p in plays)
        return Action(Does.PRESSES, "#" if skip else "9")


def _ask(play: Play) -> str:
    if play.prompt.startswith("group_"):
        return "menu"
    if play.prompt.startswith("state_"):
        return "place_menu"
    return _ASKS.get(play.prompt, "")
