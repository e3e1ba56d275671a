"""Phrases proposed by corrections: what each would change, and a supervisor's yes or no."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from starlette.responses import Response

from ivr.console import review
from ivr.console.frame import CAP
from ivr.console.page import Page, Section
from ivr.console.roles import Right
from ivr.console.visit import Refused, Visit
from ivr.core.clock import india_today
from ivr.desk.learning import teachable
from ivr.desk.learnt_file import write_learnt
from ivr.store import proposals
from ivr.store.proposals import ACCEPTED, DECLINED, OPEN, Proposal
from ivr.store.schema import turn
from ivr.understanding.language_grammar import LanguageGrammar
from ivr.understanding.learnt import taught
from ivr.understanding.result import Hypothesis, Understanding, WaitKind
from ivr.understanding.text import words
from ivr.understanding.understand import Understander

PAGE = 30
TRIED = 300  # of the newest requests: what the phrase would change among them
UNDO_S = 8
STATES = (OPEN, ACCEPTED, DECLINED)


@dataclass(frozen=True, slots=True)
class Change:
    """A request that would be understood differently."""

    text: str
    before: Understanding
    after: Understanding


def listed(visit: Visit) -> Response:
    """Those that wait, or those that were decided, the newest first."""
    state = visit.query("state") if visit.query("state") in {ACCEPTED, DECLINED} else OPEN
    with visit.parts.db.read() as connection:
        rows = proposals.listed(connection, state, PAGE, visit.number("before"))
    known = visit.parts.around.understander
    now = {row.id: meaning(visit, known, row.phrase, row.language) for row in rows if row.state == OPEN}
    more = rows[-1].id if len(rows) == PAGE else None
    values: dict[str, Any] = {
        "rows": rows,
        "state": state,
        "now": now,
        "more": more,
        "states": STATES,
    }
    return visit.page("proposals.html", keys=(), name_of=lambda s: review.name_of(visit, s), **values)


def one(visit: Visit) -> Response:
    """One proposal, tried: its own words before and after, and the newest requests that would change."""
    with visit.parts.db.read() as connection:
        row = _found(visit, connection)
        requests = recent(connection, row.language)
    phrase = " ".join(words(visit.query("phrase"))) or row.phrase
    before = visit.parts.around.understander
    after = trial(before, row.language, row.service, phrase)
    changes = [
        Change(text, old, new)
        for text in requests
        if (old := meaning(visit, before, text, row.language)) is not None
        and (new := meaning(visit, after, text, row.language)) is not None
        and (old.intent, old.band) != (new.intent, new.band)
    ]
    own = [meaning(visit, known, phrase, row.language) for known in (before, after)]
    values: dict[str, Any] = {"row": row, "phrase": phrase, "own": own, "changes": changes, "tried": len(requests)}
    return visit.page("proposal.html", keys=(), name_of=lambda s: review.name_of(visit, s), **values)


def decide(visit: Visit) -> Response:
    """Accept, with the phrase as the supervisor mended it, or decline."""
    accepted = visit.text("decision") == "accept"
    phrase = " ".join(words(visit.text("phrase")))
    if visit.text("decision") not in {"accept", "decline"} or (accepted and not teachable(phrase)):
        raise Refused(422, "proposals.not_teachable")
    with visit.parts.db.begin() as connection:
        row = _found(visit, connection)
        state, kept = (ACCEPTED, phrase) if accepted else (DECLINED, None)
        if not proposals.decide(connection, row.id, state, kept, visit.user.name, visit.now):
            raise Refused(409, "proposals.decided")
        visit.log(connection, f"proposal_{state}", f"proposal {row.id}", row.service)
    _write(visit)
    undo = {"path": f"/proposals/{row.id}/reopen", "fields": {}, "seconds": UNDO_S}
    return visit.go("/proposals", f"proposals.{state}_now", undo=undo, what=review.name_of(visit, row.service))


def reopen(visit: Visit) -> Response:
    """Take one's own decision back."""
    with visit.parts.db.begin() as connection:
        row = _found(visit, connection)
        if not proposals.reopen(connection, row.id, visit.user.name):
            raise Refused(409, "proposals.decided")
        visit.log(connection, "proposal_reopened", f"proposal {row.id}", row.service)
    _write(visit)
    return visit.go("/proposals", "frame.undone")


def _write(visit: Visit) -> None:
    write_learnt(visit.parts.db, Path(visit.parts.around.settings.data_dir))


def _found(visit: Visit, connection: Connection) -> Proposal:
    row = proposals.one(connection, visit.number("id") or 0)
    if row is None:
        raise Refused(404, "frame.not_found")
    return row


def meaning(visit: Visit, known: Understander, text: str, lang: str) -> Understanding | None:
    """What a request means to `known`; None for a language that it does not speak."""
    if lang not in known.grammars.languages:
        return None
    return known.understand([Hypothesis(text)], lang, WaitKind.SERVICE, india_today(visit.now))


def trial(known: Understander, lang: str, service: str, phrase: str) -> Understander:
    """The same understander, taught one phrase more; nothing else sees it. Building one takes about a second, so the
    last is kept: a page that is read again, or in another language, asks for the same."""
    by_language = {code: known.reader(code).grammar for code in known.grammars.languages}  # with what was learnt since
    for last in tuple(_last):
        same = last.wanted == (lang, service, phrase) and by_language.keys() == last.taught.keys()
        if same and all(last.taught[code] is one for code, one in by_language.items()):
            return last.made
    grammars = taught(replace(known.grammars, by_language=by_language), {lang: {service: [phrase]}})
    made = Understander(grammars, known.catalogue, known.own_thresholds)
    _last[:] = [_Trial((lang, service, phrase), by_language, made)]
    return made


@dataclass(frozen=True, slots=True)
class _Trial:
    """`taught`: what `made` was built on, to tell whether more was learnt since."""

    wanted: tuple[str, str, str]
    taught: Mapping[str, LanguageGrammar]
    made: Understander


_last: list[_Trial] = []  # one at most; whichever thread came last


def recent(connection: Connection, lang: str) -> Sequence[str]:
    """What callers said lately when they were asked what they want."""
    query = select(turn.c.text, turn.c.nbest).where(turn.c.side == "caller", turn.c.asked == WaitKind.SERVICE.value)
    rows: Sequence[Any] = connection.execute(query.order_by(turn.c.id.desc()).limit(2 * TRIED)).all()
    texts = [row.text for row in rows if row.text and row.nbest and row.nbest[0]["lang"] == lang]
    return list(dict.fromkeys(texts))[:TRIED]


def _count(connection: Connection, visit: Visit) -> int:
    return proposals.count(connection, CAP)


PAGES = (
    Page("/proposals", listed, Right.PROPOSALS),
    Page("/proposals/{id}", one, Right.PROPOSALS),
    Page("/proposals/{id}/decide", decide, Right.PROPOSALS, "POST"),
    Page("/proposals/{id}/reopen", reopen, Right.PROPOSALS, "POST"),
)
SECTION = Section("/proposals", "proposals.section", Right.PROPOSALS, _count)
