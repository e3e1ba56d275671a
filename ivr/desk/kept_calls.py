"""A kept call out of the database and the data folder, ready to be exported. Reads only. Blocking."""

from pathlib import Path

from sqlalchemy import select

from ivr.core.errors import IvrError
from ivr.desk.case_export import KeptCall
from ivr.speech.tape import TapeFile
from ivr.store.calls import Calls
from ivr.store.database import Database
from ivr.store.recordings import Recordings
from ivr.store.schema import call

_CALL = "call"


def kept_call(db: Database, calls: Calls, data_dir: Path, call_sid: str) -> KeptCall:
    """The call with its turns and the caller's channel. IvrError where it is not known or its sound is gone."""
    shown = calls.show(call_sid)
    with db.read() as connection:
        row = connection.execute(select(call).where(call.c.sid == call_sid)).first()
    if shown is None or row is None:
        raise IvrError("no such call; `ivr case list` shows those that may be exported", code="no_call")
    if shown.language is None:
        raise IvrError("the caller left before a language was chosen: there is nothing to test in it", code="export")
    return KeptCall(
        language=shown.language,
        turns=shown.turns,
        sound=_caller_sound(Recordings(db), data_dir, call_sid),
        consent_at=row.consent_at,
        service=row.service,
        disposition=row.disposition,
        withheld=row.caller_hash is None,
    )


def exportable(db: Database, limit: int = 50) -> list[tuple[str, str, str]]:
    """(sid, started, disposition) of calls whose callers agreed, the latest first."""
    query = select(call.c.sid, call.c.started_at, call.c.disposition).where(call.c.consent_at.is_not(None))
    with db.read() as connection:
        rows = connection.execute(query.order_by(call.c.started_at.desc()).limit(limit))
        return [(row.sid, f"{row.started_at:%Y-%m-%d %H:%M}", row.disposition or "-") for row in rows]


def _caller_sound(recordings: Recordings, data_dir: Path, call_sid: str) -> bytes:
    """The caller's channel of the call's streams, one after the other as their turns' times count."""
    kept = [one for one in recordings.of_call(call_sid) if one.kind == _CALL]
    if not kept:
        raise IvrError("the sound of this call was not kept, or its time is up", code="recording_gone")
    tapes = [TapeFile.open(data_dir / one.path) for one in kept]
    return b"".join(tape.sound(0, tape.duration_ms)[0] for tape in tapes)
