"""The page of a certificate's code, made from what the desk says of it: what `ivr.web.pages` shows."""

from datetime import date, datetime
from typing import Protocol

from ivr.desk.certificates import Result, Verdict
from ivr.understanding.catalogue import Catalogue
from ivr.web.services import VerifyPage, VerifySection

_UNKNOWN = (Result.MISTYPED, Result.FORGED)


class Checked(Protocol):
    """The certificates, as far as the page needs them."""

    def verify(self, text: str, channel: str, now: datetime, /) -> Verdict: ...


class VerifyPages:
    """Every language's section of a certificate's page."""

    def __init__(self, certificates: Checked, catalogue: Catalogue, languages: tuple[str, ...]) -> None:
        self._certificates, self._catalogue, self._languages = certificates, catalogue, languages

    def page(self, code: str, now: datetime) -> VerifyPage:
        """What is to be shown for what somebody typed or scanned. Blocking."""
        told = self._certificates.verify(code, "web", now)
        sections = tuple(self._section(lang, told) for lang in self._languages) if told.known else ()
        return VerifyPage(told.result, sections, known=told.result not in _UNKNOWN)

    def _section(self, lang: str, told: Verdict) -> VerifySection:
        kind = self._catalogue.name(lang, told.kind) if told.kind in self._catalogue.services else told.kind
        days = (told.issued_on, told.valid_until, told.revoked_on)
        issued, until, revoked = (_day(day) for day in days)
        return VerifySection(lang, kind, told.initials, issued or "", until, revoked)


def _day(day: str | None) -> str | None:
    """The same in every script: 24-11-2026."""
    return date.fromisoformat(day).strftime("%d-%m-%Y") if day else None
