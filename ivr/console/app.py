"""The console as an application to be mounted under /console: checks every request, then lets its page answer.

The order is fixed: headers, session, right, origin and token of a write, page. A page that is not in PAGES does not
exist, and one without a right is for signed-in users only.
"""

from collections.abc import Sequence
from functools import cache
from urllib.parse import urlencode

import structlog
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ivr.console import (
    account_pages,
    admin_nav,
    admin_users,
    admin_words,
    admin_work,
    campaign_pages,
    district,
    guard,
    keys,
    live,
    proposals_page,
    recordings,
    reveal,
    review,
    review_acts,
    texts,
    ticket_acts,
    ticket_bulk,
    ticket_page,
    tickets_list,
)
from ivr.console.accounts import Accounts
from ivr.console.assets import PREFIX, Assets
from ivr.console.frame import environment, frame
from ivr.console.page import Page, Section
from ivr.console.parts import Around, ConsoleParts
from ivr.console.places import Places
from ivr.console.visit import Refused, Visit, read_flash
from ivr.core.errors import IvrError
from ivr.store import users
from ivr.store.access import AccessLog

BODY_MAX_BYTES = 6 * 1024 * 1024  # a photograph as proof
FIELDS_MAX = 2_000
TOUCH_S = 60
SIGN_IN = "/console/sign-in"

PAGES: tuple[Page, ...] = (
    *account_pages.PAGES,
    *reveal.PAGES,
    *tickets_list.PAGES,
    *ticket_bulk.PAGES,
    *ticket_acts.PAGES,
    *ticket_page.PAGES,
    *review_acts.PAGES,
    *recordings.PAGES,
    *review.PAGES,
    *proposals_page.PAGES,
    *live.PAGES,
    *district.PAGES,
    *admin_users.PAGES,
    *admin_words.PAGES,
    *admin_work.PAGES,
    *campaign_pages.PAGES,
)
SECTIONS: tuple[Section, ...] = (
    review.SECTION,
    live.SECTION,
    tickets_list.SECTION,
    district.SECTION,
    proposals_page.SECTION,
    admin_nav.SECTION,
)

log = structlog.get_logger()


def create_console(around: Around, pages: Sequence[Page] = PAGES, sections: Sequence[Section] = SECTIONS) -> Starlette:
    """The application. DataError where texts, keys or static files are not whole."""
    parts = make_parts(around, sections)
    app = Starlette(
        routes=[
            Route("/static/{name:path}", _static, methods=["GET"]),
            *(Route(page.path, _endpoint(page), methods=[page.method]) for page in pages),
        ],
        exception_handlers={HTTPException: _no_such_page},
    )
    app.state.parts = parts
    return app


def make_parts(around: Around, sections: Sequence[Section] = SECTIONS) -> ConsoleParts:
    """All that is read and derived once."""
    access, places = AccessLog(around.secrets.key("access-log")), Places.load(around.grammars)
    words, bindings, assets, made = _files()
    return ConsoleParts(
        around=around,
        accounts=Accounts(around.db, around.secrets, access, frozenset(places)),
        places=places,
        access=access,
        texts=words,
        keys=bindings,
        assets=assets,
        environment=made,
        csrf_key=around.secrets.key("console-csrf"),
        frame=frame(sections),
    )


@cache
def _files() -> tuple[texts.Texts, keys.Keys, Assets, Environment]:
    """What lies beside the code, the same for every console of a process."""
    bindings, assets = keys.Keys.load(), Assets()
    return texts.load(), bindings, assets, environment(bindings, assets)


def _endpoint(page: Page):  # type: ignore[no-untyped-def]  # Starlette inspects it; its type is Request -> Response
    async def answer(request: Request) -> Response:
        parts: ConsoleParts = request.app.state.parts
        form = await _form(request) if page.method == "POST" else FormData()
        try:
            response = await _answered(parts, page, request, form)
        except IvrError as error:
            log.error("a page of the console could not be made", code=error.code, page=page.path)
            response = _notice(_stranger(parts, request), 503, "frame.trouble")
        finally:
            await form.close()  # files that were sent
        response.headers.update(guard.headers(parts.around.secure))
        return response

    return answer


async def _answered(parts: ConsoleParts, page: Page, request: Request, form: FormData) -> Response:
    run = parts.around.blocking.run
    if page.stream is None:
        return await run(_serve, parts, page, request, form)
    visit = await run(_admit, parts, page, request, form)
    return visit if isinstance(visit, Response) else await page.stream(visit)


def _serve(parts: ConsoleParts, page: Page, request: Request, form: FormData) -> Response:
    visit = _admit(parts, page, request, form)
    if isinstance(visit, Response):
        return visit
    assert page.handler is not None
    try:
        return page.handler(visit)
    except Refused as refused:
        return _notice(visit, refused.status, refused.text)


def _admit(parts: ConsoleParts, page: Page, request: Request, form: FormData) -> Visit | Response:
    """The visit, where everything about it is in order; else the answer that says what is not."""
    now = parts.clock.now()
    visit = _stranger(parts, request)
    visit.form = form
    held = parts.accounts.session(_token(parts, request), now)
    if page.method == "POST" and not guard.from_ourselves(request, parts.around.settings.public_url):
        return _notice(visit, 403, "frame.not_ours")
    if held is None or not held.passed:
        visit.held = held
        return visit if page.open else _sign_in(visit)
    visit.held = held
    visit.words = texts.choose(held.user.language or visit.words.lang, "", parts.texts)
    if page.method == "POST" and not page.open and not _token_fits(parts, visit):
        return _notice(visit, 403, "frame.form_old")
    if held.user.must_change and not page.unchanged:
        return RedirectResponse("/console/account", 303)
    if page.right is not None and not visit.may(page.right):
        return _notice(visit, 403, "frame.not_allowed")
    _touch(visit, page)
    return visit


def _token_fits(parts: ConsoleParts, visit: Visit) -> bool:
    assert visit.held is not None
    given = visit.text(guard.TOKEN_FIELD) or visit.request.headers.get(guard.TOKEN_HEADER, "")
    return guard.token_fits(parts.csrf_key, visit.held.token_hash, given)


def _touch(visit: Visit, page: Page) -> None:
    """Keep the session alive, once a minute, and take what it has to tell."""
    held = visit.held
    assert held is not None
    telling = page.method == "GET" and not page.quiet and page.stream is None and not visit.fragment
    visit.flash = read_flash(held.flash) if telling else None
    poll = page.quiet or (page.method == "GET" and visit.fragment)
    aged = not poll and (visit.now - held.seen_at).total_seconds() > TOUCH_S
    if aged or visit.flash is not None:
        kept = None if visit.flash is not None else held.flash
        with visit.parts.db.begin() as connection:
            users.touch_session(connection, held.token_hash, visit.now, kept)


def _stranger(parts: ConsoleParts, request: Request) -> Visit:
    accepted = request.headers.get("accept-language", "")
    words = texts.choose(request.cookies.get(guard.LANGUAGE_COOKIE), accepted, parts.texts)
    return Visit(parts, request, words, parts.clock.now())


def _sign_in(visit: Visit) -> Response:
    """To the sign-in page and back again; a script or a form that was sent gets 401, so that nothing typed is lost."""
    if visit.request.method == "GET" and not visit.fragment:
        target = visit.address()
        return RedirectResponse(f"{SIGN_IN}?{urlencode({'next': target})}", 303)
    return _notice(visit, 401, "frame.sign_in_again")


def _notice(visit: Visit, status: int, text: str) -> Response:
    return visit.page("notice.html", status, text=text, keys=())


def _notice_to_whom(parts: ConsoleParts, request: Request, status: int, text: str) -> Response:
    """A notice with the user's own bar and language, where somebody is signed in."""
    visit = _stranger(parts, request)
    visit.held = parts.accounts.session(_token(parts, request), visit.now)
    if visit.held is not None:
        visit.words = texts.choose(visit.held.user.language or visit.words.lang, "", parts.texts)
    return _notice(visit, status, text)


def _token(parts: ConsoleParts, request: Request) -> str:
    return request.cookies.get(guard.session_cookie(parts.around.secure), "")


async def _form(request: Request) -> FormData:
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > BODY_MAX_BYTES:
        raise HTTPException(413)
    return await request.form(max_files=4, max_fields=FIELDS_MAX)


async def _static(request: Request) -> Response:
    parts: ConsoleParts = request.app.state.parts
    found = parts.assets.find(PREFIX + request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
    headers.update(guard.headers(parts.around.secure))
    if found.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.gzipped, 200, {**headers, "Content-Encoding": "gzip"}, found.media_type)
    return Response(found.body, 200, headers, found.media_type)


async def _no_such_page(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    parts: ConsoleParts = request.app.state.parts
    text = "frame.too_large" if status == 413 else "frame.not_found"
    response = await parts.around.blocking.run(_notice_to_whom, parts, request, status, text)
    response.headers.update(guard.headers(parts.around.secure))
    return response
