"""One language's tools for reading utterances, each built from its grammars when first used."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from ivr.understanding import yes_no
from ivr.understanding.commands import CommandSpotter
from ivr.understanding.emergency import EmergencySpotter
from ivr.understanding.expansion import Expander
from ivr.understanding.grammars import Grammars
from ivr.understanding.index import PhraseIndex
from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.matcher import Matcher
from ivr.understanding.places import PlaceFinder
from ivr.understanding.slots import SlotReader
from ivr.understanding.spot import Spotter
from ivr.understanding.text import Keys, occurrences

OUTSIDE = "outside:"  # begins the name of what competes with the services without being one
TOPIC = "topic:"  # the same of a request that names a thing and no wish
_RUMOUR_PHRASES = 300  # a template
_MOST_WORDS = 300  # of one utterance; two minutes of fast speech


@dataclass(frozen=True, slots=True)
class Reading:
    """One hypothesis: its words' `keys`, variants `folded`, `content` without fillers, and `slot_keys` for numbers."""

    keys: Keys
    folded: Keys
    content: Keys
    slot_keys: Keys


@dataclass(frozen=True)
class LanguageReader:
    grammar: LanguageGrammar
    all_places: Mapping[str, Mapping[str, Any]]
    foreign_numbers: tuple[Mapping[str, Any], ...] = ()

    def read(self, text: str) -> Reading:
        language = self.grammar.language
        keys = language.folder.keys(text)[:_MOST_WORDS]
        folded = language.folder.replace(keys)
        figures = any(char.isdecimal() for char in text)
        slot_keys = self.slots.keys(text) if figures else self.slots.numbers.joined(keys)
        return Reading(keys, folded, language.content(folded), slot_keys)

    def after_cancel(self, reading: Reading) -> Keys:
        """The content keys after the last cancelling words; () where there are none or nothing follows."""
        language = self.grammar.language
        ends = [end for start, end in occurrences(reading.keys, language.cancel) if start]
        return language.content(language.folder.replace(reading.keys[ends[-1] :])) if ends else ()

    @cached_property
    def matcher(self) -> Matcher:
        language = self.grammar.language
        outside = {f"{OUTSIDE}{at}": (phrases,) for at, phrases in enumerate(self.grammar.outside_bags)}
        topics = {f"{TOPIC}{topic}": bags for topic, bags in self.grammar.topic_bags.items()}
        bags = {**topics, **self.grammar.bags, **outside}  # of two as good the first wins: then asking is right
        return Matcher(PhraseIndex.build(language.folder, bags, language.weightless, self.grammar.story_words))

    @cached_property
    def rumours(self) -> Matcher:
        """Which rumour is spoken of; their phrases alone compete."""
        language = self.grammar.language
        expander = Expander(language, self.grammar.rules, _RUMOUR_PHRASES)
        bags = {name: tuple(map(expander.expand, found)) for name, found in self.grammar.rumours.items()}
        return Matcher(PhraseIndex.build(language.folder, bags, language.weightless))

    @cached_property
    def options(self) -> Mapping[str, Spotter]:
        """Question -> finder of its answers."""
        folder, found = self.grammar.language.folder, self.grammar.options
        questions = dict.fromkeys(name.partition(".")[0] for name in found)
        return {
            question: Spotter.build(
                folder,
                {
                    name: [folder.fold(text) for text in self.grammar.written(templates)]
                    for name, templates in found.items()
                    if name.startswith(f"{question}.")
                },
            )
            for question in questions
        }

    @cached_property
    def commands(self) -> CommandSpotter:
        return CommandSpotter.build(self.grammar)

    @cached_property
    def emergencies(self) -> EmergencySpotter:
        return EmergencySpotter.build(self.grammar)

    @cached_property
    def yes_no(self) -> Spotter:
        return yes_no.build(self.grammar)

    @cached_property
    def places(self) -> PlaceFinder:
        ordinary = {word for phrases in self.grammar.bags.values() for bag in phrases for keys in bag for word in keys}
        canon = self.grammar.language.folder.canon
        ordinary |= {sequence[0] for found in canon.values() for sequence, _ in found if len(sequence) == 1}
        return PlaceFinder.build(self.grammar.language, self.all_places, ordinary)

    @cached_property
    def slots(self) -> SlotReader:
        grammar = self.grammar
        return SlotReader.build(grammar.language, grammar.tables, grammar.folder, self.foreign_numbers)

    def warm(self) -> None:
        """Build everything now rather than at the first caller's first word."""
        _ = (self.matcher, self.commands, self.emergencies, self.yes_no, self.places, self.slots)
        self.matcher.warm()


@lru_cache(maxsize=6)
def reader_of(grammars: Grammars, lang: str) -> LanguageReader:
    """The tools for one language of these grammars. KeyError for a language without grammars."""
    grammar = grammars.by_language[lang]
    others = [other for code, other in grammars.by_language.items() if code != lang]
    foreign = tuple(other.tables.get("numbers") or {} for other in others)
    return LanguageReader(grammar, grammars.places, foreign)
