"""Campaigns of alert calls: proposed with what is told to whom, looked at and heard, begun by somebody's yes, watched.

A proposal has its people already, so that the count which is confirmed is the count that is rung. Nothing rings before
a second person says yes, or its maker types that count; until the first call the yes can be taken back.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from starlette.responses import Response

from ivr.console.admin_nav import ADMIN
from ivr.console.campaign_form import Wrong, read
from ivr.console.page import Page
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.core.errors import AlertError, IvrError
from ivr.desk import alert_rules
from ivr.desk.alerts import Alert, Alerts, Progress
from ivr.dialogue.commands import Play
from ivr.dialogue.prompt_ids import P
from ivr.speech.audio import mulaw_wav
from ivr.speech.prompts import RenderedPrompt
from ivr.store.campaigns import CampaignRow

MOST = 100
WRONG_SHOWN = 20
FIELDS = ("name", "kind", "place", "starts", "per_minute", "tries", "day_and_night")
UNDO_S = round(alert_rules.GRACE.total_seconds())


def alerts_of(visit: Visit) -> Alerts:
    around = visit.parts.around
    return Alerts(around.db, around.secrets, around.desk.jobs, around.prompts.languages, lambda: None)


def listed(visit: Visit) -> Response:
    """GET /admin/campaigns: how far each is."""
    rows = [one for one in alerts_of(visit).listed(visit.now, MOST) if visit.place in (None, one.campaign.district)]
    values: dict[str, Any] = {"rows": rows, "admin": ADMIN, "keys": ("lists",)}
    if visit.fragment:
        return visit.part("admin_campaigns_rows.html", **values)
    return visit.page("admin_campaigns.html", **values)


def form(visit: Visit) -> Response:
    """GET /admin/campaigns/new: empty, or with what another campaign (`from`) tells."""
    typed: dict[str, str] = {"per_minute": "30", "tries": "3", "place": visit.place or ""}
    source = visit.number("from")
    if source is not None:
        one = _found(visit, source).campaign
        typed |= {name: str(getattr(one, name)) for name in ("name", "kind", "per_minute", "tries")}
        typed |= {"place": one.district or "", **{f"text_{lang}": text for lang, text in one.texts.items()}}
    return _form(visit, typed, Wrong())


def _form(visit: Visit, typed: dict[str, str], wrong: Wrong, status: int = 200) -> Response:
    shown: dict[str, Any] = {
        "typed": typed,
        "problems": wrong.texts,
        "lines": wrong.lines[:WRONG_SHOWN],
        "wrong_lines": len(wrong.lines),
        "kinds": alert_rules.KINDS,
        "spoken": visit.parts.around.prompts.languages,
        "once": uuid4().hex,
        "longest": alert_rules.LONGEST_TEXT,
        "most": alert_rules.MOST_A_MINUTE,
    }
    return visit.page("admin_campaign_new.html", status, admin=ADMIN, keys=(), **shown)


def propose(visit: Visit) -> Response:
    """POST /admin/campaigns/new: write the proposal down; nobody is rung."""
    wrong = Wrong()
    asked = read(visit, wrong)
    if asked is not None:
        try:
            made = alerts_of(visit).send(asked, visit.now)
        except AlertError:
            wrong.texts.append("campaigns.nobody")
        else:
            one = made.campaign
            with visit.parts.db.begin() as connection:
                visit.log(connection, "campaign_proposed", f"campaign {one.id}", f"{made.total} people")
            return visit.go(
                f"/admin/campaigns/{one.id}", "campaigns.proposed", n=made.total, out=_left_out(asked, made)
            )
    spoken = visit.parts.around.prompts.languages
    typed = {name: visit.text(name) for name in (*FIELDS, *(f"text_{lang}" for lang in spoken))}
    return _form(visit, typed, wrong, 422)


def _left_out(asked: Alert, made: Progress) -> int:
    return max(0, len(asked.people) - made.total)


def one(visit: Visit) -> Response:
    """GET /admin/campaigns/{id}: what is told to whom, what it costs, how far it is."""
    found = _found(visit, visit.number("id") or 0)
    return _shown(visit, found)


def _shown(visit: Visit, found: Progress, status: int = 200, problem: str = "") -> Response:
    told, alerts = found.campaign, alerts_of(visit)
    spoken = {lang: _spoken(visit, told, lang) for lang in {**told.texts, **told.recordings}}
    longest_s = max((one.duration_ms for one in spoken.values() if one is not None), default=30_000) / 1000
    price = visit.parts.around.settings.call_inr_a_minute
    values: dict[str, Any] = {
        "one": found,
        "length_s": round(longest_s),
        "cost": alert_rules.most_cost(found.total, longest_s, price) if price else None,
        "minutes": alert_rules.minutes_left(found.total, told.per_minute),
        "own": told.made_by == visit.user.name,
        "undoable": not told.proposed and told.state in {"running", "paused"} and not alerts.has_rung(told.id),
        "failing": alerts.failing(told.id, 10),
    }
    if visit.fragment:
        return visit.part("admin_campaign_state.html", **values)
    return visit.page("admin_campaign.html", status, problem=problem, admin=ADMIN, keys=(), **values)


def heard(visit: Visit) -> Response:
    """GET /admin/campaigns/{id}/{lang}.wav: the message as listeners hear it."""
    spoken = _spoken(visit, _found(visit, visit.number("id") or 0).campaign, visit.request.path_params["lang"])
    if spoken is None:
        raise Refused(404, "frame.not_found")
    return Response(mulaw_wav(spoken.mulaw), 200, {"Cache-Control": "private, no-store"}, "audio/wav")


def _spoken(visit: Visit, told: CampaignRow, lang: str) -> RenderedPrompt | None:
    """The message in a language; None where it has none or it cannot be spoken here."""
    recorded = lang in told.recordings
    said = told.recordings.get(lang) or told.texts.get(lang)
    if said is None or lang not in visit.parts.around.prompts.languages:
        return None
    play = Play(P.ALERT_RECORDED if recorded else P.SAY, lang, {"say": ("recording" if recorded else "text", said)})
    try:
        return visit.parts.around.prompts.render(play)
    except (IvrError, OSError):
        return None


def confirm(visit: Visit) -> Response:
    """POST /admin/campaigns/{id}/confirm: let it begin, after a moment in which it can be taken back."""
    found = _found(visit, visit.number("id") or 0)
    typed = visit.text("count").replace(",", "")
    people = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None
    try:
        alerts_of(visit).confirm(found.campaign.id, visit.user.name, people, visit.now)
    except AlertError:
        if not found.campaign.proposed:
            raise Refused(409, "admin.campaign_moved") from None
        return _shown(visit, found, 422, "campaigns.not_confirmed")
    return _done(visit, found, "confirmed", undo=True)


def undo(visit: Visit) -> Response:
    """POST /admin/campaigns/{id}/undo: a proposal again, while nobody was rung."""
    return _moved(visit, "taken_back", alerts_of(visit).take_back)


def move(visit: Visit) -> Response:
    """POST /admin/campaigns: pause, resume or stop one."""
    what, alerts = visit.text("what"), alerts_of(visit)
    acts = {"pause": alerts.pause, "resume": alerts.resume, "stop": alerts.stop}
    if what not in acts:
        raise Refused(400, "frame.form_old")
    return _moved(visit, what, acts[what])


def _moved(visit: Visit, what: str, act: Callable[[int, datetime], CampaignRow]) -> Response:
    found = _found(visit, visit.number("id") or 0)
    try:
        act(found.campaign.id, visit.now)
    except AlertError:
        raise Refused(409, "admin.campaign_moved") from None
    return _done(visit, found, what)


def _done(visit: Visit, found: Progress, what: str, *, undo: bool = False) -> Response:
    path = f"/admin/campaigns/{found.campaign.id}"
    with visit.parts.db.begin() as connection:
        visit.log(connection, f"campaign_{what}", f"campaign {found.campaign.id}")
    taken = {"path": f"{path}/undo", "fields": {}, "seconds": UNDO_S} if undo else None
    return visit.go(path, f"admin.campaign_{what}", undo=taken)


def _found(visit: Visit, campaign_id: int) -> Progress:
    try:
        found = alerts_of(visit).progress(campaign_id, visit.now)
    except AlertError:
        raise Refused(404, "frame.not_found") from None
    visit.require_place(found.campaign.district)
    return found


PAGES = (
    Page("/admin/campaigns", listed, Right.CAMPAIGNS),
    Page("/admin/campaigns", move, Right.CAMPAIGNS, "POST"),
    Page("/admin/campaigns/new", form, Right.CAMPAIGNS),
    Page("/admin/campaigns/new", propose, Right.CAMPAIGNS, "POST"),
    Page("/admin/campaigns/{id:int}", one, Right.CAMPAIGNS),
    Page("/admin/campaigns/{id:int}/{lang:str}.wav", heard, Right.CAMPAIGNS),
    Page("/admin/campaigns/{id:int}/confirm", confirm, Right.CAMPAIGNS, "POST"),
    Page("/admin/campaigns/{id:int}/undo", undo, Right.CAMPAIGNS, "POST"),
)
