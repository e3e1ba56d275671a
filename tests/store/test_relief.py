"""Relief on a database: who is asked, who wins, how it is proved that help came, what the citizen's word does."""

import asyncio
import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ivr.desk.relief import Claim, Delivery
from ivr.store import relief, responders
from ivr.store.database import Database
from ivr.store.relief import OfferState, ReliefState, RequestRow
from tests.store.aid import Aid
from tests.store.house import SECRETS


@pytest.fixture
def aid(db: Database) -> Aid:
    return Aid(db)


def claim(aid: Aid, row: RequestRow, responder_id: int) -> Claim:
    mine = next(one for one in aid.offers(row) if one.responder_id == responder_id)
    with aid.db.begin() as connection:
        return aid.relief.claim(connection, responder_id, mine, aid.now)


def deliver(aid: Aid, responder_id: int, code: str) -> Delivery:
    with aid.db.begin() as connection:
        return aid.relief.deliver(connection, responder_id, code, aid.now)


def received(aid: Aid, row: RequestRow, yes: bool) -> bool:
    with aid.db.begin() as connection:
        return aid.relief.received(connection, row.id, yes, aid.now)


def test_from_a_request_to_the_citizens_yes(aid: Aid) -> None:
    chemist = aid.helper(1)
    row = aid.ask()
    aid.work()
    assert aid.asked(row) == [chemist]
    assert aid.sms_to("9839000001") == ["జనవాణి: Barabanki-te 225001లో అవసరం: మందులు. అందించగలిగితే 3 అని పంపండి."]
    assert claim(aid, row, chemist) is Claim.WON
    aid.work()
    assert aid.relief.code(row) in aid.sms_to("9415500001")[-1]
    assert aid.seen(row).state is ReliefState.CLAIMED
    assert deliver(aid, chemist, aid.relief.code(row)) is Delivery.DELIVERED
    aid.work()
    assert "1" in aid.sms_to("9415500001")[-1]
    assert [to for to, _, _ in aid.carrier.rung] == ["+919415500001"]
    assert aid.solved == []
    assert received(aid, row, yes=True)
    assert not received(aid, row, yes=False), "once said, it is said"
    assert aid.solved == [row.ticket_id]
    assert aid.trail(row) == ["opened", "offered", "claimed", "delivered", "confirmed"]


def test_rings_widen_and_then_the_desk_has_it(aid: Aid) -> None:
    far, near, next_door = aid.helper(1, "225301"), aid.helper(2, "225002"), aid.helper(3)
    region, beside = aid.helper(5, "229001", district="Hardoi"), aid.helper(4, "226010", district="Lucknow")
    aid.helper(6, "282001", district="Agra")
    row = aid.ask()
    aid.work()
    assert aid.asked(row) == [next_door]
    aid.work(19.9)
    assert aid.asked(row) == [next_door]
    aid.work(0.2)
    assert aid.asked(row) == [next_door, near]
    aid.work(20)
    assert aid.asked(row) == [next_door, near, far]
    aid.work(20)
    assert aid.asked(row) == [next_door, near, far, beside]
    aid.work(20)
    assert aid.asked(row) == [next_door, near, far, beside, region]
    aid.work(19)
    assert aid.seen(row).state is ReliefState.WAITING
    aid.work(2)
    assert aid.seen(row).state is ReliefState.DESK
    assert aid.trail(row)[-3:] == ["widened", "offered", "desk"]
    assert {one.state for one in aid.offers(row)} == {OfferState.UNANSWERED, OfferState.WITHDRAWN}
    assert claim(aid, row, near) is Claim.TAKEN


def test_who_declines_is_followed_by_another_at_once(aid: Aid) -> None:
    helpers = [aid.helper(n) for n in range(4)]
    row = aid.ask()
    aid.work()
    assert len(aid.asked(row)) == 3
    first = aid.offers(row)[0]
    with aid.db.begin() as connection:
        assert aid.relief.decline(connection, first.responder_id, first, aid.now)
        assert not aid.relief.decline(connection, helpers[3], first, aid.now), "not theirs"
    aid.work()
    assert sorted(aid.asked(row)) == sorted(helpers)


def test_of_two_claims_one_wins_and_the_rest_is_withdrawn(aid: Aid) -> None:
    one, other = aid.helper(1), aid.helper(2)
    row = aid.ask()
    aid.work()
    assert claim(aid, row, one) is Claim.WON
    assert claim(aid, row, one) is Claim.YOURS
    assert claim(aid, row, other) is Claim.TAKEN
    assert aid.seen(row).responder_id == one
    with aid.db.begin() as connection:
        assert aid.relief.claim(connection, other, None, aid.now) is Claim.NONE
        assert aid.relief.claim(connection, other, aid.offers(row)[0], aid.now) is Claim.NONE


def test_ten_at_once_claim_and_one_wins(aid: Aid) -> None:
    row = aid.ask()
    helpers = [aid.helper(n) for n in range(10)]
    with aid.db.begin() as connection:
        for key, helper in enumerate(helpers):
            relief.offer(connection, relief.NewOffer(row.id, helper, 0, 3 + key % 7), aid.now)
    results: list[Claim] = []
    start = threading.Barrier(len(helpers))

    def run(helper: int) -> None:
        start.wait()
        results.append(claim(aid, row, helper))

    threads = [threading.Thread(target=run, args=(helper,)) for helper in helpers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [Claim.TAKEN] * 9 + [Claim.WON]
    assert aid.trail(row).count("claimed") == 1


ACTS = st.lists(
    st.tuples(st.sampled_from(["claim", "decline", "deliver", "wrong", "yes", "no", "late"]), st.integers(0, 2)),
    max_size=14,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_no_path_ends_without_the_citizens_yes_and_never_two_have_it(aid: Aid, acts: list[tuple[str, int]]) -> None:
    aid.solved.clear()
    helpers = [aid.helper(n) for n in range(3)]
    row = aid.ask()
    aid.work()
    said_yes = False
    for act, n in acts:
        before = aid.seen(row)
        offers = {one.responder_id: one for one in aid.offers(row)}
        with aid.db.begin() as connection:
            if act == "claim":
                won = aid.relief.claim(connection, helpers[n], offers.get(helpers[n]), aid.now)
                assert (won is Claim.WON) <= (before.state is ReliefState.WAITING)
            elif act == "decline":
                aid.relief.decline(connection, helpers[n], offers.get(helpers[n]), aid.now)
            elif act in ("deliver", "wrong"):
                code = aid.relief.code(row)
                code = code if act == "deliver" else str((int(code) + 1) % 10_000).zfill(4)
                told = aid.relief.deliver(connection, helpers[n], code, aid.now)
                assert (told is Delivery.DELIVERED) <= (act == "deliver" and before.responder_id == helpers[n])
            elif act in ("yes", "no"):
                said_yes |= aid.relief.received(connection, row.id, act == "yes", aid.now) and act == "yes"
        if act == "late":
            aid.work(13 * 60)
        after = aid.seen(row)
        assert (after.state in (ReliefState.CLAIMED, ReliefState.DELIVERED)) <= (after.responder_id is not None)
        assert (after.state is ReliefState.CONFIRMED) == said_yes
    assert aid.solved == [row.ticket_id] * said_yes
    with aid.db.begin() as connection:  # nothing is left for the next example
        relief.move(connection, row.id, ReliefState.CANCELLED)
        for helper in helpers:
            responders.pause(connection, helper, paused=False)
        connection.exec_driver_sql("UPDATE relief_offer SET state='withdrawn' WHERE state='open'")


def test_a_claim_of_which_nothing_comes_is_given_back_with_its_stock(aid: Aid) -> None:
    one, other = aid.helper(1), aid.helper(2, "225002")
    with aid.db.begin() as connection:
        responders.keep_stock(connection, one, "medicine", {"": 1}, aid.now)
    row = aid.ask()
    aid.work()
    assert claim(aid, row, one) is Claim.WON
    assert aid.stock(one) == {("medicine", ""): 0}
    aid.work(11.9 * 60)
    assert aid.seen(row).state is ReliefState.CLAIMED
    aid.work(0.3 * 60)
    assert aid.seen(row).state is ReliefState.WAITING
    assert aid.stock(one) == {("medicine", ""): 1}
    aid.work(25)
    assert aid.asked(row) == [one, other]


def test_wrong_codes_lock_the_claim(aid: Aid) -> None:
    one = aid.helper(1)
    row = aid.ask()
    aid.work()
    assert deliver(aid, one, "0000") is Delivery.NONE
    claim(aid, row, one)
    wrong = str((int(aid.relief.code(row)) + 1) % 10_000).zfill(4)
    assert [deliver(aid, one, wrong) for _ in range(5)] == [Delivery.WRONG] * 5
    assert deliver(aid, one, aid.relief.code(row)) is Delivery.LOCKED
    assert aid.trail(row).count("wrong_code") == 5


def test_the_code_tells_which_of_two_claims(aid: Aid) -> None:
    one = aid.helper(1)
    first, second = aid.ask(1), aid.ask(2)
    aid.work()
    for row in (first, second):
        assert claim(aid, row, one) is Claim.WON
    assert deliver(aid, one, aid.relief.code(second)) is Delivery.DELIVERED
    assert (aid.seen(first).state, aid.seen(second).state) == (ReliefState.CLAIMED, ReliefState.DELIVERED)


def test_a_citizen_who_says_no_twice_is_looked_after_by_the_desk(aid: Aid) -> None:
    helpers = [aid.helper(n) for n in range(2)]
    row = aid.ask()
    aid.work()
    for helper, state in zip(helpers, (ReliefState.WAITING, ReliefState.DESK), strict=True):
        assert claim(aid, row, helper) is Claim.WON
        assert deliver(aid, helper, aid.relief.code(row)) is Delivery.DELIVERED
        assert received(aid, row, yes=False)
        assert aid.seen(row).state is state
        aid.work()
    assert aid.solved == []


def test_who_registers_is_asked_for_what_waits(aid: Aid) -> None:
    row = aid.ask(service="food_ration_request")
    aid.work()
    assert aid.asked(row) == []
    late = aid.helper(5, item="food")
    aid.work()
    assert aid.asked(row) == [late]


def test_blood_by_group_and_by_call_at_night(aid: Aid) -> None:
    giver = aid.helper(1, item="blood", details=("o_neg",), by_call=True)
    aid.helper(2, item="blood", details=("b_pos",), by_call=True)
    aid.clock.advance(12 * 3600)
    row = aid.ask(service="blood_request", detail="a_pos")
    aid.work()
    assert aid.asked(row) == [giver]
    assert [to for to, _, _ in aid.carrier.rung] == ["+919839000001"], "rung at ten in the evening"
    assert aid.callbacks.purpose("CAout1") == "urgent"
    assert aid.callbacks.key("CAout1").startswith(f"offer:{aid.offers(row)[0].id}:")
    aid.callbacks.reported("CAout1", "no-answer", aid.now)
    aid.work(9)
    assert len(aid.carrier.rung) == 1, "who does not answer an offer is not rung again"


def test_food_waits_for_the_morning_to_ring(aid: Aid) -> None:
    aid.helper(1, item="food", by_call=True)
    aid.clock.advance(12 * 3600)
    aid.ask(service="food_ration_request")
    aid.work()
    assert aid.carrier.rung == []


def test_scarce_hands_go_to_the_wards_by_turns(aid: Aid) -> None:
    """One chemist, two wards: who asked first has two requests, but the other ward is served before its second."""
    chemist = aid.helper(1, "225002", at_once=1)
    rows = [aid.ask(1, area="225001"), aid.ask(2, area="225001")]
    aid.clock.advance(60)
    rows.append(aid.ask(3, area="225002"))
    served: list[str] = []
    for _ in rows:
        aid.work(21)
        asked = next(row for row in rows if any(one.state is OfferState.OPEN for one in aid.offers(row)))
        claim(aid, asked, chemist)
        deliver(aid, chemist, aid.relief.code(asked))
        served.append(asked.area)
    assert sorted(served[:2]) == ["225001", "225002"]


def test_a_pause_is_kept_to_and_names_are_not_lost(aid: Aid) -> None:
    one = aid.helper(1, name="Gupta Medical")
    assert aid.helper(1) == one
    with aid.db.begin() as connection:
        found = responders.find(connection, one)
        responders.pause(connection, one, paused=True)
    assert found is not None
    assert (found.name, found.phone) == ("Gupta Medical", "••••0001")
    row = aid.ask()
    aid.work()
    assert aid.asked(row) == []


def test_a_code_is_never_in_the_clear(aid: Aid) -> None:
    row = aid.ask()
    code = aid.relief.code(row)
    assert code.encode() not in row.code_enc
    assert code not in row.code_hash
    assert SECRETS.open(row.code_enc, "relief-code") == code


def test_however_many_looks_are_foreseen_one_is_queued(aid: Aid) -> None:
    for n in range(5):
        aid.ask(n)
    aid.work()
    counts = aid.desk.jobs.counts()
    assert counts["ready"] == 1
    asyncio.run(aid.worker().drain())
    assert aid.desk.jobs.next_due(("relief_match",)) == aid.now + timedelta(minutes=20)
