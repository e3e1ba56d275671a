"""Settings: typed, documented, unknown names refused, the key made once."""

import os
import stat
import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from ivr.core.errors import ConfigurationError
from ivr.core.settings import Settings, described


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith("IVR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_fresh_machine_needs_no_setting(tmp_path: Path) -> None:
    settings = Settings.load()
    assert settings.data_dir == Path("var")
    assert settings.database_url == "sqlite:///var/janvaani.db"
    assert (tmp_path / "var").is_dir()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("IVR_PORT=8100\nIVR_REGION=TS\nOTHER=1\n")
    monkeypatch.setenv("IVR_PORT", "8200")
    settings = Settings.load()
    assert (settings.port, settings.region) == (8200, "TS")


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_an_unknown_name_is_refused_and_the_nearest_named(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    if place == ".env":
        Path(".env").write_text("IVR_TWILIO_AUTH_TOKN=secret-value\n")
    else:
        monkeypatch.setenv("IVR_TWILIO_AUTH_TOKN", "secret-value")
    with pytest.raises(ConfigurationError, match="did you mean IVR_TWILIO_AUTH_TOKEN") as caught:
        Settings.load()
    assert place in str(caught.value)
    assert "secret-value" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IVR_PORT", "eighty"),
        ("IVR_PORT", "70000"),
        ("IVR_LOG_JSON", "perhaps"),
        ("IVR_PUBLIC_URL", "server.without.scheme"),
        ("IVR_PUBLIC_URL", "https://helpline.example.in/path"),
        ("IVR_TWILIO_NUMBER", "one-two"),
        ("IVR_SECRET_KEY", "short"),
    ],
)
def test_a_wrong_value_is_refused_with_its_name_and_without_itself(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name) as caught:
        Settings.load()
    assert value not in str(caught.value)


def test_false_is_false_and_an_empty_value_is_none_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_LOG_JSON", "false")
    monkeypatch.setenv("IVR_MODELS_DIR", "")
    settings = Settings.load()
    assert settings.log_json is False
    assert settings.models_dir is None


def test_addresses_and_numbers_take_one_form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_PUBLIC_URL", "https://helpline.example.in/")
    monkeypatch.setenv("IVR_TWILIO_NUMBER", "094155 50123")
    settings = Settings.load()
    assert settings.public_url == "https://helpline.example.in"
    assert settings.twilio_number == "+919415550123"


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings.load().port = 1


def test_every_setting_is_documented() -> None:
    for variable, meaning in described().items():
        assert len(meaning) > 15, variable
        assert meaning.endswith("."), variable


def test_the_key_is_made_once_for_the_owner_only(tmp_path: Path) -> None:
    first, second = Settings.load(), Settings.load()
    assert first.secret_key == second.secret_key
    assert len(first.secret_key.get_secret_value()) >= 32
    assert stat.S_IMODE((tmp_path / "var/secret.key").stat().st_mode) == 0o600
    assert first.secret_key.get_secret_value() not in repr(first)


def test_processes_that_start_together_share_one_key() -> None:
    start = threading.Barrier(6)
    keys: set[str] = set()

    def load() -> None:
        start.wait()
        keys.add(Settings.load().secret_key.get_secret_value())

    threads = [threading.Thread(target=load) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys) == 1
    assert sorted(path.name for path in Path("var").iterdir()) == ["secret.key"]


def test_a_damaged_key_is_not_replaced() -> None:
    Path("var").mkdir()
    Path("var/secret.key").write_text("abc")
    with pytest.raises(ConfigurationError, match="damaged"):
        Settings.load()
    assert Path("var/secret.key").read_text() == "abc"


def test_a_data_folder_that_cannot_be_written_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("file").write_text("")
    monkeypatch.setenv("IVR_DATA_DIR", "file/var")
    with pytest.raises(ConfigurationError, match="IVR_DATA_DIR"):
        Settings.load()


def test_looking_at_settings_touches_nothing() -> None:
    Settings.load(prepare=False)
    assert list(Path().iterdir()) == []


def test_emergency_desks_are_numbers_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IVR_EMERGENCY_DESKS", "fire=+91 532 2500101, any=+915322500112")
    assert Settings.load(None, prepare=False).desks == {"fire": "+915322500101", "any": "+915322500112"}
    monkeypatch.delenv("IVR_EMERGENCY_DESKS")
    assert Settings.load(None, prepare=False).desks == {}


@pytest.mark.parametrize(
    ("name", "value"), [("DESKS", "fire"), ("DESKS", "fire=101"), ("KEYS", "1"), ("KEYS", "1*1"), ("KEYS", "help")]
)
def test_desks_and_keys_for_emergencies_are_checked(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"IVR_EMERGENCY_{name}", value)
    with pytest.raises(ConfigurationError, match=f"IVR_EMERGENCY_{name}"):
        Settings.load(None, prepare=False)
