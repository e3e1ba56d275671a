"""What is wrong with the grammars, found before a caller finds it. Reads, never changes; `ivr check` prints it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from ivr.core.data import line_of, load_mapping
from ivr.core.errors import DataError
from ivr.understanding.catalogue import DOCUMENTS, Catalogue, service_files
from ivr.understanding.grammars import STORIES, TOPICS, Grammars
from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.result import Hypothesis, WaitKind
from ivr.understanding.templates import Reference, Template, count, references, thin
from ivr.understanding.text import Keys
from ivr.understanding.thresholds import fingerprint, load_thresholds
from ivr.understanding.understand import Understander

MOST_SENTENCES = 10_000  # of one template
_TRIED_A_SERVICE = 20  # phrases of each service that are put to the matcher
_SLOT = re.compile(r"\{(\w+)\}")
_FOREIGN = re.compile(r"[a-zA-Z0-9]")
_SYNTAX = re.compile(r"<\w+>|\{[\w:]+\}")

FindWord = Callable[[str, str], bool]


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: `kind` is stable, `place` is file:line or a language and service."""

    severity: Severity
    kind: str
    place: str
    message: str


def lint(
    grammars_dir: Path, grammars: Grammars, catalogue: Catalogue, understander: Understander, find_word: FindWord | None
) -> Iterator[Finding]:
    """All findings. `find_word(lang, word)` tells whether the speech model knows a word; None leaves that out."""
    yield from lacking(grammars_dir, grammars, catalogue)
    yield from untranslated_documents(grammars_dir, catalogue)
    yield from unknown_services(grammars_dir, grammars, catalogue)
    yield from uneven_prompts(grammars_dir, grammars)
    yield from stale_thresholds(grammars_dir)
    for lang, grammar in grammars.by_language.items():
        broken = list(bad_templates(grammar))
        yield from broken
        if any(finding.severity is Severity.ERROR for finding in broken):
            continue
        yield from collisions(lang, grammar)
        yield from sent_elsewhere(lang, grammars, understander)
        if find_word:
            yield from unheard(lang, grammar, find_word)


def lacking(grammars_dir: Path, grammars: Grammars, catalogue: Catalogue) -> Iterator[Finding]:
    """Services without name, answer or phrases in a language, and languages' services that no catalogue has."""
    for lang, grammar in grammars.by_language.items():
        for service_id in catalogue.services:
            spoken = catalogue.spoken[lang].get(service_id)
            missing = [
                part
                for part, there in (
                    ("name", spoken and spoken.name),
                    ("say", spoken and spoken.say),
                    ("phrases", grammar.services.get(service_id)),
                )
                if not there
            ]
            if missing:
                text = f"{service_id} has no {', '.join(missing)}"
                yield Finding(Severity.ERROR, "service_lacking", f"{grammars_dir.name}/{lang}/services", text)
        for path in service_files(grammars_dir / lang):
            for service_id in load_mapping(path):
                if service_id not in catalogue.services:
                    place = f"{path}:{line_of(path, service_id)}"
                    yield Finding(Severity.ERROR, "service_unknown", place, f"{service_id} is not in services.yaml")


def unknown_services(grammars_dir: Path, grammars: Grammars, catalogue: Catalogue) -> Iterator[Finding]:
    """Topics and stories of services that no catalogue has, and topics that a language cannot name."""
    named = [(grammars_dir / TOPICS, topic, service) for topic, ids in grammars.topics.items() for service in ids]
    for lang, grammar in grammars.by_language.items():
        path = grammars_dir / lang / STORIES
        named += [(path, "words", service) for service in grammar.stories]
        for topic, templates in grammar.topics.items():
            if not templates:
                place = f"{grammars_dir / TOPICS}:{line_of(grammars_dir / TOPICS, 'topics', topic)}"
                yield Finding(Severity.ERROR, "topic_lacking", place, f"{topic} has no phrases in {lang}")
    for path, under, service in named:
        if service not in catalogue.services:
            text = f"{service}, named under {under}, is not in services.yaml"
            yield Finding(Severity.ERROR, "service_unknown", str(path), text)


def untranslated_documents(grammars_dir: Path, catalogue: Catalogue) -> Iterator[Finding]:
    """Documents of services.yaml that a language has no words for, and words for documents that no service needs."""
    needed: dict[str, str] = {}
    for service in catalogue.services.values():
        for document in service.documents.value or ():
            needed.setdefault(document, service.id)
    for lang in catalogue.spoken:
        path = grammars_dir / lang / DOCUMENTS
        names = catalogue.document_names.get(lang, {})
        for document, service_id in needed.items():
            if not names.get(document):
                text = f"no words for {document!r}, which {service_id} needs"
                yield Finding(Severity.ERROR, "document_lacking", f"{path}:{line_of(path, document)}", text)
        for document in names:
            if document not in needed:
                place = f"{path}:{line_of(path, document)}"
                yield Finding(Severity.WARNING, "document_unused", place, f"no service needs {document!r}")


def bad_templates(grammar: LanguageGrammar) -> Iterator[Finding]:
    """Templates that name unknown rules, make nothing or too much, or are written in letters that nobody says."""
    for template in _all_templates(grammar):
        yield from _bad_template(grammar, template)
    used = {reference.name for reference in _all_references(grammar) if not reference.slot}
    for name, rule in grammar.rules.items():
        if name not in used:
            yield Finding(Severity.WARNING, "rule_unused", _place(rule), f"<{name}> is used by no template")
        if _FOREIGN.search(_SYNTAX.sub("", rule.text)):
            yield Finding(Severity.ERROR, "template_letters", _place(rule), f"<{name}> has Latin letters or digits")


def _bad_template(grammar: LanguageGrammar, template: Template) -> Iterator[Finding]:
    try:
        texts = grammar.written((template,), 50)
        number = count(template.node, grammar.rules)
    except DataError as error:
        yield Finding(Severity.ERROR, "template_broken", _place(template), f"cannot be expanded: {error}")
        return
    if not any(grammar.language.folder.keys(text) for text in texts):
        yield Finding(Severity.ERROR, "template_empty", _place(template), f"{template.text!r} makes no sentence")
    if number > MOST_SENTENCES:
        yield Finding(Severity.ERROR, "template_large", _place(template), f"makes {number} sentences")
    if _FOREIGN.search(_SYNTAX.sub("", template.text)):
        yield Finding(Severity.ERROR, "template_letters", _place(template), "has Latin letters or digits")


def _all_references(grammar: LanguageGrammar) -> Iterator[Reference]:
    for template in (*grammar.rules.values(), *_all_templates(grammar)):
        yield from references(template.node)


def _all_templates(grammar: LanguageGrammar) -> Iterator[Template]:
    groups = (
        grammar.services,
        grammar.yes_no,
        grammar.commands,
        grammar.emergencies,
        grammar.emergency_stems,
        grammar.not_emergencies,
        grammar.asides,
        grammar.options,
        grammar.rumours,
        grammar.topics,
        {"outside": grammar.outside},
    )
    for group in groups:
        for templates in group.values():
            yield from templates


def collisions(lang: str, grammar: LanguageGrammar) -> Iterator[Finding]:
    """Two services with a phrase that sounds the same; one phrase for each pair."""
    first: dict[frozenset[str], str] = {}
    told: set[tuple[str, str]] = set()
    for service, templates in grammar.bags.items():
        for phrase in dict.fromkeys(phrase for phrases in templates for phrase in phrases):
            sounds = _sounds(grammar, phrase)
            other = first.setdefault(sounds, service)
            if other != service and (other, service) not in told:
                told.add((other, service))
                texts = " and ".join(repr(_written(grammar, one, sounds)) for one in (other, service))
                yield Finding(Severity.ERROR, "services_collide", lang, f"{other} and {service}: {texts} sound alike")


def _sounds(grammar: LanguageGrammar, phrase: Keys) -> frozenset[str]:
    language = grammar.language
    return frozenset(language.folder.sound(key) for key in phrase if key not in language.postpositions)


def _written(grammar: LanguageGrammar, service: str, sounds: frozenset[str]) -> str:
    """A phrase of the service with these sounds, as written in its templates."""
    texts = (text for template in grammar.services[service] for text in grammar.written((template,)))
    return next((text for text in texts if _sounds(grammar, grammar.content(text)) == sounds), "?")


def sent_elsewhere(lang: str, grammars: Grammars, understander: Understander) -> Iterator[Finding]:
    """Phrases of a service that are understood as another, one for each other service."""
    for service in grammars.by_language[lang].services:
        told: set[str] = set()
        for phrase in thin(list(grammars.phrases(lang, service)), _TRIED_A_SERVICE):
            found = understander.understand((Hypothesis(phrase),), lang, WaitKind.SERVICE, date(2000, 1, 1))
            if found.intent != service and str(found.intent) not in told:
                told.add(str(found.intent))
                text = f"{phrase!r} of {service} goes to {found.intent} ({found.score:.2f})"
                yield Finding(Severity.WARNING, "phrase_elsewhere", lang, text)


def unheard(lang: str, grammar: LanguageGrammar, find_word: FindWord) -> Iterator[Finding]:
    """Words that the speech model does not know and so can never hear."""
    missing = sorted(word for word in grammar.vocabulary if not find_word(lang, word))
    for word in missing:
        yield Finding(Severity.WARNING, "word_unheard", lang, f"the speech model does not know {word}")


def uneven_prompts(grammars_dir: Path, grammars: Grammars) -> Iterator[Finding]:
    """Prompts that one language has and another lacks, or that differ in their {places}."""
    prompts = {
        lang: {name: _prompt_places(entry) for name, entry in _prompts(grammars_dir / lang / "prompts.yaml").items()}
        for lang in grammars.languages
    }
    everywhere = {name: places for found in prompts.values() for name, places in found.items()}
    for lang, found in prompts.items():
        place = f"{grammars_dir.name}/{lang}/prompts.yaml"
        for name, places in everywhere.items():
            if name not in found:
                yield Finding(Severity.ERROR, "prompt_lacking", place, f"no prompt {name}")
            elif found[name] != places:
                yield Finding(Severity.ERROR, "prompt_places", place, f"{name} has other {{places}} than elsewhere")


def _prompts(path: Path) -> Mapping[str, object]:
    return load_mapping(path) if path.exists() else {}


def _prompt_places(entry: object) -> frozenset[str]:
    text = entry.get("text") if isinstance(entry, dict) else entry
    return frozenset(_SLOT.findall(str(text or "")))


def stale_thresholds(grammars_dir: Path) -> Iterator[Finding]:
    """Thresholds that were chosen for other grammars."""
    tuned_for = load_thresholds(grammars_dir).grammars
    if tuned_for != fingerprint(grammars_dir):
        text = "the thresholds were chosen for other grammars: run `ivr tune`"
        yield Finding(Severity.WARNING, "thresholds_stale", f"{grammars_dir.name}/thresholds.yaml", text)


def _place(template: Template) -> str:
    return f"{template.path}:{line_of(template.path, *template.place)}"
