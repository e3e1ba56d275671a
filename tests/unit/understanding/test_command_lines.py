"""`ivr understand`, `accuracy`, `tune` and `check` on the real grammars."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ivr.cli.accuracy import accuracy
from ivr.cli.tune import tune
from ivr.cli.understand import understand

ROWS = """lang,text,service_id,note
hi,आय प्रमाण पत्र बनवाना है,income_certificate,plain
te,రేషన్ కార్డు పోయింది,ration_card_duplicate,plain
hi,एक गाना सुनाओ,,negative
hi,राशन कार्ड,ration_card_new|ration_card_status,ambiguous
"""
SLOTS = """lang,text,kind,value
hi,साढ़े पाँच,number,5.5
hi,नौ चार एक पाँच पाँच पाँच शून्य एक दो तीन,digits,9415550123
te,అవును,yes_no,yes
hi,हम्म,yes_no,unclear
hi,कल आएंगे,date,2026-11-23
te,రేపు,date,2026-11-23
"""


def invoke(command: object, *arguments: str, given: str | None = None) -> Result:
    app = typer.Typer()
    app.command()(command)  # type: ignore[type-var]
    return CliRunner().invoke(app, list(arguments), input=given)


def test_understand_prints_a_line_of_json_for_each_text() -> None:
    result = invoke(understand, "--lang", "hi", given="आय प्रमाण पत्र बनवाना है\n\nराशन कार्ड खो गया\n")
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["intent"] for line in lines] == ["income_certificate", None, "ration_card_duplicate"]
    for line in lines:
        assert {"text", "lang", "intent", "score", "margin", "band", "alternatives", "slots"} <= line.keys()
        assert len(line["alternatives"]) >= 3
        assert 0 <= line["score"] <= 1
        assert 0 <= line["margin"] <= 1


def test_understand_reads_a_slot_with_a_reference_day() -> None:
    result = invoke(understand, "--lang", "te", "--wait", "date", "--today", "2026-11-22", "--json", "రేపు")
    assert json.loads(result.stdout)["slots"] == {"date": "2026-11-23"}


@pytest.mark.parametrize("arguments", [("--lang", "xx", "x"), ("--wait", "song", "x"), ("--today", "22/11", "x")])
def test_wrong_usage_is_exit_code_2(arguments: tuple[str, ...]) -> None:
    assert invoke(understand, *arguments).exit_code == 2


def test_accuracy_measures_and_writes_json(tmp_path: Path) -> None:
    file, out = tmp_path / "rows.csv", tmp_path / "out.json"
    file.write_text(ROWS, encoding="utf-8")
    result = invoke(accuracy, str(file), "--json", "--out", str(out))
    assert result.exit_code == 0, result.output
    report = json.loads(out.read_text(encoding="utf-8"))
    assert json.loads(result.stdout) == report
    assert report["groups"]["all"]["top_1"]["hits"] == 3
    assert report["groups"]["all"]["negatives_refused"] == {"hits": 1, "total": 1, "rate": 1, "low": 0.2065, "high": 1}


def test_accuracy_of_slots(tmp_path: Path) -> None:
    file = tmp_path / "slots.csv"
    file.write_text(SLOTS, encoding="utf-8")
    result = invoke(accuracy, str(file), "--slots", "--json", "--today", "2026-11-22")
    assert json.loads(result.stdout)["groups"]["all"]["rate"] == 1, result.output


def test_a_file_without_the_columns_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    result = invoke(accuracy, str(file))
    assert result.exit_code == 1
    assert "no column" in str(result.exception)


def test_tuning_without_writing(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(ROWS, encoding="utf-8")
    result = invoke(tune, str(file), "--dry-run", "--corrupt", "0", "--json")
    assert result.exit_code == 0, result.output
    best = json.loads(result.stdout)["best"]
    assert 0 <= best["confirm"] <= best["accept"] <= 1
