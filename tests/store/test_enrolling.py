"""Responders enrolled by the desk, by command and by file, and taken back."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ivr.cli import relief as command
from ivr.core.data import data_dir
from ivr.core.errors import DataError, ReliefError
from ivr.desk import enrolling
from ivr.desk.enrolling import Given, Known
from ivr.store import enrolments, responders
from ivr.store.database import Database
from tests.store.aid import ITEMS, Aid

KNOWN = Known(ITEMS, {"Barabanki", "Lucknow"}, ("hi", "te"))
SHOP = Given("9415550101", "chemist", "Barabanki", "medicine blood:o_neg=2", "Shop at the bus stand", "225001")
OXYGEN = Given("9415550101", "ngo", "Lucknow", "oxygen=5", "", "226010", "te", "yes", "4")


def has(aid: Aid, row: responders.ResponderRow) -> dict[tuple[str, str], int | None]:
    with aid.db.read() as connection:
        return dict(responders.stock_of(connection, row.id))


def listed(aid: Aid) -> list[responders.ResponderRow]:
    with aid.db.read() as connection:
        return list(responders.listed(connection, None))


def write(aid: Aid, *given: Given) -> dict[str, int]:
    wanted = tuple(enrolling.check(one, KNOWN) for one in given)
    with aid.db.begin() as connection:
        return enrolling.write(connection, aid.relief, wanted, aid.now)


def undo(aid: Aid) -> enrolments.Undone | None:
    with aid.db.begin() as connection:
        return enrolments.undo_last(connection, aid.now)


@pytest.fixture
def aid(db: Database) -> Aid:
    return Aid(db)


def test_who_is_enrolled_is_asked_for_what_waits(aid: Aid) -> None:
    waiting = aid.ask()
    aid.work()
    assert write(aid, SHOP) == {"added": 1, "changed": 0}
    (row,) = listed(aid)
    assert (row.kind, row.district, row.area, row.language, row.at_once) == ("chemist", "Barabanki", "225001", "hi", 2)
    assert has(aid, row) == {("medicine", ""): None, ("blood", "o_neg"): 2}
    aid.work()
    assert aid.asked(waiting) == [row.id]


def test_enrolled_again_only_what_is_named_is_left_and_undo_brings_all_back(aid: Aid) -> None:
    write(aid, SHOP)
    assert write(aid, OXYGEN) == {"added": 0, "changed": 1}
    (row,) = listed(aid)
    assert (row.kind, row.name, row.by_call, row.at_once) == ("ngo", "Shop at the bus stand", True, 4)
    assert has(aid, row) == {("oxygen", ""): 5}
    assert undo(aid) == enrolments.Undone(1, 0, 0)
    (row,) = listed(aid)
    assert (row.kind, row.district, row.language, row.by_call) == ("chemist", "Barabanki", "hi", False)
    assert has(aid, row) == {("medicine", ""): None, ("blood", "o_neg"): 2}
    assert undo(aid) == enrolments.Undone(0, 1, 0)
    assert (listed(aid), undo(aid)) == ([], None)


def test_who_was_asked_already_is_stopped_not_removed(aid: Aid) -> None:
    aid.ask()
    write(aid, SHOP)
    aid.work()
    assert undo(aid) == enrolments.Undone(0, 0, 1)
    assert [row.state for row in listed(aid)] == ["paused"]


def test_who_is_stopped_is_asked_no_more_till_undone(aid: Aid) -> None:
    write(aid, SHOP)
    (row,) = listed(aid)
    with aid.db.begin() as connection:
        assert enrolling.stop(connection, row.id, True, aid.now)
        assert not enrolling.stop(connection, row.id + 1, True, aid.now)
    waiting = aid.ask()
    aid.work()
    assert aid.asked(waiting) == []
    undo(aid)
    assert [one.state for one in listed(aid)] == ["active"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (Given("12", "chemist", "Barabanki", "medicine"), "phone"),
        (Given("9415550101", "shop", "Barabanki", "medicine"), "kind"),
        (Given("9415550101", "ngo", "Atlantis", "medicine"), "Atlantis"),
        (Given("9415550101", "ngo", "Barabanki", ""), "stock is empty"),
        (Given("9415550101", "ngo", "Barabanki", "gold"), "gold"),
        (Given("9415550101", "ngo", "Barabanki", "blood"), "o_neg"),
        (Given("9415550101", "ngo", "Barabanki", "food:rice"), "no kinds"),
        (Given("9415550101", "ngo", "Barabanki", "food", area="0"), "PIN"),
        (Given("9415550101", "ngo", "Barabanki", "food", at_once="8"), "at_once"),
        (Given("9415550101", "ngo", "Barabanki", "food", language="fr"), "language"),
        (Given("9415550101", "ngo", "Barabanki", "food", by_call="maybe"), "by_call"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(given: Given, says: str) -> None:
    with pytest.raises(ReliefError, match=says):
        enrolling.check(given, KNOWN)


def test_every_wrong_line_of_a_file_is_told_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "responders.csv"
    lines = ("phone,kind,district,stock", "9415550101,ngo,Barabanki,food", "12,ngo,Barabanki,food",
             "9415550101,ngo,Barabanki,food", "9415550103,ngo,Barabanki,food,more", "9415550104,x,Y,z")  # fmt: skip
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        enrolling.read(file, KNOWN)
    told = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in told] == ["3", "4", "5", "6"]
    assert "as in line 2" in told[1]
    assert "9415550101" not in str(caught.value), "numbers are personal"


@pytest.mark.parametrize(("text", "says"), [("a,b\n", "knows no column a"), ("phone,kind\n", "lacks the column")])
def test_a_file_with_other_columns_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "responders.csv"
    file.write_text(text)
    with pytest.raises(DataError, match=says):
        enrolling.read(file, KNOWN)


@pytest.mark.parametrize("backend", ["sqlite"])
def test_the_command_from_import_to_undo(
    db: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.upper().startswith("IVR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IVR_DATABASE_URL", url)
    assert data_dir("grammars").is_dir()

    def run(*words: str) -> Result:
        return CliRunner().invoke(command.app, list(words))

    Path("r.csv").write_text("phone,kind,district,stock\n9415550101,ngo,Barabanki,food=50\n9415550102,ngo,Agra,food\n")
    assert "2 responders, nothing wrong" in run("import", "r.csv", "--check").stderr
    assert "2 added" in run("import", "r.csv").stderr
    words = ["enrol", "9415550103", "--kind", "chemist", "--district", "Barabanki", "--has", "medicine", "--by-call"]
    assert "1 added" in run(*words).stderr
    rows = [json.loads(line) for line in run("list", "--district", "Barabanki", "--json").stdout.splitlines()]
    assert [(one["kind"], one["stock"], one["phone"][-4:]) for one in rows] == [
        ("ngo", ["food=50"], "0101"),
        ("chemist", ["medicine"], "0103"),
    ]
    assert run("stop", str(rows[0]["id"])).exit_code == 0
    assert run("stop", "999").exit_code == 1
    assert "paused" in run("list").stdout
    assert [run("undo").exit_code for _ in range(4)] == [0, 0, 0, 1]
    assert "No responders" in run("list").stderr
    wrong = run("enrol", "9415550103", "--kind", "x", "--district", "Barabanki", "--has", "medicine")
    assert (wrong.exit_code, "kind must be" in wrong.stderr) == (1, True)
