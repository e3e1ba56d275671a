"""What an office does in a replay: it answers the newest ticket, or calls it solved so that the helpline rings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ivr.core.errors import ReplayError
from ivr.desk.acting import Actor
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.replay.house import ReplayHouse
from ivr.store.queues import Filter

_OFFICE = Actor("office", Party.DESK)
_WAIT_S = 20.0  # longer than an act can be taken back


async def claim_and_ring(house: ReplayHouse) -> str:
    """Claim the newest ticket, wait, and let the helpline ring; the carrier's sid of that call."""
    desk, number, version = house.assembly.desk.grievances, *_newest(house)
    deed = Deed("claim", Party.DESK, note="done", photo="proof/replay.jpg")
    desk.act(number, deed, _OFFICE, version, f"claim:{number}:{version}", house.clock.now())
    house.clock.advance(_WAIT_S)
    before = len(house.carrier.calls)
    await house.assembly.worker.drain()
    if len(house.carrier.calls) != before + 1:
        raise ReplayError("the helpline did not ring; is it within calling hours?")
    return f"CAc{len(house.carrier.calls):031x}"


async def answer(house: ReplayHouse, said: Mapping[str, Any]) -> None:
    """Tell the citizen of the newest ticket something: `code` of an answer or a question, its day `on`, a `note`."""
    desk, number, version = house.assembly.desk.grievances, *_newest(house)
    act = str(said.get("act", "answer"))
    on = date.fromisoformat(str(said["on"])) if "on" in said else None
    deed = Deed(act, Party.DESK, note=str(said.get("note", "")), code=str(said["code"]), on=on)
    desk.act(number, deed, _OFFICE, version, f"{act}:{number}:{version}", house.clock.now())
    house.clock.advance(_WAIT_S)
    await house.assembly.worker.drain()


def newest_state(house: ReplayHouse) -> str | None:
    """How the newest ticket stands; None where there is none."""
    rows = [row for view in ("open", "closed") for row in _rows(house, view)]
    return max(rows)[2] if rows else None


def _newest(house: ReplayHouse) -> tuple[str, int]:
    rows = _rows(house, "open")
    if not rows:
        raise ReplayError("confirm: there is no ticket to call solved; name a case that opens one in `after`")
    newest = max(rows)
    return newest[1], newest[3]


def _rows(house: ReplayHouse, view: str) -> list[tuple[int, str, str, int]]:
    page = house.assembly.desk.grievances.queue(Filter(view), house.clock.now())
    return [(row.id, row.number, row.state, row.version) for row in page.rows]
