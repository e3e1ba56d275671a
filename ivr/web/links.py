"""The page behind an SMS link, made from the catalogue: what `ivr.web.pages` shows."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ivr.core.data import load_mapping
from ivr.desk.desk import LinkTarget
from ivr.understanding.catalogue import Catalogue, Fact
from ivr.web.services import LinkPage, LinkSection

_HOURS_A_DAY = 24


class Followed(Protocol):
    """The desk, as far as links need it."""

    def follow_link(self, code: str, now: datetime, /) -> LinkTarget | None: ...


class LinkPages:
    """Every language's section of a link's page; the link's own language comes first."""

    def __init__(
        self,
        desk: Followed,
        catalogue: Catalogue,
        grammars_dir: Path,
        languages: tuple[str, ...],
        states: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        """`states`: language -> state of a ticket -> its words."""
        self._desk, self._catalogue, self._languages = desk, catalogue, languages
        self._states = states or {}
        self._words = {lang: load_mapping(grammars_dir / lang / "page.yaml") for lang in languages}

    def page(self, code: str, now: datetime) -> LinkPage | None:
        """None when there is no such code, or its service has left the catalogue."""
        target = self._desk.follow_link(code, now)
        if target is None:
            return None
        service = target.ticket.service if target.ticket else target.service
        if service is None or service not in self._catalogue.services:
            return None
        languages = sorted(self._languages, key=lambda lang: lang != target.language)
        return LinkPage(tuple(self._section(lang, service, target) for lang in languages), target.expired)

    def _section(self, lang: str, service_id: str, target: LinkTarget) -> LinkSection:
        service = self._catalogue.services[service_id]
        documents = self._catalogue.documents(lang, service_id)
        fee = self._fee(lang, service.fee_inr)
        deadline = self._deadline(lang, service.deadline_hours, target)
        facts = ((documents, service.documents), (fee, service.fee_inr), (deadline, service.deadline_hours))
        known = [fact for shown, fact in facts if shown is not None]
        return LinkSection(
            lang=lang,
            service=self._catalogue.name(lang, service_id),
            documents=documents,
            fee=fee,
            deadline=deadline,
            say=self._catalogue.say(lang, service_id) or None,
            where=str(self._words[lang]["counter"]),
            to_confirm=any(f.assumed for f in known),
            state=self._states.get(lang, {}).get(target.ticket.state) if target.ticket else None,
        )

    def _fee(self, lang: str, fee: Fact) -> str | None:
        if fee.value is None:
            return None
        return f"₹{fee.value}" if fee.value else str(self._words[lang]["free"])

    def _deadline(self, lang: str, hours: Fact, target: LinkTarget) -> str | None:
        """A ticket's own day, else the service's time in whole days; None where none is set."""
        if target.ticket:
            return target.ticket.due_on
        if not hours.value:
            return None
        days = -(-int(hours.value) // _HOURS_A_DAY)
        return str(self._words[lang]["days"]).format(days=days)
