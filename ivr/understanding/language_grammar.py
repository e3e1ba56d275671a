"""One language's templates and tables, and what they expand to. Reads no file: `grammars` does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ivr.understanding.danger_data import Dangers, sayable
from ivr.understanding.expansion import Expander
from ivr.understanding.language import Language
from ivr.understanding.spot import BEGINNING
from ivr.understanding.templates import Template, Writer
from ivr.understanding.text import Keys, words

_PHRASES_A_TEMPLATE = 300
_TEN = 10

Templates = tuple[Template, ...]
Phrases = tuple[tuple[Keys, ...], ...]


@dataclass(frozen=True)
class LanguageGrammar:
    """One language's templates. `services`, `yes_no`, `commands`: id -> templates; `tables` its other data files."""

    language: Language
    rules: Mapping[str, Template]
    services: Mapping[str, Templates]
    yes_no: Mapping[str, Templates]
    commands: Mapping[str, Templates]
    emergencies: Mapping[str, Templates]
    emergency_stems: Mapping[str, Templates]
    not_emergencies: Mapping[str, Templates]
    asides: Mapping[str, Templates]
    outside: Templates = ()
    stories: Mapping[str, str] = field(default_factory=dict)  # service -> words with commas between them
    dangers: Dangers = field(default_factory=Dangers)
    options: Mapping[str, Templates] = field(default_factory=dict)  # "question.answer" -> templates
    rumours: Mapping[str, Templates] = field(default_factory=dict)
    topics: Mapping[str, Templates] = field(default_factory=dict)
    tables: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = Path()

    @cached_property
    def _expanded(self) -> tuple[Mapping[str, Phrases], Phrases, Mapping[str, Phrases], frozenset[str]]:
        expander = Expander(self.language, self.rules, _PHRASES_A_TEMPLATE)
        bags = {service: tuple(map(expander.expand, templates)) for service, templates in self.services.items()}
        outside = tuple(map(expander.expand, self.outside))
        topics = {topic: tuple(map(expander.expand, templates)) for topic, templates in self.topics.items()}
        others = (self.yes_no, self.commands, self.emergencies, self.not_emergencies, self.asides)
        for group in (*others, self.options, self.rumours):
            for template in (template for templates in group.values() for template in templates):
                expander.expand(template)
        return bags, outside, topics, frozenset(expander.seen)

    @property
    def bags(self) -> Mapping[str, Phrases]:
        """Each service's phrases as content keys, by template."""
        return self._expanded[0]

    @property
    def outside_bags(self) -> Phrases:
        """Phrases of what the helpline does not do, as content keys, by template."""
        return self._expanded[1]

    @property
    def topic_bags(self) -> Mapping[str, Phrases]:
        """Each topic's phrases as content keys, by template."""
        return self._expanded[2]

    @cached_property
    def story_words(self) -> Mapping[str, frozenset[str]]:
        """Each service's words of stories.yaml, as content keys."""
        return {
            service: frozenset(key for part in text.split(",") for key in self.content(part))
            for service, text in self.stories.items()
        }

    def content(self, text: str) -> Keys:
        """A text as the matcher compares it: folded, fillers dropped."""
        return self.language.content(self.language.folder.fold(text))

    def written(self, templates: Sequence[Template], limit: int = _PHRASES_A_TEMPLATE) -> tuple[str, ...]:
        """The templates' sentences as written, without repeats."""
        writer = Writer(self.rules, limit)
        return tuple(dict.fromkeys(text for template in templates for text in writer.sentences(template)))

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word that a template or table of this language can contain, as written."""
        written = {text for text in self._expanded[3] if not text.endswith(BEGINNING)} | self.language.written
        slots = (word for texts in self.slot_words.values() for text in texts for word in text.split())
        return _spoken((*written, *slots))

    @cached_property
    def hearable(self) -> frozenset[str]:
        """The vocabulary and what else callers say: their stories, and cries for help as they mostly end. What a speech
        model should know; not all of it needs to be a word."""
        return self.vocabulary | _spoken((*self.told, *self.cries))

    @cached_property
    def told(self) -> tuple[str, ...]:
        """What is said in the stories behind requests, piece by piece."""
        return tuple(part.strip() for text in self.stories.values() for part in text.split(","))

    @cached_property
    def cries(self) -> tuple[str, ...]:
        """What is said of danger, piece by piece."""
        return tuple(dict.fromkeys(text for concept in self.dangers.words for text in sayable(self.dangers, concept)))

    @cached_property
    def digit_words(self) -> tuple[str, ...]:
        """The words of single digits, and of "double" and "triple"."""
        table = self.tables.get("numbers") or {}
        digits = [text for value, texts in (table.get("value") or {}).items() if int(value) < _TEN for text in texts]
        return (*digits, *_strings(list((table.get("repeat") or {}).values())))

    @cached_property
    def slot_words(self) -> Mapping[str, tuple[str, ...]]:
        """The words of each kind of slot, as written: number, date, place."""
        return {kind: tuple(dict.fromkeys(_strings(table))) for kind, table in self.tables.items()}


def _spoken(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in words(text) if not word.isascii())


def _strings(data: Any) -> list[str]:
    """Every text in a data table, keys and values."""
    if isinstance(data, str):
        return [data]
    if isinstance(data, Mapping):
        return [text for pair in data.items() for part in pair for text in _strings(part)]
    if isinstance(data, Sequence):
        return [text for part in data for text in _strings(part)]
    return []
