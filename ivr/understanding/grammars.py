"""All that the languages say, loaded once from grammars/: templates of services, answers, commands, slots' words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ivr.core.data import load_mapping, wrong
from ivr.understanding.catalogue import languages, service_files
from ivr.understanding.danger_data import load_dangers
from ivr.understanding.language import load_language
from ivr.understanding.language_grammar import LanguageGrammar, Templates
from ivr.understanding.result import WaitKind
from ivr.understanding.templates import Template, parse, sample
from ivr.understanding.text import Script, words
from ivr.understanding.thresholds import Thresholds, load_thresholds

TOPICS = "topics.yaml"  # requests that name a thing, and not what is wanted of it
STORIES = "stories.yaml"  # of a language: words that speak of a service without asking for it
OUTSIDE = "outside.yaml"  # of a language: what the helpline does not do
_PHRASES_A_CHOICE = 60
_ANYTIME = 3  # how much oftener than one service a command or an emergency is drawn

ANY_KIND, UNLESS, NOW = "any", "unless", "now"  # of emergency.yaml


@dataclass(frozen=True, eq=False)
class Grammars:
    """The grammars of all languages. Never changed, so what is built of one is built once (`reader`)."""

    by_language: Mapping[str, LanguageGrammar]
    places: Mapping[str, Mapping[str, Any]]
    thresholds: Thresholds
    emergency_services: Mapping[str, str] = field(default_factory=dict)  # emergency kind -> service
    topics: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # topic -> services, what is asked most first

    @classmethod
    def load(cls, grammars_dir: Path) -> "Grammars":
        """Read every language's folder. DataError with file and line where a file is wrong; a file that is not there
        holds nothing (`ivr check` reports it). Files that have not changed since give the same object again."""
        return _loaded(grammars_dir, tuple((path, path.read_bytes()) for path in sorted(grammars_dir.rglob("*.yaml"))))

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.by_language)

    def phrases(self, lang: str, service_id: str) -> tuple[str, ...]:
        """The sentences that the service's templates make, as written (thinned evenly where they are very many)."""
        grammar = self.by_language[lang]
        return grammar.written(grammar.services.get(service_id, ()))

    def vocabulary(self, lang: str) -> frozenset[str]:
        """Every word that any grammar of the language can contain: what its speech model must know."""
        return self.by_language[lang].vocabulary

    def hearable(self, lang: str) -> frozenset[str]:
        """The vocabulary and the words of stories and cries for help: what a bundled model is taught."""
        return self.by_language[lang].hearable

    def sample_sentences(self, lang: str, count: int, seed: int) -> list[str]:
        """`count` sentences that callers may say, services drawn alike and what may be said at any wait more often; the
        same for the same seed."""
        grammar = self.by_language[lang]
        chance = np.random.default_rng(seed)
        groups = [templates for templates in grammar.services.values() if templates]
        groups += [
            templates
            for part in (grammar.yes_no, grammar.options, grammar.rumours)
            for templates in part.values()
            if templates
        ]
        anytime = [templates for part in (grammar.commands, grammar.emergencies) for templates in part.values()]
        groups += [templates for templates in anytime if templates] * _ANYTIME

        def choose(below: int) -> int:
            return int(chance.integers(below))

        sentences = []
        for _ in range(count if groups else 0):
            templates = groups[choose(len(groups))]
            template = templates[choose(len(templates))]
            text = sample(template.node, grammar.rules, grammar.slot_words, choose)
            sentences.append(" ".join(words(text)))
        return sentences

    def recogniser_phrases(self, lang: str, kind: WaitKind, choices: Sequence[str] = ()) -> tuple[str, ...] | None:
        """What the recogniser is told to expect at a wait; None for free recognition.

        Only the wait's own answers: commands and emergencies are the free pass's to hear. With them in every list ten
        digits were heard whole half as often, and a recogniser took 200 ms to make.
        """
        own = self._own_phrases(self.by_language[lang], kind, choices)
        if own is None:
            return None
        spoken = (" ".join(words(phrase)) for phrase in own)
        return tuple(dict.fromkeys(phrase for phrase in spoken if phrase and not phrase.isascii()))

    def _own_phrases(self, grammar: LanguageGrammar, kind: WaitKind, choices: Sequence[str]) -> Sequence[str] | None:
        tables = grammar.slot_words
        match kind:
            case WaitKind.YES_NO:
                return grammar.written([t for templates in grammar.yes_no.values() for t in templates])
            case WaitKind.DIGITS:
                return grammar.digit_words
            case WaitKind.NUMBER:
                return tables.get("numbers", ())
            case WaitKind.DATE:
                return [*tables.get("dates", ()), *tables.get("numbers", ())]
            case WaitKind.PLACE:
                return [*tables.get("places", ()), *_plain_no(grammar)]  # "no, not that service"
            case WaitKind.CHOICE:
                found = [grammar.written(grammar.services.get(choice, ()), _PHRASES_A_CHOICE) for choice in choices]
                return [*(phrase for phrases in found for phrase in phrases), *_plain_no(grammar)]
            case WaitKind.OPTION:
                return grammar.written([t for choice in choices for t in grammar.options.get(choice, ())])
            case _:
                return None


def _plain_no(grammar: LanguageGrammar) -> list[str]:
    """The noes of one word: they answer any question that offers something."""
    return [phrase for phrase in grammar.written(grammar.yes_no["no"]) if " " not in phrase]


@lru_cache(maxsize=2)
def _loaded(grammars_dir: Path, _files: tuple[tuple[Path, bytes], ...]) -> Grammars:
    script = Script.load(grammars_dir)
    places = _optional(grammars_dir / "places.yaml")
    return Grammars(
        {lang: _language(grammars_dir, lang, script, places) for lang in languages(grammars_dir)},
        places,
        load_thresholds(grammars_dir),
        _optional(grammars_dir / "emergency.yaml").get("services") or {},
        {topic: tuple(entry["services"]) for topic, entry in _topics(grammars_dir).items()},
    )


def _language(grammars_dir: Path, lang: str, script: Script, places: Mapping[str, Any]) -> LanguageGrammar:
    folder = grammars_dir / lang
    language = load_language(grammars_dir, lang, script)
    rules = _rules(folder / "rules.yaml")
    services: dict[str, Templates] = {}
    for path in service_files(folder):
        for service_id, entry in load_mapping(path).items():
            services[service_id] = _templates(path, (entry or {}).get("phrases"), service_id, "phrases")
    path = folder / "emergency.yaml"
    any_kind = _optional(path).get(ANY_KIND) or {}
    emergencies = {kind: entry for kind, entry in _optional(path).items() if kind != ANY_KIND}
    return LanguageGrammar(
        language=language,
        rules=rules,
        services=services,
        yes_no=_groups(folder / "yes_no.yaml"),
        commands=_groups(folder / "commands.yaml"),
        emergencies=_parts(path, emergencies, "phrases"),
        emergency_stems=_parts(path, emergencies, "stems"),
        not_emergencies=_parts(path, emergencies, "not"),
        options=_options(folder / "options.yaml"),
        rumours=_rumours(grammars_dir / "rumours.yaml", lang),
        topics={
            topic: _templates(grammars_dir / TOPICS, entry.get(lang), "topics", topic, lang)
            for topic, entry in _topics(grammars_dir).items()
        },
        asides={part: _templates(path, any_kind.get(part), ANY_KIND, part) for part in (UNLESS, NOW)},
        dangers=load_dangers(grammars_dir, lang),
        outside=_templates(folder / OUTSIDE, _optional(folder / OUTSIDE).get("phrases"), "phrases"),
        stories=_optional(folder / STORIES).get("words") or {},
        tables={
            "numbers": _optional(folder / "numbers.yaml"),
            "dates": _optional(folder / "dates.yaml"),
            "places": [entry.get(lang) or [] for entry in places.values()],
        },
        folder=folder,
    )


def _rules(path: Path) -> dict[str, Template]:
    rules = _optional(path).get("rules") or {}
    return {name: parse(text, path, "rules", name) for name, text in rules.items()}


def _parts(path: Path, kinds: Mapping[str, Any], part: str) -> dict[str, Templates]:
    return {kind: _templates(path, entry.get(part), kind, part) for kind, entry in kinds.items()}


def _groups(path: Path) -> dict[str, Templates]:
    return {name: _templates(path, texts, name) for name, texts in _optional(path).items()}


def _options(path: Path) -> dict[str, Templates]:
    """Every answer of every question, as "question.answer"."""
    return {
        f"{question}.{answer}": _templates(path, texts, question, answer)
        for question, answers in _optional(path).items()
        if question != "names"
        for answer, texts in answers.items()
    }


def _rumours(path: Path, lang: str) -> dict[str, Templates]:
    found = {name: (entry.get(lang) or {}).get("phrases") for name, entry in _optional(path).items()}
    return {name: _templates(path, texts, name, lang, "phrases") for name, texts in found.items()}


def _topics(grammars_dir: Path) -> Mapping[str, Mapping[str, Any]]:
    """Topic -> its services and templates. DataError where one has no services."""
    path = grammars_dir / TOPICS
    topics: Mapping[str, Mapping[str, Any]] = _optional(path).get("topics") or {}
    for topic, entry in topics.items():
        if not entry.get("services"):
            raise wrong(path, "a topic needs services", "topics", topic)
    return topics


def _templates(path: Path, texts: Any, *place: str) -> Templates:
    if texts is None:
        return ()
    if not isinstance(texts, list):
        raise wrong(path, "must be a list of templates", *place)
    return tuple(parse(text, path, *place, i) for i, text in enumerate(texts))


def _optional(path: Path) -> Mapping[str, Any]:
    return load_mapping(path) if path.exists() else {}
