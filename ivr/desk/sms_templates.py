"""The texts of SMS: templates as registered on the DLT platform, filled in and checked.

India's operators deliver an SMS only if it is one of the sender's registered templates, sign by sign, with each
variable at most 30 signs long and of the type it was tagged with (TCCCPR 2018; TRAI directions of 2023 and 2024).
grammars/sms.yaml holds them. Pure: nothing is sent or stored here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from ivr.core.data import load_mapping, wrong
from ivr.core.errors import IvrError
from ivr.desk.segments import segments
from ivr.dialogue.script import house_languages

LONGEST_VALUE = 30
MOST_SEGMENTS = 2
CATEGORIES = frozenset({"transactional", "service_implicit", "service_explicit", "promotional"})
_TYPES: Mapping[str, re.Pattern[str]] = {
    "numeric": re.compile(r"[0-9]+"),
    "alphanumeric": re.compile(r"[^{}\n\r#]+"),
    "url": re.compile(r"https?://[^\s{}]+"),
    "cbn": re.compile(r"\+?[0-9 -]+"),
}
_SAMPLE_URL = "https://janvaani.example.gov.in"  # as long as a state's address is, for checks without settings
_SAMPLE_NUMBER = "1800123456789"


class TemplateError(IvrError):
    """A text cannot be made from a template with these values."""

    code = "sms_template"


@dataclass(frozen=True, slots=True)
class Variable:
    """`shorten`: a longer value is cut at a word's end instead of refused."""

    type: str
    longest: int = LONGEST_VALUE
    shorten: bool = False


@dataclass(frozen=True, slots=True)
class SmsTemplate:
    """One template in one language. `parts` are literal texts and, between them, names of variables."""

    id: str
    language: str
    dlt_id: str
    category: str
    parts: tuple[tuple[str, str | None], ...]
    variables: Mapping[str, Variable]

    @property
    def names(self) -> tuple[str, ...]:
        """Its variables in order."""
        return tuple(name for _, name in self.parts if name is not None)

    def render(self, values: Mapping[str, str]) -> str:
        """The text with `values`. TemplateError when one is missing, too long or of another type."""
        return "".join(text + (self._value(name, values) if name else "") for text, name in self.parts)

    def registered(self) -> str:
        """The text as it is registered, each variable as {#type#}."""
        tags = {name: f"{{#{variable.type}#}}" for name, variable in self.variables.items()}
        return "".join(text + (tags[name] if name else "") for text, name in self.parts)

    def matches(self, body: str) -> bool:
        """Whether an operator would deliver `body` as this template."""
        pattern = "".join(
            re.escape(text) + (f"(?:.{{1,{LONGEST_VALUE}}})" if name else "") for text, name in self.parts
        )
        return re.fullmatch(pattern, body) is not None

    def longest_segments(self) -> int:
        """How many SMS it can become at most."""
        full = "".join(text + ("अ" * self.variables[name].longest if name else "") for text, name in self.parts)
        return segments(full)

    def _value(self, name: str, values: Mapping[str, str]) -> str:
        if not values.get(name):
            raise TemplateError(f"SMS template {self.id}/{self.language}: no value for {name}")
        variable, value = self.variables[name], values[name]
        if len(value) > variable.longest and variable.shorten:
            value = shorten(value, variable.longest)
        if len(value) > variable.longest:
            raise TemplateError(f"SMS template {self.id}/{self.language}: {name} is longer than {variable.longest}")
        if not _TYPES[variable.type].fullmatch(value):
            raise TemplateError(f"SMS template {self.id}/{self.language}: {name} is not {variable.type}")
        return value


@dataclass(frozen=True, slots=True)
class SmsTexts:
    """All of grammars/sms.yaml. `instead`: template -> (variable, the template to take when it has no value)."""

    header: str
    link_days: int
    templates: Mapping[tuple[str, str], SmsTemplate]
    instead: Mapping[str, tuple[str, str]]
    states: Mapping[str, Mapping[str, str]]  # language -> state of a ticket -> word
    keywords: Mapping[str, str]  # folded first word of an inbound SMS -> what is meant
    keyword_languages: Mapping[str, str]
    languages: tuple[str, ...]  # in the house's order: the first for whoever has shown none

    @classmethod
    def load(cls, path: Path, public_url: str = _SAMPLE_URL, helpline: str = _SAMPLE_NUMBER) -> "SmsTexts":
        """Read the file, {link} and {helpline} filled in: they are fixed text of the registration. DataError."""
        data = load_mapping(path)
        fixed = {"link": f"{public_url}/s/", "helpline": helpline}
        templates: dict[tuple[str, str], SmsTemplate] = {}
        instead: dict[str, tuple[str, str]] = {}
        for template_id, entry in data["templates"].items():
            for template in _templates(path, template_id, entry, fixed):
                templates[template_id, template.language] = template
            for name, other in (entry.get("instead") or {}).items():
                instead[template_id] = (name, other)
        words, languages = _keywords(path, data.get("inbound") or {})
        states = data.get("ticket_states") or {}
        order = _order(path.parent, sorted({language for _, language in templates}))
        return cls(data["header"], int(data["link_days"]), templates, instead, states, words, languages, order)

    def template(self, template_id: str, language: str, values: Mapping[str, str]) -> SmsTemplate:
        """The template to use for `values`: the named one, or the one that does without a value that is missing."""
        lacking, other = self.instead.get(template_id, ("", ""))
        if lacking and not values.get(lacking):
            template_id = other
        template = self.templates.get((template_id, language))
        if template is None:
            raise TemplateError(f"no SMS template {template_id} in language {language}")
        return template

    def problems(self, languages: tuple[str, ...]) -> Iterator[str]:
        """What `ivr check` finds wrong: too long, a language missing, names that lead nowhere."""
        for template_id in sorted({template_id for template_id, _ in self.templates}):
            for language in languages:
                template = self.templates.get((template_id, language))
                if template is None:
                    yield f"sms.yaml: {template_id} has no text in {language}"
                elif template.longest_segments() > MOST_SEGMENTS:
                    yield f"sms.yaml: {template_id}/{language} can need {template.longest_segments()} SMS, not 2"
        for template_id, (_, other) in self.instead.items():
            if not any(known == other for known, _ in self.templates):
                yield f"sms.yaml: {template_id} names {other}, which does not exist"

    def unregistered(self) -> list[str]:
        """Templates without an id of the DLT platform, as id/language."""
        return [f"{one}/{language}" for (one, language), template in self.templates.items() if not template.dlt_id]


def shorten(text: str, longest: int) -> str:
    """`text` cut at a word's end to at most `longest` signs; a single long word is cut where it must be, but never
    between a letter and its vowel sign."""
    cut = text[: longest + 1].rsplit(" ", 1)[0] if " " in text[: longest + 1] else text[:longest]
    while len(cut) < len(text) and " " not in text[: longest + 1] and _joined(text[len(cut)]):
        cut = cut[:-1]
    return cut


def _joined(sign: str) -> bool:
    """Whether `sign` belongs to the letter before it (marks of the Indic blocks, joiners)."""
    from unicodedata import category

    return category(sign) in {"Mn", "Mc", "Cf"}


def _order(grammars_dir: Path, known: list[str]) -> tuple[str, ...]:
    """The languages of the texts, in the order of the house where it has one."""
    house = house_languages(grammars_dir) if (grammars_dir / "dialogue.yaml").is_file() else ()
    return tuple([lang for lang in house if lang in known] + [lang for lang in known if lang not in house])


def _templates(path: Path, template_id: str, entry: Any, fixed: Mapping[str, str]) -> Iterator[SmsTemplate]:
    if entry.get("category") not in CATEGORIES:
        raise wrong(path, f"category must be one of {', '.join(sorted(CATEGORIES))}", "templates", template_id)
    variables = {name: Variable(**described) for name, described in (entry.get("variables") or {}).items()}
    for name, variable in variables.items():
        if variable.type not in _TYPES or not 0 < variable.longest <= LONGEST_VALUE:
            raise wrong(path, f"{name}: type or length is not allowed", "templates", template_id, "variables", name)
    for language, text in entry["text"].items():
        parts = tuple(_parts(text["body"], fixed))
        used = {name for _, name in parts if name is not None}
        if used != set(variables):
            names = ", ".join(sorted(used ^ set(variables)))
            raise wrong(path, f"{language}: declared and used variables differ: {names}", "templates", template_id)
        if parts[-1][1] is not None or not any(sign.isalpha() for sign in parts[-1][0]):
            raise wrong(path, f"{language}: must not end in a variable", "templates", template_id)
        yield SmsTemplate(template_id, language, str(text.get("id") or ""), entry["category"], parts, variables)


def _parts(body: str, fixed: Mapping[str, str]) -> Iterator[tuple[str, str | None]]:
    literal = ""
    for text, name, _, _ in Formatter().parse(body):
        literal += text
        if name in fixed:
            literal += fixed[str(name)]
        elif name is not None:
            yield literal, name
            literal = ""
    if literal:
        yield literal, None


def _keywords(path: Path, inbound: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    words: dict[str, str] = {}
    languages: dict[str, str] = {}
    for meaning, by_language in inbound.items():
        for language, spellings in by_language.items():
            for spelling in spellings:
                if words.setdefault(fold(spelling), meaning) != meaning:
                    raise wrong(path, f"{spelling} has two meanings", "inbound", meaning)
                if language != "any":
                    languages[fold(spelling)] = language
    return words, languages


def fold(word: str) -> str:
    """A keyword as compared: lower case, without signs around it."""
    return word.strip(" .,!?।:;\"'-").casefold()
