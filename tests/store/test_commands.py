"""`ivr db`, `ivr tickets`, `ivr doctor` and `ivr worker` as a person meets them."""

import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli import db as db_command
from ivr.cli import doctor as doctor_command
from ivr.cli import tickets as tickets_command
from ivr.core.errors import ConfigurationError
from ivr.core.ids import format_ticket
from ivr.core.settings import Settings
from ivr.dialogue.commands import OpenTicket, SendSms
from ivr.store.database import Database
from ivr.store.upgrade import newest
from tests.store.house import NOW, House


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith("IVR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def house(url: str, db: Database, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("IVR_DATABASE_URL", url)
    return House(db)


def run(app: typer.Typer, *words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def test_the_tables_are_made_once() -> None:
    assert run(db_command.app, "version").exit_code == 1
    assert f"empty -> {newest()}" in run(db_command.app, "upgrade").stdout
    assert "up to date" in run(db_command.app, "upgrade").stdout
    assert run(db_command.app, "version").exit_code == 0


def test_without_tables_the_remedy_is_told() -> None:
    error = run(tickets_command.app, "list").exception
    assert isinstance(error, ConfigurationError)
    assert "ivr db upgrade" in str(error)


def test_tickets_are_listed_and_shown_with_masked_numbers(house: House) -> None:
    house.call()
    opened = house.desk.open_ticket("CA1", OpenTicket("k", "street_light_repair", "hi", "Guntur", "बत्ती"), NOW)
    house.desk.send_sms("CA1", SendSms("s", "ticket_opened", "hi", {"number": opened.number}), NOW)
    shown = format_ticket(opened.number)
    listed = run(tickets_command.app, "list").stdout
    assert shown in listed
    assert "due 24 Nov 2026 10:00" in listed
    assert "••••0123" in listed
    line = json.loads(run(tickets_command.app, "list", "--json").stdout)
    assert (line["number"], line["district"], line["due_at"]) == (opened.number, "Guntur", "2026-11-24T04:30:00+00:00")
    assert "words" not in line
    detail = run(tickets_command.app, "show", shown)
    assert "बत्ती" in detail.stdout
    assert "citizen: opened -> open" in detail.stdout
    assert json.loads(run(tickets_command.app, "show", opened.number, "--json").stdout)["trail"][0]["kind"] == "opened"
    sms = json.loads(run(tickets_command.app, "sms", "--json").stdout)
    assert (sms["state"], sms["to"]) == ("queued", "••••0123")
    assert "9415550" not in listed + detail.stdout + json.dumps(sms)


def test_a_ticket_that_is_not_there_and_an_empty_list(house: House) -> None:
    assert run(tickets_command.app, "show", "1234567").exit_code == 1
    assert "No tickets" in run(tickets_command.app, "list").stderr
    assert "No SMS" in run(tickets_command.app, "sms").stderr


def test_dead_letters_are_listed_and_tried_again(house: House) -> None:
    jobs = house.desk.jobs
    with house.db.begin() as connection:
        jobs.enqueue(connection, "send_sms", {"sms_id": 1}, key="a", at=NOW)
    job = jobs.claim("w", NOW, NOW - NOW, ("send_sms",))
    assert job is not None
    with house.db.begin() as connection:
        jobs.fail(connection, job, NOW, "carrier_21211", retryable=False)
    assert "carrier_21211 after 1 attempts" in run(db_command.app, "jobs").stdout
    assert run(db_command.app, "retry", str(job.id)).exit_code == 0
    assert run(db_command.app, "retry", str(job.id)).exit_code == 1
    assert jobs.counts() == {"ready": 1}


def doctor(*words: str) -> Result:
    app = typer.Typer()
    app.command()(doctor_command.doctor)
    return run(app, *words)


def test_the_doctor_explains_every_setting_and_hides_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_TWILIO_AUTH_TOKEN", "very-secret-token")
    monkeypatch.setenv("IVR_DATABASE_URL", "postgresql://me:very-secret-password@127.0.0.1:1/x")
    result = doctor()
    for name in Settings.model_fields:
        assert f"IVR_{name.upper()} = " in result.stdout
    assert "very-secret" not in result.stdout + result.stderr
    assert "FAIL  database" in result.stdout
    assert "FAIL  carrier: not set: IVR_TWILIO_ACCOUNT_SID, IVR_TWILIO_NUMBER" in result.stdout
    assert result.exit_code == 1


def test_a_fresh_machine_with_tables_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_PORT", "0")
    run(db_command.app, "upgrade")
    result = doctor("--json", "--no-settings")
    levels = {line["check"]: line["level"] for line in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 0, result.stdout
    assert set(levels.values()) == {"ok", "warn"}
    assert {levels[name] for name in ("data_dir", "secret_key", "database", "models", "prompts", "port")} == {"ok"}
    assert {levels[name] for name in ("sms", "public_url", "carrier", "operator")} == {"warn"}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("IVR_PUBLIC_URL", "http://helpline.example.in", "https"),
        ("IVR_MODELS_DIR", "broken", "models"),
        ("IVR_PRT", "80", "did you mean IVR_PORT"),
    ],
)
def test_what_is_broken_fails(monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str) -> None:
    (Path("broken") / "hi").mkdir(parents=True)
    monkeypatch.setenv(name, value)
    result = doctor("--no-settings")
    assert result.exit_code == 1
    assert any(line.startswith("FAIL") and told in line for line in result.stdout.splitlines())


def test_a_key_that_others_can_read_is_told() -> None:
    Settings.load()
    Path("var/secret.key").chmod(0o644)
    assert "FAIL  secret_key: others can read it; run: chmod 600 var/secret.key" in doctor("--no-settings").stdout
