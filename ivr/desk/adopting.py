"""Takes up what supervisors accepted while the server runs: every process looks once a minute, and builds what is new
when no call goes on in it, or after ten minutes at the latest.
"""

from collections.abc import Callable
from pathlib import Path

import anyio
import structlog
from anyio import to_thread

from ivr.core.data import data_dir
from ivr.core.errors import IvrError
from ivr.desk.learnt_file import write_learnt
from ivr.store import proposals
from ivr.store.database import Database
from ivr.understanding.grammars import Grammars
from ivr.understanding.learnt import FOLDER, load_learnt, taught
from ivr.understanding.understand import Understander

EVERY_S = 60.0
PUT_OFF_AT_MOST = 10  # rounds
log = structlog.get_logger()


class Adopting:
    """`understander` was made with what had been accepted by then; `busy` says whether calls go on."""

    def __init__(self, db: Database, data_dir: Path, understander: Understander, busy: Callable[[], bool]) -> None:
        self._db, self._data_dir, self._understander, self._busy = db, data_dir, understander, busy
        self._known: object = None
        self._put_off = 0

    async def run(self) -> None:
        """Until cancelled. A database that is away is no reason to stop."""
        while True:
            try:
                await self.look()
            except IvrError as error:
                log.warning("learnt_phrases_not_read", code=error.code)
            await anyio.sleep(EVERY_S)

    async def look(self) -> tuple[str, ...]:
        """Adopt what changed since the last time; the languages that did."""
        state = await to_thread.run_sync(self._state)
        if self._known is None or state == self._known:
            self._known = state
            return ()
        if self._busy() and self._put_off < PUT_OFF_AT_MOST:
            self._put_off += 1
            return ()
        changed = await to_thread.run_sync(self._adopt)
        self._known, self._put_off = state, 0
        log.info("learnt_phrases_adopted", languages=list(changed))
        return changed

    def _state(self) -> object:
        with self._db.read() as connection:
            return proposals.state_of(connection)

    def _adopt(self) -> tuple[str, ...]:
        write_learnt(self._db, self._data_dir)
        shipped = Grammars.load(data_dir("grammars"))
        return self._understander.adopt(taught(shipped, load_learnt(self._data_dir / FOLDER)))
