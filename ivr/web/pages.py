"""The pages a citizen opens from an SMS: plain HTML of a few kilobytes, no script, every language on one page.

Words come from grammars/<lang>/page.yaml, facts from the ports `Links` and `CertificatePages`. No page shows anything
about a person but the initials on a certificate that somebody holds in hand.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import structlog
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from ivr.core.data import load_mapping
from ivr.core.errors import DataError, IvrError
from ivr.web.guessing import Guessing
from ivr.web.services import AppServices, LinkPage, VerifyPage

PAGE_MAX_BYTES = 15_000
CODE_MAX_CHARS = 64
_CODE = re.compile(r"[A-Za-z0-9_-]{4,64}")
_WORDS = (
    "title",
    "documents",
    "fee",
    "deadline",
    "state",
    "where",
    "to_confirm",
    "no_documents",
    "not_found",
    "expired",
    "verify_valid",
    "verify_expired",
    "verify_revoked",
    "verify_mistyped",
    "verify_forged",
    "verify_altered",
    "verify_kind",
    "verify_initials",
    "verify_issued",
    "verify_until",
    "verify_revoked_on",
    "verify_compare",
    "trouble",
)
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}

log = structlog.get_logger()


class Pages:
    """Renders every page; made once. `languages` in the order in which they are shown."""

    def __init__(self, grammars: Path, languages: tuple[str, ...]) -> None:
        self._wording = {lang: _words(grammars / lang / "page.yaml") for lang in languages}
        self._environment = Environment(
            loader=PackageLoader("ivr.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def link(self, page: LinkPage) -> str:
        """The page of a link; languages without words here are left out."""
        sections = [section for section in page.sections if section.lang in self._wording]
        return self._render("link.html", sections=sections)

    def notice(self, notice: str) -> str:
        """One sentence in every language: `notice` is not_found, expired, trouble or verify_ and a result."""
        return self._render("notice.html", notice=notice)

    def verify(self, page: VerifyPage) -> str:
        """The page of a certificate; of what is no record of ours one sentence."""
        if not page.sections:
            return self.notice(f"verify_{page.result}")
        sections = [section for section in page.sections if section.lang in self._wording]
        return self._render("verify.html", sections=sections, result=page.result)

    def _render(self, template: str, **values: object) -> str:
        title = " · ".join(words["title"] for words in self._wording.values())
        lang = next(iter(self._wording), "en")
        page = self._environment.get_template(template)
        return page.render(title=title, lang=lang, wording=self._wording, **values)


async def link(request: Request) -> Response:
    """GET /s/{code}: 200, 404 for a code that never was, 410 for one whose time is over, 429 for who tries codes."""
    services: AppServices = request.app.state.services
    pages: Pages = request.app.state.pages
    guessing: Guessing = request.app.state.guessing
    code, now = request.path_params["code"], services.clock.monotonic()
    client = request.client.host if request.client else ""
    if guessing.held(client, now):
        return _html(pages.notice("trouble"), 429)
    if not _CODE.fullmatch(code):
        guessing.missed(client, now)
        return _html(pages.notice("not_found"), 404)
    try:
        page = await services.workroom.run(services.links.page, code, services.clock.now())
    except IvrError as error:
        log.error("a page could not be made", code=error.code)
        return _html(pages.notice("trouble"), 503)
    if page is None:
        guessing.missed(client, now)
        return _html(pages.notice("not_found"), 404)
    if page.expired:
        return _html(pages.notice("expired"), 410)
    return _html(pages.link(page), 200)


async def verify(request: Request) -> Response:
    """GET /verify/{code}: 200 for a record of ours, whatever it says; 404 for a slip of the hand and for a code that
    was never issued, each in its own words; 429 for who tries codes."""
    services: AppServices = request.app.state.services
    pages: Pages = request.app.state.pages
    guessing: Guessing = request.app.state.guessing
    code, now = request.path_params["code"][:CODE_MAX_CHARS], services.clock.monotonic()
    client = request.client.host if request.client else ""
    if guessing.held(client, now):
        return _html(pages.notice("trouble"), 429)
    try:
        page = await services.workroom.run(services.certificates.page, code, services.clock.now())
    except IvrError as error:
        log.error("a page could not be made", code=error.code)
        return _html(pages.notice("trouble"), 503)
    if not page.known:
        guessing.missed(client, now)
    # never kept by a browser: a certificate can be revoked the next minute
    return _html(pages.verify(page), 200 if page.known else 404, cache="no-store")


def _html(body: str, status: int, cache: str = "private, max-age=300") -> Response:
    # no-store: an answer that changes with time must not survive in a village kiosk's browser
    cache = cache if status == 200 else "no-store"
    return HTMLResponse(body, status, {**HEADERS, "Cache-Control": cache})


def _words(path: Path) -> Mapping[str, str]:
    words = load_mapping(path)
    missing = [name for name in _WORDS if not isinstance(words.get(name), str)]
    if missing:
        raise DataError(f"{path}:1: lacks {', '.join(missing)}")
    return {name: str(words[name]) for name in _WORDS}
