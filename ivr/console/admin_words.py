"""The catalogue and the prompts as callers hear them: to be read side by side in all languages, and to be heard."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from ivr.console.admin_nav import ADMIN
from ivr.console.page import Page
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.core.errors import IvrError
from ivr.dialogue.commands import Play
from ivr.speech.audio import mulaw_wav
from ivr.speech.prompts import PromptLibrary
from ivr.understanding.catalogue import Catalogue, Service

# What fills the places of a prompt when it is only listened to: name -> (kind, value).
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "date": ("date", "2026-11-25"),
    "first": ("place", "Guntur"),
    "second": ("place", "Barabanki"),
    "last": ("place", "Guntur"),
    "place": ("place", "Barabanki"),
    "places": ("text", ""),
    "key": ("number", "3"),
    "minutes": ("number", "5"),
    "number": ("digits", "4827316"),
    "ticket": ("ticket", "4827316"),
    "service": ("service", "street_light_repair"),
    "level": ("text", ""),
    "say": ("text", ""),
}


def catalogue(visit: Visit) -> Response:
    """GET /admin/catalogue: every service with its facts; assumed ones are marked."""
    known = visit.parts.around.understander.catalogue
    wanted = visit.query("about").lower()
    rows = [one for one in known.services.values() if wanted in _described(known, one)]
    return visit.page("admin_catalogue.html", rows=rows, catalogue=known, admin=ADMIN, keys=())


def _described(known: Catalogue, one: Service) -> str:
    names = (known.name(lang, one.id) for lang in known.spoken)
    return " ".join((one.id, one.name, one.department, *names)).lower()


def service(visit: Visit) -> Response:
    """GET /admin/catalogue/{id}: one service in every language."""
    known = visit.parts.around.understander.catalogue
    found = known.services.get(visit.request.path_params["id"])
    if found is None:
        raise Refused(404, "frame.not_found")
    facts = {"deadline_hours": found.deadline_hours, "fee_inr": found.fee_inr, "documents": found.documents}
    langs = list(known.spoken)
    return visit.page("admin_service.html", one=found, facts=facts, catalogue=known, langs=langs, admin=ADMIN, keys=())


def prompts(visit: Visit) -> Response:
    """GET /admin/prompts: what callers hear, languages side by side."""
    library = _library(visit)
    by_lang = {lang: library.prompts(lang) for lang in library.languages}
    wanted = visit.query("about").lower()
    first = next(iter(by_lang.values()))
    rows = [
        (ident, prompt.about, {lang: of.get(ident) for lang, of in by_lang.items()})
        for ident, prompt in first.items()
        if wanted in f"{ident} {prompt.about} {prompt.text}".lower()
    ]
    recorded = {
        (lang, ident)
        for lang in by_lang
        for ident, _, _ in rows
        if ident in by_lang[lang] and all(path.is_file() for path in library.recordings(lang, ident))
    }
    shown: Mapping[str, Any] = {"rows": rows, "langs": tuple(by_lang), "recorded": recorded}
    return visit.page("admin_prompts.html", admin=ADMIN, keys=(), **shown)


def heard(visit: Visit) -> Response:
    """GET /admin/prompts/{lang}/{id}.wav: a prompt spoken, its places filled with examples."""
    library, lang, ident = _library(visit), visit.request.path_params["lang"], visit.request.path_params["id"]
    known = library.prompts(lang) if lang in library.languages else {}
    if ident not in known:
        raise Refused(404, "frame.not_found")
    values = {name: _example(visit, lang, name) for name in known[ident].places}
    return _spoken(library, Play(ident, lang, values))


def said(visit: Visit) -> Response:
    """GET /admin/catalogue/{id}/{lang}.wav: the answer that a service gives."""
    lang, ident = visit.request.path_params["lang"], visit.request.path_params["id"]
    text = visit.parts.around.understander.catalogue.say(lang, ident)
    library = _library(visit)
    frame = next((name for name, one in library.prompts(lang).items() if one.places == ("say",)), "") if text else ""
    if not frame:
        raise Refused(404, "frame.not_found")
    return _spoken(library, Play(frame, lang, {"say": ("text", text)}))


def _library(visit: Visit) -> PromptLibrary:
    return visit.parts.around.prompts


def _example(visit: Visit, lang: str, name: str) -> tuple[str, str]:
    kind, value = EXAMPLES.get(name, ("text", ""))
    return kind, value or visit.parts.around.understander.catalogue.name(lang, "street_light_repair")


def _spoken(library: PromptLibrary, play: Play) -> Response:
    try:
        spoken = library.render(play)
    except IvrError as error:
        raise Refused(503, "admin.not_spoken") from error
    return Response(mulaw_wav(spoken.mulaw), 200, {"Cache-Control": "private, no-store"}, "audio/wav")


PAGES = (
    Page("/admin/catalogue", catalogue, Right.CATALOGUE),
    Page("/admin/catalogue/{id:str}/{lang:str}.wav", said, Right.CATALOGUE),
    Page("/admin/catalogue/{id:str}", service, Right.CATALOGUE),
    Page("/admin/prompts", prompts, Right.CATALOGUE),
    Page("/admin/prompts/{lang:str}/{id:str}.wav", heard, Right.CATALOGUE),
)
