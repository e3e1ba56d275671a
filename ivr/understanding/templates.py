"""Sentence templates as data: parsed, counted, written out, or one sentence drawn at random.

The syntax is hassil's: (a|b) one of, [a] may be left out, (a;b) in any order, <rule>, {slot}. hassil itself needs
about a second to parse the templates of one language and expands variants that are one to the matcher; a test holds
this parser to hassil's own results.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import TypeVar

from ivr.core.data import wrong
from ivr.core.errors import DataError

_SIGN = re.compile(r"\s+|[()\[\]|;]|<[^<>]*>|\{[^{}]*\}|[^\s()\[\]|;<>{}]+|.")
_CLOSING = {"(": ")", "[": "]"}
_NAME = re.compile(r"[\w:]+")
_MAX_DEPTH = 30
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Text:
    """Words as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A <rule> or a {slot}."""

    name: str
    slot: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after the other, with spaces between them or, `glued`, without."""

    parts: tuple["Node", ...]
    glued: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOrder:
    parts: tuple["Node", ...]


Node = Text | Reference | Sequence | OneOf | AnyOrder
Choose = Callable[[int], int]


@dataclass(frozen=True, slots=True)
class Template:
    """One parsed template and where it stands."""

    text: str
    node: Node
    path: Path
    place: tuple[str | int, ...]


class _SyntaxError(Exception):
    """What is wrong with a template."""


def parse(text: object, path: Path, *place: str | int) -> Template:
    """Parse one template. DataError with file and line when it is not one."""
    if not isinstance(text, str) or not text.strip():
        raise wrong(path, f"a template must be text, is {text!r}", *place)
    try:
        parser = _Parser(_SIGN.findall(text))
        node = parser.alternatives("")
    except _SyntaxError as error:
        raise wrong(path, f"template {text!r}: {error}", *place) from error
    return Template(text, node, path, place)


@dataclass(slots=True)
class _Parser:
    signs: list[str]
    at: int = 0

    def alternatives(self, closing: str) -> Node:
        """Everything up to `closing` ("" for the end)."""
        options: list[Node] = []
        ordered: list[Node] = []
        while True:
            node = self.sequence()
            sign = self.take()
            ordered.append(node)
            if sign == ";":
                continue
            options.append(ordered[0] if len(ordered) == 1 else AnyOrder(tuple(ordered)))
            ordered = []
            if sign == closing:
                return options[0] if len(options) == 1 else OneOf(tuple(options))
            if sign != "|":
                raise _SyntaxError(f"{sign!r} where {closing!r} or | is expected" if sign else f"no {closing!r}")

    def sequence(self) -> Node:
        parts: list[Node] = []
        glue: list[Node] = []
        while self.at < len(self.signs) and self.signs[self.at] not in ("|", ";", ")", "]"):
            sign = self.take()
            if sign.isspace():
                _close(parts, glue)
            else:
                glue.append(self.item(sign))
        _close(parts, glue)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def item(self, sign: str) -> Node:
        if sign in _CLOSING:
            inner = self.alternatives(_CLOSING[sign])
            return inner if sign == "(" else OneOf((inner, Text("")))
        if sign[0] in "<{":
            name = sign[1:-1]
            if len(sign) < 3 or not _NAME.fullmatch(name):
                raise _SyntaxError(f"{sign!r} is no rule or slot")
            return Reference(name.partition(":")[0], slot=sign[0] == "{")
        if sign in (">", "}"):
            raise _SyntaxError(f"{sign!r} without its beginning")
        return Text(sign)

    def take(self) -> str:
        sign = self.signs[self.at] if self.at < len(self.signs) else ""
        self.at += 1
        return sign


def _close(parts: list[Node], glue: list[Node]) -> None:
    """End a word: what was glued together becomes one part; plain words run on in one text."""
    if not glue:
        return
    node = glue[0] if len(glue) == 1 else Sequence(tuple(glue), glued=True)
    if parts and isinstance(node, Text) and isinstance(parts[-1], Text):
        node = Text(f"{parts.pop().text} {node.text}")  # type: ignore[union-attr]
    parts.append(node)
    glue.clear()


def thin(items: list[T], limit: int) -> list[T]:
    """At most `limit` of the items, evenly spread, always the same ones."""
    if len(items) <= limit:
        return items
    step = len(items) / limit
    return [items[int(i * step)] for i in range(limit)]


@dataclass
class Writer:
    """Writes out the sentences of one language's templates, at most `limit` of each part. Slots are left out."""

    rules: Mapping[str, Template]
    limit: int = 300
    _stack: list[str] = field(default_factory=list)
    _cache: dict[str, list[str]] = field(default_factory=dict)

    def sentences(self, template: Template) -> list[str]:
        """The sentences as written, without repeats. DataError for a rule that is not there or contains itself."""
        try:
            texts = self.texts(template.node)
        except DataError as error:
            raise wrong(template.path, str(error), *template.place) from error
        return list(dict.fromkeys(" ".join(text.split()) for text in texts))

    def texts(self, node: Node) -> list[str]:
        if isinstance(node, Text):
            return [node.text]
        if isinstance(node, Reference):
            return [""] if node.slot else self._rule(node.name)
        if isinstance(node, OneOf):
            found = [text for option in node.options for text in self.texts(option)]
            return thin(list(dict.fromkeys(found)), self.limit)
        if isinstance(node, AnyOrder):
            orders = [Sequence(order) for order in permutations(node.parts)]
            return thin([text for order in orders for text in self.texts(order)], self.limit)
        joint = "" if node.glued else " "
        texts = [""]
        for i, part in enumerate(node.parts):
            texts = thin(
                [f"{text}{joint}{more}" if i else more for text in texts for more in self.texts(part)], self.limit
            )
        return texts

    def _rule(self, name: str) -> list[str]:
        if name not in self._cache:
            with entered(name, self.rules, self._stack) as rule:
                self._cache[name] = self.texts(rule.node)
        return self._cache[name]


class entered:
    """Enters a rule: DataError where there is none or where it is already being entered."""

    def __init__(self, name: str, rules: Mapping[str, Template], stack: list[str]) -> None:
        if name not in rules:
            raise DataError(f"there is no rule <{name}>")
        if name in stack or len(stack) >= _MAX_DEPTH:
            raise DataError(f"rule <{name}> contains itself")
        self._rule, self._stack = rules[name], stack
        stack.append(name)

    def __enter__(self) -> Template:
        return self._rule

    def __exit__(self, *_: object) -> None:
        self._stack.pop()


def count(node: Node, rules: Mapping[str, Template]) -> int:
    """How many sentences the template makes, repeats counted, slots as one. KeyError for a rule that is not there."""
    if isinstance(node, Text):
        return 1
    if isinstance(node, Reference):
        return 1 if node.slot else count(rules[node.name].node, rules)
    if isinstance(node, OneOf):
        return sum(count(option, rules) for option in node.options)
    product = 1
    for i, part in enumerate(node.parts, 1):
        product *= count(part, rules) * (i if isinstance(node, AnyOrder) else 1)
    return product


def references(node: Node) -> Iterator[Reference]:
    """The rules and slots that the template names itself."""
    if isinstance(node, Reference):
        yield node
    elif not isinstance(node, Text):
        for part in node.options if isinstance(node, OneOf) else node.parts:
            yield from references(part)


def sample(node: Node, rules: Mapping[str, Template], slots: Mapping[str, tuple[str, ...]], choose: Choose) -> str:
    """One sentence. `choose(n)` gives a number below n; `slots` give words for {slots}."""
    if isinstance(node, Text):
        return node.text
    if isinstance(node, Reference):
        if not node.slot:
            return sample(rules[node.name].node, rules, slots, choose)
        values = slots.get(node.name, ())
        return values[choose(len(values))] if values else ""
    if isinstance(node, OneOf):
        return sample(node.options[choose(len(node.options))], rules, slots, choose)
    joint = "" if isinstance(node, Sequence) and node.glued else " "
    return joint.join(sample(part, rules, slots, choose) for part in node.parts)
