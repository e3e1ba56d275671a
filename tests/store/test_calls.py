"""Calls, callers and what is remembered of them, on both databases."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from ivr.dialogue.commands import Disposition, Flag
from ivr.store.calls import Calls, Turn
from ivr.store.database import Database
from ivr.store.schema import call, caller, flag
from ivr.store.secrets import Secrets

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
NUMBER = "+919415550123"
KEY = "k" * 32


@pytest.fixture
def calls(db: Database) -> Calls:
    return Calls(db, Secrets(KEY))


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_beginning_twice_is_one_call(calls: Calls) -> None:
    assert calls.begin("CA1", NUMBER, NOW)
    assert not calls.begin("CA1", NUMBER, later(1))
    assert calls.known("CA1")
    assert not calls.known("CA2")


@pytest.mark.parametrize("withheld", [None, "", "anonymous", "Restricted", "+266696687", "sip:someone@pbx"])
def test_a_withheld_number_is_a_call_without_caller(calls: Calls, withheld: str | None) -> None:
    assert calls.begin("CA1", withheld, NOW)
    assert calls.caller("CA1") is None
    assert calls.caller_language("CA1") is None
    assert calls.resume("CA1", NOW, NOW) is None


def test_one_caller_however_the_number_is_written(calls: Calls) -> None:
    hashes = set()
    for n, written in enumerate(["+919415550123", "09415550123", "9415550123", "91 94155 50123"]):
        calls.begin(f"CA{n}", written, NOW)
        known = calls.caller(f"CA{n}")
        assert known is not None
        hashes.add(known.phone_hash)
    assert len(hashes) == 1


def test_the_number_stands_nowhere_in_the_database(db: Database, calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    with db.read() as connection:
        [row] = connection.execute(select(caller))
        dump = str([tuple(r) for r in connection.execute(text("SELECT * FROM caller"))])
    assert "9415550" not in dump
    assert Secrets(KEY).open(row.phone_enc) == NUMBER
    assert row.last4 == "0123"


def test_the_session_is_kept_at_every_wait_with_its_turns(calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    assert calls.session("CA1") is None
    calls.save_wait("CA1", json.dumps({"n": 1}), NOW, [Turn("prompt", 0, 900, prompt="greeting", heard_ms=900)])
    said = Turn("caller", 1000, 1800, text="आय प्रमाण पत्र", words=[["आय", 1000, 1200, 0.9]], score=0.91, margin=0.3)
    calls.save_wait("CA1", json.dumps({"n": 2}), later(1), [said], language="hi")
    assert json.loads(calls.session("CA1") or "") == {"n": 2}
    shown = calls.show("CA1")
    assert shown is not None
    assert shown.waits == 2
    assert [turn.side for turn in shown.turns] == ["prompt", "caller"]
    assert shown.turns[1].text == "आय प्रमाण पत्र"
    assert shown.turns[1].words == [["आय", 1000, 1200, 0.9]]
    assert shown.caller == "••••0123"
    assert calls.show("CA9") is None


def test_the_language_is_remembered_for_the_next_call(calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.save_wait("CA1", "{}", NOW, language="te")
    calls.begin("CA2", NUMBER, later(10))
    assert calls.caller_language("CA2") == "te"


def test_a_dropped_call_is_resumed_once(calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.save_wait("CA1", '{"at": "place"}', NOW)
    calls.end("CA1", Disposition.CALLER_LEFT, later(1))
    calls.begin("CA2", NUMBER, later(3))
    calls.begin("CA3", NUMBER, later(3))
    assert calls.resume("CA2", NOW, later(3)) == '{"at": "place"}'
    assert calls.session("CA2") == '{"at": "place"}'
    assert calls.resume("CA3", NOW, later(3)) is None


def test_a_call_that_goes_on_is_not_taken_over_by_a_second_of_the_same_number(calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.save_wait("CA1", "{}", NOW)
    calls.begin("CA2", NUMBER, later(1))
    assert calls.resume("CA2", NOW - timedelta(minutes=10), later(1)) is None
    calls.save_wait("CA2", '{"mine": true}', later(1))
    assert calls.session("CA1") == "{}"


def test_a_call_that_died_with_its_process_is_resumed(calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.save_wait("CA1", '{"at": "place"}', NOW)
    calls.begin("CA2", NUMBER, later(2))
    assert calls.resume("CA2", NOW - timedelta(minutes=10), later(2)) == '{"at": "place"}'
    shown = calls.show("CA1")
    assert shown is not None
    assert (shown.ended_at, shown.disposition) == (NOW, "caller_left")


@pytest.mark.parametrize("disposition", [Disposition.TICKET_OPENED, Disposition.SMS_SENT])
def test_a_call_that_came_to_its_end_is_not_resumed(calls: Calls, disposition: Disposition) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.save_wait("CA1", "{}", NOW)
    calls.end("CA1", disposition, later(1))
    calls.end("CA1", None, later(1))
    calls.begin("CA2", NUMBER, later(2))
    assert calls.resume("CA2", NOW, later(2)) is None


def test_a_call_dropped_long_ago_or_of_somebody_else_is_not_resumed(calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.save_wait("CA1", "{}", NOW)
    calls.end("CA1", None, later(1))
    calls.begin("CA2", NUMBER, later(60))
    assert calls.resume("CA2", later(50), later(60)) is None
    calls.begin("CA3", "+919415550199", later(2))
    assert calls.resume("CA3", NOW, later(2)) is None


def test_two_calls_back_at_once_do_not_both_get_the_session(calls: Calls) -> None:
    calls.begin("CA0", NUMBER, NOW)
    calls.save_wait("CA0", "{}", NOW)
    calls.end("CA0", Disposition.CALLER_LEFT, NOW)
    got: list[str | None] = []
    start = threading.Barrier(2)

    def back(sid: str) -> None:
        start.wait()
        calls.begin(sid, NUMBER, NOW)
        got.append(calls.resume(sid, NOW, later(1)))

    threads = [threading.Thread(target=back, args=(sid,)) for sid in ("CA1", "CA2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(session is not None for session in got) <= 1


def test_the_first_end_and_disposition_stay(db: Database, calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.end("CA1", None, later(1))
    calls.end("CA1", Disposition.TICKET_OPENED, later(2))
    calls.end("CA1", Disposition.CALLER_LEFT, later(3))
    shown = calls.show("CA1")
    assert shown is not None
    assert (shown.ended_at, shown.disposition) == (later(1), "ticket_opened")


def test_the_worst_flag_places_the_call_and_all_are_kept(db: Database, calls: Calls) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.add_flag("CA1", Flag("no_match", "twice"), 31_000)
    calls.add_flag("CA1", Flag("emergency"), 44_000, 45_000)
    calls.add_flag("CA1", Flag("something_new"), 50_000)
    with db.read() as connection:
        row = connection.execute(select(call)).one()
        assert len(connection.execute(select(flag)).all()) == 3
    assert (row.flag_state, row.flag_rank, row.flag_at_ms, row.flag_kind) == (1, 1, 44_000, "emergency")


def test_a_stream_token_is_taken_once(calls: Calls) -> None:
    assert calls.claim_stream_token("t1", NOW)
    assert not calls.claim_stream_token("t1", NOW)


def test_what_a_call_is_about(calls: Calls, db: Database) -> None:
    calls.begin("CA1", NUMBER, NOW)
    calls.describe("CA1", service="street_light_repair")
    calls.describe("CA1", district="Barabanki")
    with db.read() as connection:
        row = connection.execute(select(call)).one()
    assert (row.district, row.service) == ("Barabanki", "street_light_repair")
