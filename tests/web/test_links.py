"""What stands on the page behind an SMS link: the catalogue's facts, in every language, for every service."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

import pytest

from ivr.desk.desk import LinkTarget
from ivr.dialogue.events import KnownTicket
from ivr.understanding.catalogue import Catalogue, Fact, Outcome, Service, SpokenService
from ivr.web.links import LinkPages
from ivr.web.pages import PAGE_MAX_BYTES, Pages
from ivr.web.services import LinkPage
from tests.web.fakes import GRAMMARS, NOW
from tests.web.test_pages import Seen

LANGUAGES = ("hi", "te")
WORDS = {"hi": {"ID": "पहचान पत्र"}, "te": {"ID": "గుర్తింపు కార్డు"}}


@dataclass
class FakeDesk:
    target: LinkTarget | None

    def follow_link(self, code: str, now: datetime, /) -> LinkTarget | None:
        return self.target


@cache
def catalogue() -> Catalogue:
    return Catalogue.load(GRAMMARS)


@cache
def pages() -> Pages:
    return Pages(GRAMMARS, LANGUAGES)


def page(known: Catalogue, target: LinkTarget) -> LinkPage:
    found = LinkPages(FakeDesk(target), known, GRAMMARS, LANGUAGES).page("code", NOW)
    assert found is not None
    return found


def one_service(**facts: Fact) -> LinkPage:
    service = Service("pass", "transport", "Pass", Outcome.LINK, **facts)  # type: ignore[arg-type]
    spoken = {lang: {"pass": SpokenService("पास", "")} for lang in LANGUAGES}
    return page(Catalogue({"pass": service}, spoken, WORDS), LinkTarget("te", "pass", None, expired=False))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("service", sorted(catalogue().services))
def test_every_service_lists_what_it_needs_on_a_small_page(service: str, lang: str) -> None:
    ticket = KnownTicket("4827316", service, "open", "2026-11-22", "2026-11-29")
    found = page(catalogue(), LinkTarget(lang, None, ticket, expired=False))
    html = pages().link(found)
    assert len(html.encode()) < PAGE_MAX_BYTES
    assert [section.lang for section in found.sections] == [lang, *(other for other in LANGUAGES if other != lang)]
    text = Seen(html).text
    fact = catalogue().services[service].documents
    for section in found.sections:
        assert section.documents is not None
        assert len(section.documents) == len(fact.value)
        assert all(document in text for document in section.documents)
        assert section.to_confirm or not fact.assumed


def test_documents_stand_in_each_language() -> None:
    found = one_service(documents=Fact(["ID"], assumed=False))
    assert [(section.lang, section.documents) for section in found.sections] == [
        ("te", ("గుర్తింపు కార్డు",)),
        ("hi", ("पहचान पत्र",)),
    ]


@pytest.mark.parametrize(
    ("fact", "shown", "to_confirm"),
    [
        (Fact(["ID"], assumed=True), True, True),
        (Fact(["ID"], assumed=False), True, False),
        (Fact([], assumed=True), True, True),
        (Fact([], assumed=False), True, False),
        (Fact(None, assumed=True), False, False),
        (Fact(["stamp"], assumed=True), False, False),
    ],
)
def test_what_is_assumed_and_shown_is_to_be_confirmed(fact: Fact, shown: bool, to_confirm: bool) -> None:
    for section in one_service(documents=fact).sections:
        assert (section.documents is not None) is shown
        assert section.to_confirm is to_confirm


@pytest.mark.parametrize("value", [0, 25])
def test_an_assumed_fee_is_to_be_confirmed_free_or_not(value: int) -> None:
    assert all(section.to_confirm for section in one_service(fee_inr=Fact(value, assumed=True)).sections)
    assert not any(section.to_confirm for section in one_service(fee_inr=Fact(value, assumed=False)).sections)


def test_a_service_that_is_no_more_has_no_page() -> None:
    target = LinkTarget("hi", "gone", None, expired=False)
    assert LinkPages(FakeDesk(target), catalogue(), GRAMMARS, LANGUAGES).page("code", NOW) is None
    assert LinkPages(FakeDesk(None), catalogue(), GRAMMARS, LANGUAGES).page("code", NOW) is None


def test_the_page_tells_how_a_complaint_stands() -> None:
    ticket = KnownTicket("4827316", "street_light_repair", "claimed", "2026-11-22", "2026-11-29")
    target = LinkTarget("te", None, ticket, expired=False)
    states = {"te": {"claimed": "అధికారి పూర్తి అన్నారు"}}
    found = LinkPages(FakeDesk(target), catalogue(), GRAMMARS, LANGUAGES, states).page("code", NOW)
    assert found is not None
    assert [section.state for section in found.sections] == ["అధికారి పూర్తి అన్నారు", None]
    assert "అధికారి పూర్తి అన్నారు" in Seen(pages().link(found)).text
