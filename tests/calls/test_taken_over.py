"""An operator who watches takes the call: the caller is told, and the operator's own telephone rings."""

import asyncio

from anyio import to_thread

from ivr.call.trace import Happened, PromptSent
from ivr.dialogue.events import TakenOver
from ivr.replay.house import ReplayHouse
from ivr.replay.run import Outcome, run_case
from ivr.store import live
from ivr.store.secrets import Secrets

from .conftest import fixture_case, run

SID, OWN = "CA00000000000000000000000000000001", "+919415550177"


def test_a_watched_call_is_taken_over(house: ReplayHouse) -> None:
    board, db = house.assembly.board, house.assembly.db

    async def operator() -> None:
        """Looks as soon as the language is known, and takes the call."""
        while (line := board._lines.get(SID)) is None or line.standing.session.lang is None:
            await to_thread.run_sync(int)  # a loop that never waits would keep the call's own threads from working
        now = house.clock.now()
        number = Secrets(house.settings.secret_key.get_secret_value()).seal(OWN)
        with db.begin() as connection:
            live.watch(connection, "operator", now)
            live.ask_to_take_over(connection, SID, "operator", number, now)
        await board.tell()

    async def both() -> Outcome:
        outcome, _ = await asyncio.gather(run_case(house, fixture_case("hi/street_light_ticket")), operator())
        return outcome

    outcome = run(both)
    assert any(isinstance(e, Happened) and isinstance(e.event, TakenOver) for e in outcome.trace)
    assert [e.prompt for e in outcome.trace if isinstance(e, PromptSent)][-1] == "transfer"
    assert f"dialled   {OWN}" in outcome.transcript
    with db.read() as connection:
        (told,) = live.boards(connection, house.clock.now())
    (call,) = told.calls
    assert (call["sid"], call["lang"]) == (SID, "hi")
    assert call["at_ms"] > 5_000
    assert board._lines == {}, "a call that is over is not shown"
