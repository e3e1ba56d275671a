"""Templates to what the matcher compares: content keys. Variants that are one to it are expanded once.

A word's variant is replaced, and a filler dropped, as soon as it is read, unless it has a part in a sequence of
several words: those are settled on the whole sentence, exactly as the caller's words are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.core.data import wrong
from ivr.core.errors import DataError
from ivr.understanding.language import Language
from ivr.understanding.templates import (
    AnyOrder,
    Node,
    OneOf,
    Reference,
    Sequence,
    Template,
    Text,
    Writer,
    entered,
    thin,
)
from ivr.understanding.text import Keys, Substitutions, substitute


@dataclass
class Expander:
    """Expands the templates of one language to content keys, at most `limit` of each part. `seen` collects every
    word that was read, as written."""

    language: Language
    rules: Mapping[str, Template]
    limit: int = 300
    seen: set[str] = field(default_factory=set)
    _alone: dict[str, Keys] = field(default_factory=dict)
    _rules: dict[str, list[Keys]] = field(default_factory=dict)
    _stack: list[str] = field(default_factory=list)
    _writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        self._writer = Writer(self.rules, self.limit)
        self._alone = _alone(self.language.folder.canon, self.language.fillers)

    def expand(self, template: Template) -> tuple[Keys, ...]:
        """The content keys of the template's sentences, without repeats. Slots are left out."""
        try:
            found = self._expand(template.node)
        except DataError as error:
            raise wrong(template.path, str(error), *template.place) from error
        language = self.language
        return tuple(dict.fromkeys(language.content(language.folder.replace(keys)) for keys in found))

    def _expand(self, node: Node) -> list[Keys]:
        if isinstance(node, Text):
            return [self._keys(node.text)]
        if isinstance(node, Reference):
            return [()] if node.slot else self._rule(node.name)
        if isinstance(node, OneOf):
            found = dict.fromkeys(keys for option in node.options for keys in self._expand(option))
            return thin(list(found), self.limit)
        if isinstance(node, Sequence) and node.glued:
            return list(dict.fromkeys(self._keys(text) for text in self._writer.texts(node)))
        return self._product(node)

    def _product(self, node: Sequence | AnyOrder) -> list[Keys]:
        """The parts one after the other; one order stands for all, since the matcher does not look at it."""
        found: list[Keys] = [()]
        for part in node.parts:
            more = self._expand(part)
            if len(more) == 1:
                found = [keys + more[0] for keys in found]
            else:
                found = thin([keys + other for keys in found for other in more], self.limit * 2)
        return thin(list(dict.fromkeys(found)), self.limit)

    def _rule(self, name: str) -> list[Keys]:
        if name not in self._rules:
            with entered(name, self.rules, self._stack) as rule:
                self._rules[name] = self._expand(rule.node)
        return self._rules[name]

    def _keys(self, text: str) -> Keys:
        self.seen.update(text.split())
        keys = self.language.folder.keys(text)
        return tuple(other for key in keys for other in self._alone.get(key, (key,)))


def _alone(*tables: Substitutions) -> dict[str, Keys]:
    """The substitutions of single words that no longer sequence could want instead."""
    pairs = [pair for table in tables for found in table.values() for pair in found]
    in_sequences = {key for sequence, _ in pairs if len(sequence) > 1 for key in sequence}
    alone: dict[str, Keys] = {}
    for sequence, instead in pairs:
        key = sequence[0]
        if len(sequence) == 1 and key not in in_sequences and in_sequences.isdisjoint(instead):
            alone.setdefault(key, instead)
    return {key: substitute(instead, tables[-1]) for key, instead in alone.items()}
