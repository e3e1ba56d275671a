"""From the recogniser's hypotheses to what the caller means, for every kind of wait. Pure: no state, no clock."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from ivr.understanding import yes_no
from ivr.understanding.catalogue import Catalogue, Outcome
from ivr.understanding.grammars import Grammars
from ivr.understanding.learnt import load_learnt, taught
from ivr.understanding.reader import OUTSIDE, TOPIC, LanguageReader, Reading, reader_of
from ivr.understanding.result import Band, Candidate, Command, Hypothesis, SlotValue, Understanding, WaitKind
from ivr.understanding.thresholds import Thresholds

_ALTERNATIVES = 5
_NBEST = 5
_EMERGENCY_SCORE = 0.8  # of the service that an emergency's words call for
_OUTSIDE_LEAD = 0.1  # by which what the helpline does not do must lead over the best service to be refused
_TOPIC_MOST = 0.85  # score of a topic's services: none was said word for word
_CHOICE_ACCEPT = 0.3  # score and lead within a choice of few services
_CHOICE_MARGIN = 0.08
_UNASKED = (WaitKind.SERVICE, WaitKind.LANGUAGE, WaitKind.CHOICE, WaitKind.MESSAGE, WaitKind.RUMOUR)
_RUMOUR_ACCEPT, _RUMOUR_CONFIRM, _RUMOUR_MARGIN = 0.6, 0.4, 0.1  # among few rumours


@dataclass(frozen=True)
class Understander:
    """Reads what callers say; what it knows is in the grammars. `own_thresholds` replace those kept with them."""

    grammars: Grammars
    catalogue: Catalogue
    own_thresholds: Thresholds | None = None
    _readers: dict[str, LanguageReader] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, folder: Path, learnt: Path | None = None) -> "Understander":
        """Of a folder of grammars, and of the phrases learnt that another keeps. DataError where they are wrong."""
        grammars = Grammars.load(folder)
        return cls(taught(grammars, load_learnt(learnt)) if learnt else grammars, Catalogue.load(folder))

    @property
    def thresholds(self) -> Thresholds:
        """From what score and margin an intent is accepted or asked about."""
        return self.own_thresholds or self.grammars.thresholds

    def warm(self) -> None:
        """Build all languages' indexes (seconds) before the first call."""
        for lang in self.grammars.languages:
            self.reader(lang).warm()

    def adopt(self, grammars: Grammars) -> tuple[str, ...]:
        """Read by these grammars from now on, where their requests differ; the languages that do. What is new is built
        (about a second a language) before it takes the place of the old, so it may be done in mid-call, in a thread."""
        changed = []
        for lang, grammar in grammars.by_language.items():
            old = self.reader(lang)
            if grammar.services != old.grammar.services:
                new = LanguageReader(grammar, old.all_places, old.foreign_numbers)
                new.warm()
                self._readers[lang] = new
                changed.append(lang)
        gc.freeze()
        return tuple(changed)

    def understand(
        self,
        nbest: Sequence[Hypothesis],
        lang: str,
        kind: WaitKind,
        today: date,
        choices: Sequence[str] = (),
    ) -> Understanding:
        """What the hypotheses (best first) mean at a wait of `kind`; `choices` are the service ids of a choice.

        Raises KeyError for a language without grammars.
        """
        texts = tuple(dict.fromkeys(hypothesis.text for hypothesis in nbest))[:_NBEST]
        reader = self.reader(lang)
        understood = Understanding(text=texts[0] if texts else "", lang=lang)
        if not understood.text.strip() or kind is WaitKind.MESSAGE:
            return replace(understood, slots={} if kind in _UNASKED else {kind.value: None})
        readings = tuple(map(reader.read, texts))
        understood = _always(understood, reader, readings, kind)
        if kind in (WaitKind.SERVICE, WaitKind.LANGUAGE):
            understood = _with_doubt(self._service(understood, reader, readings), reader, readings)
            return replace(understood, slots=_besides(reader, readings[0], today))
        if kind is WaitKind.CHOICE:
            return _choice(understood, reader, readings, choices)
        if kind is WaitKind.OPTION:
            return replace(understood, slots={kind.value: _option(reader, readings, choices)})
        if kind is WaitKind.RUMOUR:
            return self._rumour(understood, reader, readings)
        doubtful = kind is WaitKind.YES_NO and any(yes_no.only_doubt(reader.yes_no, r.folded) for r in readings[:1])
        if understood.emergency and _asked(reader, readings[:1], kind, today)[kind.value] not in (None, yes_no.UNCLEAR):
            understood = replace(understood, emergency=_cry(reader, readings, answered=True))
        return replace(understood, slots=_asked(reader, readings, kind, today), doubtful=doubtful)

    def emergency(self, text: str, lang: str, whole: bool = True) -> str | None:
        """The kind of emergency in a text; None where there is none. Not `whole`: a partial result, of which more may
        come."""
        reader = self.reader(lang)
        return reader.emergencies.find(reader.read(text).keys, whole)

    def only_listening(self, text: str, lang: str) -> bool:
        """Whether the text is nothing but back-channel words ("haan", "ji"), for what is said into a prompt."""
        return self.grammars.by_language[lang].language.only_listening(text)

    def digits_heard(self, text: str, lang: str) -> int:
        """How many digits a text has so far, for partial results."""
        reader = self.reader(lang)
        return len(reader.slots.digits(reader.read(text).slot_keys) or "")

    def reader(self, lang: str) -> LanguageReader:
        """The tools for one language. Raises KeyError for a language without grammars."""
        if lang not in self._readers:
            self._readers[lang] = reader_of(self.grammars, lang)
        return self._readers[lang]

    def _service(self, understood: Understanding, reader: LanguageReader, readings: Sequence[Reading]) -> Understanding:
        found = reader.matcher.match([reading.content for reading in readings], _ALTERNATIVES + 3)
        later = reader.after_cancel(readings[0])
        if later:
            corrected = reader.matcher.match([later], _ALTERNATIVES + 3)
            if corrected and corrected[0].score >= self.thresholds.confirm and not _outside(corrected[0]):
                found = corrected
        if understood.emergency:
            phrased = any(reader.emergencies.phrased(reading.keys) for reading in readings)
            found = self._with_emergency(found, understood.emergency, phrased)
        if found and found[0].intent.startswith(TOPIC):
            return self._topic(understood, found[0])
        services = tuple(candidate for candidate in found if not _competitor(candidate))[:_ALTERNATIVES]
        if not services:
            return understood
        margin = _margin(found)
        if not _outside(found[0]):
            return _chosen(understood, services, margin, self.thresholds.band(found[0].score, margin))
        near = margin < _OUTSIDE_LEAD and services[0].score >= self.thresholds.confirm
        return _chosen(understood, services, 0.0, Band.CONFIRM if near else Band.REJECT)

    def _topic(self, understood: Understanding, topic: Candidate) -> Understanding:
        """A thing was named and no wish: all its services are meant alike, so the caller is asked, first about what is
        asked most. (Which of them share a word more says nothing here.)"""
        score = min(topic.score, _TOPIC_MOST)
        services = self.grammars.topics[topic.intent.removeprefix(TOPIC)]
        alike = tuple(Candidate(service, score) for service in services)[:_ALTERNATIVES]
        return _chosen(understood, alike, 0.0, Band.CONFIRM if score >= self.thresholds.confirm else Band.REJECT)

    def _rumour(self, understood: Understanding, reader: LanguageReader, readings: Sequence[Reading]) -> Understanding:
        """The rumour that is spoken of. A wrong answer does harm, so it must be well ahead of the next."""
        found = reader.rumours.match([reading.content for reading in readings], _ALTERNATIVES)
        if not found or found[0].score < _RUMOUR_CONFIRM:
            return replace(understood, alternatives=found)
        margin = _margin(found)
        sure = found[0].score >= _RUMOUR_ACCEPT and margin >= _RUMOUR_MARGIN
        return _chosen(understood, found, margin, Band.ACCEPT if sure else Band.CONFIRM)

    def _with_emergency(self, found: tuple[Candidate, ...], kind: str, phrased: bool) -> tuple[Candidate, ...]:
        """The candidates with the emergency's own service among them, first unless another is nearly certain, or
        urgent itself; not `phrased`: known by its concepts alone, which name no service."""
        service = self.grammars.emergency_services.get(kind, "")
        if service not in self.catalogue.services:
            return found
        found = tuple(candidate for candidate in found if not candidate.intent.startswith(TOPIC))
        sure = found and self.thresholds.band(found[0].score, _margin(found)) is Band.ACCEPT
        if sure and (self._urgent(found[0].intent) or not phrased):
            return found
        others = [candidate for candidate in found if candidate.intent != service]
        own = max((candidate.score for candidate in found if candidate.intent == service), default=0.0)
        ranked = [*others, Candidate(service, max(own, _EMERGENCY_SCORE))]
        return tuple(sorted(ranked, key=lambda candidate: -candidate.score)[:_ALTERNATIVES])

    def _urgent(self, service: str) -> bool:
        """Whether the service itself is one that emergencies call for, or is only there for them."""
        if service in self.grammars.emergency_services.values():
            return True
        known = self.catalogue.services.get(service)
        return known is not None and known.outcome is Outcome.EMERGENCY


def _outside(candidate: Candidate) -> bool:
    """Whether it is something that the helpline does not do."""
    return candidate.intent.startswith(OUTSIDE)


def _competitor(candidate: Candidate) -> bool:
    """Whether it is no service, but competes with them."""
    return _outside(candidate) or candidate.intent.startswith(TOPIC)


def _always(
    understood: Understanding, reader: LanguageReader, readings: Sequence[Reading], kind: WaitKind
) -> Understanding:
    """What may be said at any wait: a command, a language's name, an emergency."""
    first = readings[0]
    command = reader.commands.command(first.keys, first.content)
    language = reader.commands.language(first.keys, first.content, asked=kind is WaitKind.LANGUAGE)
    if language and kind is not WaitKind.LANGUAGE:
        command = Command.CHANGE_LANGUAGE
    emergency = _cry(reader, readings, answered=bool(command or language))
    return replace(understood, emergency=emergency, command=command, language=language)


def _cry(reader: LanguageReader, readings: Sequence[Reading], *, answered: bool) -> str | None:
    """An emergency in any hypothesis; where the first is a plain answer, in that one alone: a recogniser's fifth guess
    at one word is often a cry."""
    heard = readings[:1] if answered else readings
    return next((found for found in (reader.emergencies.find(reading.keys) for reading in heard) if found), None)


def _with_doubt(understood: Understanding, reader: LanguageReader, readings: Sequence[Reading]) -> Understanding:
    """What may be an emergency is taken for one where the words make no sure request of a service: a missed one may
    be a death, the number told for nothing costs two sentences."""
    if understood.emergency or understood.band is Band.ACCEPT or understood.command:
        return understood
    doubt = reader.emergencies.doubt(readings[0].keys)
    return understood if doubt is None else replace(understood, emergency=doubt)


def _choice(
    understood: Understanding, reader: LanguageReader, readings: Sequence[Reading], choices: Sequence[str]
) -> Understanding:
    """One of few services: only they compete, so less is needed to tell them apart."""
    contents = [reading.content for reading in readings]
    found = reader.matcher.match(contents, len(choices), only=frozenset(choices)) if choices else ()
    if not found or found[0].score < _CHOICE_ACCEPT:
        return replace(understood, alternatives=found)
    margin = _margin(found)
    return _chosen(understood, found, margin, Band.ACCEPT if margin >= _CHOICE_MARGIN else Band.CONFIRM)


def _option(reader: LanguageReader, readings: Sequence[Reading], choices: Sequence[str]) -> str | None:
    """The answer named last in the first hypothesis that names one."""
    spotter = reader.options.get(choices[0].partition(".")[0]) if choices else None
    for reading in readings if spotter is not None else ():
        assert spotter is not None
        named = [spot.label for spot in spotter.in_order(reading.folded) if spot.label in choices]
        if named:
            return named[-1]
    return None


def _chosen(understood: Understanding, found: tuple[Candidate, ...], margin: float, band: Band) -> Understanding:
    best = found[0]
    return replace(understood, intent=best.intent, score=best.score, margin=margin, band=band, alternatives=found)


def _margin(found: Sequence[Candidate]) -> float:
    return round(found[0].score - found[1].score, 4) if len(found) > 1 else found[0].score


def _besides(reader: LanguageReader, reading: Reading, today: date) -> Mapping[str, SlotValue]:
    """Slots said along with a request: only those that were said."""
    found = reader.slots.besides(reading.slot_keys, today)
    place = reader.places.find(reading.keys, asked=False)
    if place:
        found["place"] = place
    return found


def _asked(reader: LanguageReader, readings: Sequence[Reading], kind: WaitKind, today: date) -> Mapping[str, SlotValue]:
    """The slot that was asked for, from the first hypothesis that has it."""
    if kind is WaitKind.YES_NO:
        return {kind.value: yes_no.read(reader.yes_no, readings[0].folded)}
    slots = reader.slots
    read: Mapping[WaitKind, Callable[[Reading], SlotValue]] = {
        WaitKind.PLACE: lambda reading: reader.places.find(reading.keys, asked=True),
        WaitKind.NUMBER: lambda reading: slots.number(reading.slot_keys),
        WaitKind.DIGITS: lambda reading: slots.digits(reading.slot_keys),
        WaitKind.DATE: lambda reading: slots.date(reading.slot_keys, today),
    }
    return {kind.value: next((value for value in map(read[kind], readings) if value is not None), None)}
