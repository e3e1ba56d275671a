"""Corrected calls as test cases below the data folder: anonymised sound, and what an operator said it means.

`ivr replay VAR/cases/<lang>/<id>` plays one. Only calls whose callers agreed; `case_export` decides what
of their words may leave.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
import yaml

from ivr.core.data import data_dir
from ivr.core.errors import IvrError
from ivr.desk.case_export import Exported, Review, exported
from ivr.desk.kept_calls import kept_call
from ivr.desk.learning import Lesson
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.understanding.private import PrivateWords
from ivr.understanding.understand import Understander

CASES = "cases"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CaseMaker:
    """Makes a case of a lesson; its place below the data folder, None where nothing of the call may leave."""

    db: Database
    calls: Calls
    data_dir: Path
    understander: Callable[[], Understander]

    def __call__(self, lesson: Lesson) -> str | None:
        place = Path(CASES) / lesson.lang / f"correction_{lesson.correction.id}"
        if (self.data_dir / place).exists():  # a job may be done twice
            return str(place)
        try:
            call = kept_call(self.db, self.calls, self.data_dir, lesson.correction.call_sid)
            private = PrivateWords.of(self.understander(), data_dir("grammars"), call.language)
            case = exported(call, private, review_of(lesson))
            expecting(case, lesson).write(self.data_dir / place)
        except IvrError as error:
            log.info("no_case_of_correction", correction=lesson.correction.id, code=error.code)
            return None
        return str(place)


def review_of(lesson: Lesson) -> Review:
    """What the operator's correction says about the case."""
    texts = {lesson.turn.start_ms: lesson.text} if lesson.correction.kind == "words" else {}
    return Review(title=f"A corrected call: {lesson.correction.kind}", texts=texts)


def expecting(case: Exported, lesson: Lesson) -> Exported:
    """The case, with the corrected service as what must come out."""
    described = yaml.safe_load(case.files["case.yaml"])
    described["expect"] = {"language": lesson.call.language} | ({"service": lesson.service} if lesson.service else {})
    text = yaml.safe_dump(described, allow_unicode=True, sort_keys=False, width=120)
    return replace(case, files={**case.files, "case.yaml": text.encode()})
