"""`ivr alerts`, `ivr certificates` and `ivr stats` as a person meets them."""

import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli import alerts, certificates
from ivr.cli.stats import stats
from ivr.core.errors import AlertError, CertificateError
from ivr.dialogue.commands import OpenTicket
from ivr.store.database import Database
from tests.store.house import NOW, House

stats_app = typer.Typer()
stats_app.command()(stats)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, url: str) -> None:
    for name in [name for name in os.environ if name.upper().startswith("IVR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("IVR_DATABASE_URL", url)


@pytest.fixture
def backend() -> str:
    """The commands only pass on what the desk does, which is tested on both."""
    return "sqlite"


def run(app: typer.Typer, *words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def lines(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_campaign_is_sent_watched_paused_and_ended(db: Database, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("+919415550001,te\n09415550002\n\n", encoding="utf-8")
    voice = tmp_path / "heat.wav"
    voice.write_bytes(b"RIFF")
    words = ["send", "Heat", "--text", "hi=लू चलेगी", "--recording", f"te={voice}", "--list", str(people)]
    made = lines(run(alerts.app, *words, "--kind", "heat", "--json"))[0]
    assert (made["state"], made["total"], made["reached"]) == ("running", 2, 0)
    assert len(list((tmp_path / "var" / "alerts").glob("*-te.wav"))) == 1
    assert run(alerts.app, "pause", "1").exit_code == 0
    assert "paused (asked)" in run(alerts.app, "status", "1").stdout
    assert run(alerts.app, "resume", "1").exit_code == 0
    assert run(alerts.app, "stop", "1").exit_code == 0
    assert [one["state"] for one in lines(run(alerts.app, "list", "--json"))] == ["stopped"]
    assert "stopped" in run(alerts.app, "status", "1", "--watch").stdout


def test_what_cannot_be_sent_says_why(db: Database) -> None:
    assert isinstance(run(alerts.app, "status", "9").exception, AlertError)
    assert isinstance(run(alerts.app, "send", "x", "--text", "hi=अ", "--place", "Agra").exception, AlertError)
    assert isinstance(run(alerts.app, "send", "x", "--recording", "hi=no.wav", "--place", "Agra").exception, AlertError)
    assert isinstance(run(alerts.app, "send", "x", "--text", "hi=अ", "--list", "no.csv").exception, AlertError)
    assert run(alerts.app, "send", "x", "--text", "अ", "--place", "Agra").exit_code == 2


def test_certificates_from_the_list_to_the_check(db: Database, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    rows = "kind,holder,district,on,until\nincome_certificate,सीता देवी,Agra,2026-11-20,\n"
    people.write_text(rows + "caste_certificate,Ram Lal,Agra,2026-11-20,2027-11-19\n", encoding="utf-8")
    words = ["issue", "--list", str(people), "--qr", "qr", "--json"]
    made = lines(run(certificates.app, *words))
    assert [one["initials"] for one in made] == ["सी दे", "R L"]
    assert lines(run(certificates.app, *words)) == made, "the same list issues nothing twice"
    assert sorted(file.name for file in (tmp_path / "qr").iterdir()) == sorted(f"{one['number']}.svg" for one in made)
    assert str(made[0]["url"]).endswith(f"/verify/{made[0]['code']}")
    assert "valid" in run(certificates.app, "verify", str(made[0]["code"])).stdout
    assert run(certificates.app, "revoke", str(made[0]["number"]), "--reason", "lost").exit_code == 0
    revoked = run(certificates.app, "verify", str(made[0]["number"]), "--json")
    assert (revoked.exit_code, json.loads(revoked.stdout)["result"]) == (1, "revoked")
    assert len(run(certificates.app, "list").stdout.splitlines()) == 2
    assert len(run(certificates.app, "key").stdout.strip()) == 64
    people.write_text("name\nx\n", encoding="utf-8")
    assert isinstance(run(certificates.app, "issue", "--list", str(people)).exception, CertificateError)


def test_the_league_is_printed(db: Database) -> None:
    assert "No tickets" in run(stats_app).stderr
    house = House(db)
    house.call()
    house.desk.open_ticket("CA1", OpenTicket("k", "street_light_repair", "hi", "Guntur", ""), NOW)
    days = "3660"
    found = lines(run(stats_app, "--json", "--days", days, "--district", "Guntur"))
    assert [one["kind"] for one in found] == ["league", "relief_spread"]
    assert (found[0]["name"], found[0]["tickets"], found[0]["solved_share"]) == ("municipal", 1, 0.0)
    shown = run(stats_app, "--days", days, "--by", "district", "--district", "Guntur").stdout
    assert "Guntur" in shown
    assert run(stats_app, "--by", "moon").exit_code == 2
