"""Calls that go on: what is shown, to whom, how it is kept up to date; listening in and taking over."""

import asyncio
import json
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from ivr.call.board import Board, Standing
from ivr.console import live as live_pages
from ivr.dialogue.session import REFUSED, At, Session
from ivr.speech.tape import HEADER_BYTES
from ivr.store import live
from ivr.store.access import newest
from ivr.store.schema_review import live_board, take_over
from tests.console.calls import Sample, leave
from tests.console.house import Desktop

SID = "CAlive000000000001"


class Line:
    """A call that stands still."""

    def __init__(self, partial: str = "తెనాలి దగ్గర", silent_ms: int = 400) -> None:
        session = Session(SID, at=At.PLACE, lang="te", misses=1)
        self.standing = Standing(session, 48_000, partial, silent_ms, sounding=False)
        self.handed_over = 0

    def hand_over(self) -> None:
        self.handed_over += 1


@pytest.fixture
def board(lite: Desktop) -> Board:
    leave(lite.db, lite.data, Sample(SID, seconds=20, flags=()))
    return Board(lite.db, lite.clock, "one:1", lambda: 0.1)


def tell(board: Board) -> None:
    asyncio.run(board.tell())


def rows(desktop: Desktop) -> int:
    with desktop.db.read() as connection:
        return len(connection.execute(select(live_board)).all())


def logged(desktop: Desktop) -> list[tuple[str, str]]:
    with desktop.db.read() as connection:
        return [(line.entry.act, line.entry.detail) for line in newest(connection)]


def test_nothing_is_published_while_nobody_looks(lite: Desktop, board: Board) -> None:
    board.add(SID, Line())
    tell(board)
    assert rows(lite) == 0
    operator = lite.client("operator")
    assert "calls now 0" in operator.get("/live").text
    tell(board)
    page = operator.get("/live").text
    told = (
        "calls now 1 / 20",
        "95 of 100 replies within 0.7 s",
        "ended without a result 0",
        "asks the district",
        "తెనాలి దగ్గర",
        "0.4 s",
        "not understood 1x",
        "recognition 100 ms late",
    )
    for shown in told:
        assert shown in page
    lite.clock.advance(16)
    tell(board)
    assert rows(lite) == 0, "callers' words are not left lying about"


def test_figures_that_are_old_say_so_and_those_of_a_dead_process_go(lite: Desktop, board: Board) -> None:
    board.add(SID, Line(silent_ms=9_000))
    operator = lite.client("operator")
    operator.get("/live")
    tell(board)
    assert "9.0 s (long)" in operator.get("/live").text
    lite.clock.advance(12)
    assert "(stale 12 s!)" in operator.get("/live").text
    lite.clock.advance(60)
    assert "calls now 0" in operator.get("/live").text


def test_who_may_look(lite: Desktop) -> None:
    for name, status in (("operator", 200), ("supervisor", 200), ("officer", 403), ("auditor", 403)):
        assert lite.client(name).get("/live").status_code == status


def test_listening_in_needs_a_reason_that_is_logged_first(lite: Desktop, board: Board) -> None:
    operator = lite.client("operator")
    assert operator.get(f"/live/{SID}/sound").status_code == 403
    assert operator.post(f"/live/{SID}/listen", {"reason": " "}).status_code == 422
    assert f"/console/live/{SID}/sound" not in operator.get(f"/live/{SID}").text
    operator.post(f"/live/{SID}/listen", {"reason": "long silence"})
    operator.post(f"/live/{SID}/listen", {"reason": "again"})
    assert [entry for entry in logged(lite) if entry[0] == "listened_in"] == [("listened_in", "long silence")]
    assert f"/console/live/{SID}/sound" in operator.get(f"/live/{SID}").text
    assert lite.client("supervisor").get(f"/live/{SID}/sound").status_code == 403, "a reason of one's own"


def test_the_sound_grows_while_it_is_listened_to(lite: Desktop, board: Board) -> None:
    path = next((lite.data / "recordings").rglob("*.wav"))

    async def heard() -> bytes:
        stream = live_pages._growing(path)
        found = await anext(stream) + await anext(stream)
        with path.open("ab") as file:
            file.write(b"\x11\x22" * 50)
        return found + await anext(stream)

    sound = asyncio.run(heard())
    assert sound[:4] == b"RIFF"
    assert len(sound) == HEADER_BYTES + 2_000 * 16 + 100
    assert sound.endswith(b"\x11\x22" * 50)


def test_taking_over_rings_the_number_given_and_asks_the_line_once(lite: Desktop, board: Board) -> None:
    line = Line()
    board.add(SID, line)
    operator = lite.client("operator")
    operator.get("/live")
    assert operator.post(f"/live/{SID}/take-over", {"number": "12"}).status_code == 422
    operator.post(f"/live/{SID}/take-over", {"number": "+919415550177"})
    tell(board)
    tell(board)
    assert line.handed_over == 1
    assert live.Takers(lite.db, lite.around.secrets)(SID) == "+919415550177"
    supervisor = lite.client("supervisor")
    supervisor.post(f"/live/{SID}/take-over", {"number": "+919415550178"})
    assert "Somebody has taken this call" in supervisor.get("/live").text
    assert [act for act, _ in logged(lite)].count("taken_over") == 1
    with lite.db.read() as connection:
        stored = connection.execute(select(take_over)).one()
    assert b"9415550177" not in stored.number_enc
    assert "+919415550177" in operator.get(f"/live/{SID}").text, "asked for once, offered the next time"


def test_events_come_when_something_changed_and_end_by_themselves(
    lite: Desktop, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.add(SID, Line())
    operator = lite.client("operator")
    operator.get("/live")
    tell(board)
    beats = 0

    async def beat(seconds: float) -> None:
        """Instead of waiting: time goes on, and at the third second the caller says more."""
        nonlocal beats
        beats += 1
        lite.clock.advance(seconds if beats < 6 else 300)
        with lite.db.begin() as connection:
            live.watch(connection, "operator", lite.clock.now())
            if beats == 3:
                told = connection.execute(select(live_board)).one().calls
                connection.execute(update(live_board).values(calls=[{**told[0], "partial": "తెనాలి"}]))
            connection.execute(update(live_board).values(at=lite.clock.now()))

    monkeypatch.setattr(live_pages, "pause", beat)
    answer = operator.get("/live/events", **{"last-event-id": "7"})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-accel-buffering"] == "no"
    found = [json.loads(line[6:])["html"] for line in answer.text.splitlines() if line.startswith("data: ")]
    assert answer.text.startswith("retry: 2000")
    assert "id: 8" in answer.text
    assert "తెనాలి దగ్గర" in found[0]
    assert any("“తెనాలి”" in html for html in found[1:])


def test_who_does_not_want_to_be_recorded_is_not_listened_to(lite: Desktop, board: Board) -> None:
    line = Line()
    line.standing = replace(line.standing, session=replace(line.standing.session, consent=REFUSED))
    board.add(SID, line)
    operator = lite.client("operator")
    operator.get("/live")
    tell(board)
    assert operator.post(f"/live/{SID}/listen", {"reason": "curious"}).status_code == 403
    assert "does not want to be recorded" in operator.get(f"/live/{SID}").text
