"""Tickets at the desk: whose they are, what is done to them, what is listed, on both databases."""

from datetime import timedelta

import pytest

from ivr.core.errors import ActRefusedError, ConflictError
from ivr.desk.acting import CITIZEN, Actor, Done
from ivr.desk.bulk import Bulk, Wanted
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.dialogue.commands import OpenTicket
from ivr.store.database import Database
from ivr.store.queues import VIEWS, Cursor, Filter
from ivr.store.tickets import TicketRow
from ivr.understanding.catalogue import Catalogue, Outcome, Service
from tests.store.house import CATALOGUE, NOW, House
from tests.store.office import DESK, appoint

HOUR = timedelta(hours=1)
VISIT = Deed("answer", Party.DESK, code="visit")
POSTS = (
    ("guntur-ward-3", 0, "AP.Guntur.Tenali.3", "municipal"),
    ("guntur-lights", 0, "AP.Guntur", "municipal"),
    ("guntur-collector", 2, "AP.Guntur", ""),
    ("state-secretary", 3, "", ""),
)


def opened(house: House, key: str = "CA1:1", district: str | None = "Guntur", words: str = "") -> TicketRow:
    call = house.call(f"CA{key}")
    ask = OpenTicket(key, "street_light_repair", "te", district, words)
    number = house.desk.open_ticket(call, ask, house.clock.now()).number
    return seen(house, number)


def seen(house: House, number: str) -> TicketRow:
    view = house.desk.grievances.ticket(number, house.clock.now())
    assert view is not None
    return view.ticket


def act(house: House, row: TicketRow, deed: Deed, actor: Actor = DESK, key: str = "k1") -> Done:
    return house.desk.grievances.act(row.number, deed, actor, row.version, key, house.clock.now())


def test_a_ticket_is_its_districts_and_its_departments(db: Database) -> None:
    posts = appoint(db, POSTS)
    row = opened(House(db))
    assert (row.place_path, row.officer_id, row.level) == ("AP.Guntur", posts["guntur-lights"], 0)
    assert row.late_at == row.next_escalation_at
    assert row.officer == "role of guntur-lights"


def test_without_a_post_at_the_first_level_it_begins_where_there_is_one(db: Database) -> None:
    posts = appoint(db, POSTS[2:])
    row = opened(House(db))
    assert (row.officer_id, row.level) == (posts["guntur-collector"], 2)


def test_nobodys_ticket_has_its_clocks_all_the_same(db: Database) -> None:
    row = opened(House(db), district=None)
    assert (row.officer_id, row.place_path, row.officer) == (None, "", "")
    assert row.next_escalation_at is not None


def test_the_load_is_spread(db: Database) -> None:
    appoint(db, (*POSTS, ("guntur-lights-2", 0, "AP.Guntur", "municipal")))
    house = House(db)
    whose = [opened(house, f"CA1:{n}").officer for n in range(4)]
    assert sorted(whose) == ["role of guntur-lights"] * 2 + ["role of guntur-lights-2"] * 2


def test_an_act_changes_the_ticket_and_grows_the_trail(db: Database) -> None:
    house = House(db)
    row = opened(house)
    done = act(house, row, VISIT)
    assert (done.ticket.state, done.ticket.version) == ("answered", row.version + 1)
    assert done.ticket.late_at == done.ticket.solve_by
    view = house.desk.grievances.ticket(row.number, house.clock.now())
    assert view is not None
    assert [(event.kind, event.actor) for event in view.trail] == [("opened", "citizen"), ("answer", "operator-1")]
    assert view.trail[-1].detail == {"code": "visit"}
    assert "claim" in {rule.id for rule in view.acts}
    assert "yes" not in {rule.id for rule in view.acts}


def test_the_same_key_acts_once(db: Database) -> None:
    house = House(db)
    row = opened(house)
    first = act(house, row, VISIT)
    again = act(house, row, VISIT)
    assert (again.event_id, again.ticket.version) == (first.event_id, first.ticket.version)


def test_who_saw_an_older_version_is_told_what_changed(db: Database) -> None:
    house = House(db)
    row = opened(house)
    act(house, row, VISIT)
    with pytest.raises(ConflictError) as told:
        act(house, row, Deed("note", Party.DESK, note="seen"), key="k2")
    assert [getattr(event, "kind", "") for event in told.value.changes] == ["answer"]
    assert told.value.version == row.version + 1


def test_an_act_can_be_taken_back_for_fifteen_seconds_by_whoever_did_it(db: Database) -> None:
    house = House(db)
    row = opened(house)
    claim = Deed("claim", Party.DESK, note="lamp changed", photo="proof/1.jpg")
    done = act(house, row, claim)
    with pytest.raises(ActRefusedError):
        house.desk.grievances.undo(row.number, done.event_id, Actor("operator-2", Party.DESK), NOW)
    back = house.desk.grievances.undo(row.number, done.event_id, DESK, NOW + timedelta(seconds=14))
    assert (back.state, back.claimed_at, back.next_escalation_at) == ("open", None, row.next_escalation_at)
    view = house.desk.grievances.ticket(row.number, NOW)
    assert view is not None
    assert view.claims == ()
    assert view.trail[-1].undoes == done.event_id
    late = act(house, back, claim, key="k3")
    with pytest.raises(ActRefusedError, match="too late"):
        house.desk.grievances.undo(row.number, late.event_id, DESK, NOW + timedelta(seconds=15))


def test_officers_act_on_their_own_tickets_and_those_below(db: Database) -> None:
    posts = appoint(db, POSTS)
    house = House(db)
    row = opened(house)
    answer = Deed("answer", Party.OFFICER, code="visit")
    other = Actor("ward", Party.OFFICER, posts["guntur-ward-3"])
    with pytest.raises(ActRefusedError, match="another officer"):
        act(house, row, answer, other)
    superior = Actor("collector", Party.OFFICER, posts["guntur-collector"])
    assert act(house, row, answer, superior).ticket.state == "answered"


def test_handed_on_it_keeps_its_clock(db: Database) -> None:
    posts = appoint(db, POSTS)
    house = House(db)
    row = opened(house)
    house.clock.advance(3600)
    deed = Deed("hand_on", Party.DESK, note="ward 3", officer_id=posts["guntur-ward-3"])
    after = act(house, row, deed).ticket
    assert (after.officer_id, after.next_escalation_at) == (posts["guntur-ward-3"], row.next_escalation_at)
    with pytest.raises(ActRefusedError, match="no such officer"):
        act(house, after, Deed("hand_on", Party.DESK, note="x", officer_id=999), key="k2")


def test_only_the_citizens_yes_closes_and_stands_beside_the_claim(db: Database) -> None:
    house = House(db)
    claimed = act(house, opened(house), Deed("claim", Party.DESK, note="done", photo="proof/1.jpg")).ticket
    with pytest.raises(ActRefusedError):
        act(house, claimed, Deed("yes", Party.DESK), key="k2")
    closed = act(house, claimed, Deed("yes", Party.CITIZEN), CITIZEN, key="k3").ticket
    assert (closed.state, closed.closed_at, closed.next_escalation_at) == ("closed", NOW, None)
    view = house.desk.grievances.ticket(closed.number, NOW)
    assert view is not None
    (claim,) = view.claims
    assert (claim.photo, claim.answer, claim.answered_at) == ("proof/1.jpg", "yes", NOW)


def test_pages_are_late_first_complete_and_without_repeats(db: Database) -> None:
    house = House(db)
    numbers = []
    for n in range(7):
        numbers.append(opened(house, f"CA1:{n}", district="Guntur" if n % 2 else "Agra").number)
        house.clock.advance(60)
    now, found, after = house.clock.now(), [], None
    while True:
        page = house.desk.grievances.queue(Filter("open"), now, after, limit=3)
        found += [row.number for row in page.rows]
        if page.after is None:
            break
        after = Cursor.read(str(page.after))
    assert found == numbers
    guntur = house.desk.grievances.queue(Filter("open", place="AP.Guntur"), now)
    assert [row.number for row in guntur.rows] == numbers[1::2]
    assert house.desk.grievances.queue(Filter("open", place="AP.Gun"), now).rows == ()


def test_views_and_their_counts(db: Database) -> None:
    house = House(db)
    rows = [opened(house, f"CA1:{n}") for n in range(4)]
    act(house, rows[0], Deed("claim", Party.DESK, note="done", photo="p.jpg"), key="a")
    claimed = act(house, rows[1], Deed("claim", Party.DESK, note="done", photo="p.jpg"), key="b").ticket
    act(house, claimed, Deed("no", Party.CITIZEN, note="still dark"), CITIZEN, key="c")
    house.clock.advance(86400 * 3)
    counts = house.desk.grievances.counts(Filter(), house.clock.now())
    assert set(counts) == set(VIEWS)
    told = {view: counts[view] for view in ("open", "late", "waiting", "said_no", "unassigned", "closed")}
    assert told == {"open": 4, "late": 3, "waiting": 1, "said_no": 1, "unassigned": 3, "closed": 0}


def test_search_by_number_caller_and_words_in_any_script(db: Database) -> None:
    house = House(db)
    row = opened(house, words="వీధి దీపం వెలగడం లేదు")
    for text in (row.number, "94155 50123", "వెలగడం", "velagadam", "Guntur"):
        found = house.desk.grievances.search(text, NOW)
        assert [one.number for one in found.rows] == [row.number], text
    for text in ("9415550124", "పెన్షన్", "?"):
        assert house.desk.grievances.search(text, NOW).rows == ()


async def test_an_act_on_many_is_previewed_and_leaves_changed_ones_alone(db: Database) -> None:
    house = House(db)
    rows = [opened(house, f"CA1:{n}") for n in range(4)]
    acting = house.desk.acting
    bulk = Bulk(db, house.desk.jobs, acting, house.clock, house.bell.ring)
    with pytest.raises(ActRefusedError):
        bulk.preview(Wanted(Deed("claim", Party.DESK, note="x", photo="y"), DESK, Filter()), NOW)
    act(house, rows[0], Deed("claim", Party.DESK, note="done", photo="p.jpg"), key="a")
    preview = bulk.preview(Wanted(VISIT, DESK, Filter()), NOW)
    assert (preview.waiting, preview.results) == (3, {"not_allowed": 1})
    act(house, rows[1], Deed("note", Party.DESK, note="seen"), key="b")
    bulk.start(preview.id, NOW)
    bulk.start(preview.id, NOW)
    job = house.desk.jobs.claim("w", NOW, HOUR, ("bulk_act",))
    assert job is not None
    settle = await bulk.run(job)
    assert settle is not None
    with db.begin() as connection:
        settle(connection)
    done = bulk.progress(preview.id)
    assert (done.state, done.waiting, done.results) == ("done", 0, {"ok": 2, "changed": 1, "not_allowed": 1})


pytestmark = pytest.mark.anyio


def test_a_call_back_is_no_offices_and_no_clock_raises_it(db: Database) -> None:
    posts = appoint(db, POSTS)
    assert posts
    service = Service("callback_request", "helpline", "Call back", Outcome.TICKET)
    house = House(db)
    house.desk._catalogue = Catalogue({**CATALOGUE.services, "callback_request": service}, CATALOGUE.spoken)
    asked = OpenTicket("k9", "callback_request", "te", "Guntur", "")
    row = seen(house, house.desk.open_ticket(house.call("CA9"), asked, NOW).number)
    assert (row.state, row.officer_id, row.next_escalation_at) == ("human", None, None)
