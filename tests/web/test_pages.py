"""The pages behind an SMS link, and what is served about the server itself."""

from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest

from ivr.core.clock import SetClock
from ivr.core.errors import DataError, StoreError
from ivr.web.pages import PAGE_MAX_BYTES, Pages
from ivr.web.services import LinkPage, LinkSection, VerifyPage, VerifySection
from tests.web.carrier import Carrier
from tests.web.fakes import GRAMMARS

HINDI = LinkSection(
    "hi", "आय प्रमाण पत्र", ("आधार कार्ड", "राशन कार्ड"), "10 रुपये", "7 दिन", "तहसील कार्यालय", to_confirm=True
)
TELUGU = LinkSection("te", "ఆదాయ ధృవపత్రం", ("ఆధార్ కార్డు",), "10 రూపాయలు", "7 రోజులు", "తహసీల్దార్ కార్యాలయం")


class Seen(HTMLParser):
    """Tags and text of a page; every tag that is opened must be closed."""

    VOID = frozenset({"meta"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.langs: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        assert not self._open, self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.langs += [value or "" for name, value in attrs if name == "lang"]
        assert not [name for name, _ in attrs if name.startswith("on") or name in ("src", "href")]
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def checked(response: httpx.Response, status: int) -> Seen:
    assert response.status_code == status
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "server" not in response.headers
    assert len(response.content) < PAGE_MAX_BYTES
    seen = Seen(response.text)
    assert "script" not in seen.tags
    assert "{" not in seen.text.split("}")[-1]
    return seen


def test_a_link_shows_the_service_in_both_languages(phone: Carrier) -> None:
    phone.behind.links.pages["Ab12"] = LinkPage((HINDI, TELUGU))
    response = phone.get("/s/Ab12")
    seen = checked(response, 200)
    assert seen.langs == ["hi", "hi", "te"]
    for section in (HINDI, TELUGU):
        for text in (section.service, *(section.documents or ()), section.fee, section.deadline, section.where):
            assert text is not None
            assert text in seen.text
    assert seen.text.count("पक्का कर लें") == 1
    assert response.headers["cache-control"] == "private, max-age=300"


def test_the_largest_service_stays_small(phone: Carrier) -> None:
    documents = tuple(f"राजस्व विभाग का दस्तावेज़ संख्या {n}" for n in range(25))
    section = LinkSection("hi", "सेवा" * 10, documents, "शुल्क " * 20, "दिन " * 20, "पता " * 40, "वाक्य " * 60)
    phone.behind.links.pages["long1"] = LinkPage((section, section))
    checked(phone.get("/s/long1"), 200)


def test_words_from_data_are_text_never_markup(phone: Carrier) -> None:
    phone.behind.links.pages["evil"] = LinkPage((LinkSection("hi", "<script>alert(1)</script>"),))
    seen = checked(phone.get("/s/evil"), 200)
    assert "<script>alert(1)</script>" in seen.text


def test_what_is_not_known_has_no_heading(phone: Carrier) -> None:
    phone.behind.links.pages["bare"] = LinkPage((LinkSection("te", "సేవ"),))
    seen = checked(phone.get("/s/bare"), 200)
    assert "h3" not in seen.tags
    assert "సిద్ధంగా" not in seen.text


def test_no_documents_needed_is_said(phone: Carrier) -> None:
    phone.behind.links.pages["none"] = LinkPage((LinkSection("te", "సేవ", ()),))
    seen = checked(phone.get("/s/none"), 200)
    assert seen.tags.count("h3") == 1
    assert "పత్రాలు అవసరం లేదు" in seen.text


@pytest.mark.parametrize("code", ["nothere", "a", "x" * 65, "..%2f..", "%00abcd", "अबकद"])
def test_an_unknown_code_gets_a_polite_page(phone: Carrier, code: str) -> None:
    response = phone.get(f"/s/{code}")
    if code == "..%2f..":  # two segments, so no route at all
        assert response.status_code == 404
        return
    seen = checked(response, 404)
    assert seen.langs == ["hi", "hi", "te"]
    assert response.headers["cache-control"] == "no-store"
    assert phone.behind.links.asked == (["nothere"] if code == "nothere" else [])


def test_an_expired_code_says_so(phone: Carrier) -> None:
    phone.behind.links.pages["olds"] = LinkPage((HINDI,), expired=True)
    seen = checked(phone.get("/s/olds"), 410)
    assert HINDI.service not in seen.text


def test_a_store_that_is_away_is_no_unknown_code(phone: Carrier) -> None:
    phone.behind.links.error = StoreError("busy")
    checked(phone.get("/s/abcd"), 503)


CERTIFICATE = (
    VerifySection("hi", "आय प्रमाण पत्र", "सी दे", "20-11-2026", "19-11-2027"),
    VerifySection("te", "ఆదాయ ధృవపత్రం", "सी दे", "20-11-2026", "19-11-2027"),
)


@pytest.mark.parametrize("result", ["valid", "expired", "revoked"])
def test_a_certificate_is_shown_with_initials_and_days_only(phone: Carrier, result: str) -> None:
    phone.behind.certificates.pages["5812307496"] = VerifyPage(result, CERTIFICATE, known=True)
    response = phone.get("/verify/5812307496")
    seen = checked(response, 200)
    assert seen.langs == ["hi", "hi", "te"]
    assert response.headers["cache-control"] == "no-store"
    for section in CERTIFICATE:
        assert section.kind in seen.text
    assert seen.text.count("20-11-2026") == seen.text.count("सी दे") == 2


def test_every_result_has_words_of_its_own(phone: Carrier) -> None:
    texts = set()
    for result in ("valid", "expired", "revoked", "mistyped", "forged", "altered"):
        known = result not in ("mistyped", "forged")
        sections = CERTIFICATE if result in ("valid", "expired", "revoked") else ()
        phone.behind.certificates.pages["1"] = VerifyPage(result, sections, known)
        texts.add(checked(phone.get("/verify/1"), 200 if known else 404).text)
    assert len(texts) == 6


@pytest.mark.parametrize("code", ["ABC123", "x" * 400, "%00", "<script>"])
def test_whatever_is_typed_is_answered_politely(phone: Carrier, code: str) -> None:
    seen = checked(phone.get(f"/verify/{code}"), 404)
    assert seen.langs == ["hi", "hi", "te"]


def test_who_tries_certificates_is_held_back(phone: Carrier) -> None:
    statuses = [phone.get(f"/verify/{n}").status_code for n in range(200)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_certificates_that_cannot_be_looked_up_are_not_called_forged(phone: Carrier) -> None:
    phone.behind.certificates.error = StoreError("busy")
    seen = checked(phone.get("/verify/5812307496"), 503)
    assert "जारी" not in seen.text


def test_words_that_are_missing_are_named_at_start(tmp_path: Path) -> None:
    (tmp_path / "hi").mkdir()
    text = (GRAMMARS / "hi" / "page.yaml").read_text(encoding="utf-8")
    (tmp_path / "hi" / "page.yaml").write_text(text.replace("expired:", "ended:"), encoding="utf-8")
    with pytest.raises(DataError, match="expired"):
        Pages(tmp_path, ("hi",))


def test_health_and_readiness(phone: Carrier) -> None:
    assert phone.get("/healthz").text == "ok\n"
    ready = phone.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "wrong": {}})


def test_readiness_names_what_is_wrong(phone: Carrier) -> None:
    def broken() -> str | None:
        raise StoreError("the database is away")

    phone.behind.checks |= {"models": lambda: "no model for te", "database": broken, "disk": lambda: None}
    ready = phone.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["wrong"] == {"models": "no model for te", "database": "store"}


def test_metrics_are_prometheus_text(phone: Carrier) -> None:
    phone.post("/twilio/voice", {}, "")
    text = phone.get("/metrics").text
    assert 'janvaani_refused_total{code="signature_missing",route="/twilio/voice"} 1.0' in text
    assert "janvaani_streams_open 0.0" in text


def test_who_tries_codes_is_held_back_for_a_while(phone: Carrier) -> None:
    for _ in range(20):
        checked(phone.get("/s/nosuchcode"), 404)
    checked(phone.get("/s/abc123"), 429)
    clock = phone.behind.clock
    assert isinstance(clock, SetClock)
    clock.advance(600)
    checked(phone.get("/s/nosuchcode"), 404)
