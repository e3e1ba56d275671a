"""What follows from a correction ten minutes after it was saved, so that taking it back before costs nothing: a phrase
proposed for the grammars, and a test case from the caller's sound where the caller agreed to its being kept.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, update

from ivr.core.clock import Clock, india_today
from ivr.desk.worker import Handler, Settle
from ivr.store import proposals, reviews
from ivr.store.database import Database
from ivr.store.jobs import Job
from ivr.store.reviews import Correction
from ivr.store.schema_review import correction as correction_table
from ivr.understanding.result import Band, Hypothesis, WaitKind
from ivr.understanding.text import words
from ivr.understanding.understand import Understander

LEARN = "learn"
WORDS_AT_MOST = 12  # a longer sentence is a story: it teaches nothing about other callers
_DIGITS_AT_MOST = 2  # in a row, spoken or written: more is somebody's number


@dataclass(frozen=True, slots=True)
class Lesson:
    """A corrected turn: what was said, in the words that hold now, and what was meant."""

    correction: Correction
    lang: str
    text: str
    service: str | None
    call: Any
    turn: Any


FixtureMaker = Callable[[Lesson], str | None]


def _no_fixture(lesson: Lesson) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Learning:
    """`fixture` makes a test case of a lesson and gives its place below the data folder; None where it cannot."""

    db: Database
    understander: Callable[[], Understander]
    clock: Clock
    fixture: FixtureMaker = field(default=_no_fixture)

    def handlers(self) -> dict[str, Handler]:
        return {LEARN: Handler(self.run)}

    async def run(self, job: Job) -> Settle | None:
        lesson = await asyncio.to_thread(self._lesson, int(job.payload["correction_id"]))
        if lesson is None:
            return None
        new = await asyncio.to_thread(self._is_new, lesson)
        made = await asyncio.to_thread(self.fixture, lesson) if lesson.call.consent_at is not None else None
        return lambda connection: self._keep(connection, lesson, new, made)

    def _lesson(self, correction_id: int) -> Lesson | None:
        """None where there is nothing (left) to learn from."""
        with self.db.read() as connection:
            found = reviews.one_correction(connection, correction_id)
            if found is None or found.undone_by is not None or found.kind == "cannot_tell":
                return None
            call = reviews.found(connection, found.call_sid)
            turn = reviews.one_turn(connection, found.call_sid, found.turn_n)
            if call is None or turn is None:
                return None
            valid = [c for c in reviews.corrections(connection, found.call_sid) if c.undone_by is None]
            return lesson_of(found, [c for c in valid if c.turn_n == found.turn_n], call, turn)

    def _is_new(self, lesson: Lesson) -> bool:
        """Whether the grammars would be told something: a service they do not already accept for these words."""
        known = self.understander()
        if lesson.service not in known.catalogue.services or not teachable(lesson.text):
            return False
        if lesson.lang not in known.grammars.languages:
            return False
        today = india_today(self.clock.now())
        meant = known.understand([Hypothesis(lesson.text)], lesson.lang, WaitKind.SERVICE, today)
        return (meant.intent, meant.band) != (lesson.service, Band.ACCEPT)

    def _keep(self, connection: Connection, lesson: Lesson, new: bool, fixture: str | None) -> None:
        now, same = self.clock.now(), correction_table.c.id == lesson.correction.id
        if new and lesson.service is not None:
            text = " ".join(words(lesson.text))
            proposals.add(connection, lesson.lang, lesson.service, text, lesson.correction.id, now)
        connection.execute(update(correction_table).where(same).values(learnt_at=now, fixture=fixture))


def lesson_of(found: Correction, valid: list[Correction], call: Any, turn: Any) -> Lesson:
    """Joins what was corrected of one turn: the words by one correction, the service by another. `valid` are those
    that hold, oldest first."""
    newest = {one.kind: one for one in valid}
    written, meant = newest.get("words"), newest.get("service")
    lang = str(turn.nbest[0]["lang"]) if turn.nbest else call.language or ""
    text = written.value if written else turn.text or ""
    service = meant.value if meant else (turn.service if turn.band == Band.ACCEPT else None)
    return Lesson(found, lang, text, None if found.kind == "not_speech" else service, call, turn)


def teachable(text: str) -> bool:
    """Whether these words may stand in a grammar: a short request without somebody's number."""
    said = words(text)
    digits = max((len(word) for word in said if word.isdecimal()), default=0)
    return 0 < len(said) <= WORDS_AT_MOST and digits <= _DIGITS_AT_MOST
