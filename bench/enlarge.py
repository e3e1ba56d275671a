"""A language's grammar with more services than it has: the real ones, then copies with words replaced.

A copy keeps function words and half of the content words, so that it stays a near neighbour of its original; the
others lose or change two consonants. Always the same for the same seed.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.templates import Template, parse

_WORD = re.compile(r"[\u0900-\u097f\u0c00-\u0c7f\u200c\u200d]+")
_RULE = re.compile(r"<(\w+)>")
_CONSONANTS = range(0x15, 0x3A)  # places within a block of the Brahmi scripts
_KEPT = 0.5
_BLOCK = 0x80


@dataclass
class _Copy:
    """One copy's words: each replaced once, then always so."""

    number: int
    grammar: LanguageGrammar
    chance: random.Random
    words: dict[str, str] = field(default_factory=dict)

    def text(self, text: str) -> str:
        text = _WORD.sub(lambda found: self._word(found[0]), text)
        return _RULE.sub(lambda found: f"<{found[1]}_{self.number}>", text)

    def _word(self, word: str) -> str:
        if word not in self.words:
            language = self.grammar.language
            function = language.folder.key(word) in language.weightless or word in language.filler_words
            self.words[word] = word if function or self.chance.random() < _KEPT else self._changed(word)
        return self.words[word]

    def _changed(self, word: str) -> str:
        places = [at for at, char in enumerate(word) if ord(char) % _BLOCK in _CONSONANTS]
        letters = list(word)
        for at in self.chance.sample(places, min(2, len(places))):
            block = ord(word[at]) - ord(word[at]) % _BLOCK
            letters[at] = chr(block + self.chance.choice(_CONSONANTS))
        return "".join(letters)


def enlarge(grammar: LanguageGrammar, services: int, seed: int = 1) -> LanguageGrammar:
    """The grammar with that many services; fewer than it has: the first ones."""
    names = list(grammar.services)
    larger = {name: grammar.services[name] for name in names[:services]}
    rules = dict(grammar.rules)
    for number in range(1, 1 + (services - 1) // len(names)):
        copy = _Copy(number, grammar, random.Random(f"{seed} {number}"))
        rules |= _copied(grammar.rules, copy)
        for name in names[: services - len(larger)]:
            larger[f"{name}_{number}"] = tuple(_template(template, copy) for template in grammar.services[name])
    return replace(grammar, services=larger, rules=rules)


def _copied(rules: Mapping[str, Template], copy: _Copy) -> dict[str, Template]:
    return {f"{name}_{copy.number}": _template(rule, copy) for name, rule in rules.items()}


def _template(template: Template, copy: _Copy) -> Template:
    return parse(copy.text(template.text), template.path, *template.place)
