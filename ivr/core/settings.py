"""Settings from the environment (prefix IVR_) and `.env`: read once, frozen, typed, unknown names refused.

Owns names, defaults and their meaning (`description`, printed by `ivr doctor`). Opens nothing but the data directory
and the key in it.
"""

import difflib
import ipaddress
import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ivr.core import phone
from ivr.core.errors import ConfigurationError

PREFIX = "IVR_"
_KEY_BYTES = 32
SHORTEST_KEY = 8  # what is plainly a slip is refused; `ivr doctor` warns below STRONG_KEY
STRONG_KEY = 32


class Settings(BaseSettings):
    """Every setting of this package; the variable is IVR_ and the name in capitals."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True
    )

    data_dir: Path = Field(
        Path("var"), description="Folder for the SQLite database, recordings, cached prompts and the secret key."
    )
    cache_dir: Path | None = Field(
        None,
        description="Folder for what can be made again: the grammars as read, so that a start takes less. "
        "Only this user may be allowed to write there. Default: cache in the data folder.",
    )
    database_url: str = Field(
        "",
        validate_default=True,
        description="Database: sqlite:///path or postgresql://user:password@host/name. "
        "Default: janvaani.db in the data folder.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        description="Address under which the carrier and SMS links reach this server, without path. "
        "Signatures are checked against it, so it must be exactly what the carrier was given.",
    )
    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="Port to listen on; 0 takes a free one.")
    secret_key: SecretStr = Field(
        SecretStr(""),
        description="Key for encrypted numbers, tokens and ticket numbers, 32 signs or more. Lost key: numbers cannot "
        "be read again. Default: made once in secret.key in the data folder.",
    )
    twilio_account_sid: str = Field("", description="Twilio account, begins with AC.")
    twilio_auth_token: SecretStr = Field(
        SecretStr(""), description="Twilio's token: signs its requests to us and ours to it."
    )
    twilio_api_url: str = Field(
        "https://api.twilio.com", description="Twilio's REST address; tests give a local stand-in."
    )
    twilio_number: str = Field("", description="The helpline's number, +91..., sender of SMS and calls.")
    operator_number: str = Field("", description="Where a caller is connected who asks for a person. Empty: voicemail.")
    operator_lines: Annotated[int, Field(ge=1)] = Field(
        1, description="Calls that operators take at a time; further callers wait in a queue."
    )
    operator_language: str = Field(
        "", description="Language of the briefing before a call is joined, e.g. hi. Empty: the caller's."
    )
    missed_call_number: str = Field(
        "", description="A second number, +91..., that never answers: who rings it is called back free of charge."
    )
    emergency_desks: str = Field(
        "",
        description="Where emergencies are connected, kind=number with commas between: fire=+91...,medical=+91...; "
        "the kinds of grammars/emergency.yaml, or any for all. Empty: the caller is told which number to dial.",
    )
    emergency_keys: str = Field(
        "999",
        description="Keys that, pressed within two seconds at any moment, call for help. Empty: none. 1 and 2 are "
        "no good here: who hurries through menus presses them in a row. A long press "
        "cannot be meant: the carrier tells that a key was pressed, not for how long.",
    )
    models_dir: Path | None = Field(
        None,
        description="Folder with a speech model per language, looked at before the bundled ones. "
        "Default: models in the data folder.",
    )
    rating_share: Annotated[int, Field(ge=0, le=100)] = Field(
        10, description="Of a hundred calls that were resolved so many are asked for an opinion before goodbye."
    )
    region: str = Field("UP", description="State served: chooses emergency numbers and places (grammars/).")
    max_calls: Annotated[int, Field(ge=1)] = Field(20, description="Calls by voice at a time; more are served by keys.")
    decoders: Annotated[int, Field(ge=0)] = Field(0, description="Threads that decode speech; 0: one for each core.")
    metrics_from: str = Field(
        "127.0.0.1/32,::1/128",
        description="Networks that may read /metrics, with commas between. Behind a proxy on the same machine that "
        "passes on X-Forwarded-For, the client's address counts, not the proxy's.",
    )
    late_decoding_ms: Annotated[int, Field(ge=0)] = Field(
        300, description="Recognition later than this is shown in red on the console's page of live calls."
    )
    late_reply_ms: Annotated[int, Field(ge=0)] = Field(
        1500, description="Of a hundred replies five may be slower than this before that page shows it in red."
    )
    long_silence_s: Annotated[int, Field(ge=1)] = Field(
        8, description="A live call silent for so long is shown in red, from half of it on in amber."
    )
    recording_days: Annotated[int, Field(ge=0, le=3650)] = Field(
        90, description="Days for which the sound of a call is kept, where the caller allows it; 0: it is not recorded."
    )
    call_inr_a_minute: Annotated[float, Field(ge=0)] = Field(
        0.0,
        description="Price of a begun minute of an outgoing call, in rupees, for the estimate before a campaign. "
        "0: it is not told.",
    )
    dlt_entity_id: str = Field("", description="Entity id on the DLT platform, required for SMS in India.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    log_json: bool = Field(False, description="Log one JSON object a line instead of text.")
    log_personal: bool = Field(
        False, description="Log numbers, words and digits too. Only for a trial with your own calls."
    )

    @property
    def cache(self) -> Path:
        """The folder of what can be made again, whether it is there or not."""
        return self.cache_dir or self.data_dir / "cache"

    @property
    def speech_models(self) -> Path:
        """The folder of installed speech models, whether it is there or not."""
        return self.models_dir or self.data_dir / "models"

    @field_validator("database_url")
    @classmethod
    def _database(cls, value: str, info: ValidationInfo) -> str:
        return value or f"sqlite:///{info.data.get('data_dir', Path('var')) / 'janvaani.db'}"

    @field_validator("public_url", "twilio_api_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        url = urlsplit(value)
        if url.scheme not in {"http", "https"} or not url.netloc:
            raise ValueError("must look like https://helpline.example.in")
        if url.path not in {"", "/"} or url.query or url.fragment:
            raise ValueError("must have no path, e.g. https://helpline.example.in")
        return f"{url.scheme}://{url.netloc}"

    @field_validator("twilio_number", "operator_number", "missed_call_number")
    @classmethod
    def _number(cls, value: str) -> str:
        if not value:
            return value
        number = phone.parse(value)
        if number is None:
            raise ValueError("must be a telephone number with country code, e.g. +911800...")
        return number.e164

    @field_validator("emergency_desks")
    @classmethod
    def _desks(cls, value: str) -> str:
        for pair in filter(None, value.replace(" ", "").split(",")):
            kind, _, number = pair.partition("=")
            if not kind or phone.parse(number) is None:
                raise ValueError("must look like fire=+91...,medical=+91..., numbers with country code")
        return value

    @field_validator("metrics_from")
    @classmethod
    def _networks(cls, value: str) -> str:
        for network in filter(None, value.replace(" ", "").split(",")):
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError("must be networks like 10.0.0.0/8, with commas between") from None
        return value

    @field_validator("emergency_keys")
    @classmethod
    def _key_sequence(cls, value: str) -> str:
        if value and not (value.isdecimal() and value.isascii() and len(value) > 1):
            raise ValueError("must be two or more digits, e.g. 999, or empty")
        return value

    @property
    def desks(self) -> dict[str, str]:
        """Kind of emergency -> number that can be dialled."""
        pairs = (pair.partition("=") for pair in self.emergency_desks.replace(" ", "").split(","))
        numbers = {kind: phone.parse(number) for kind, _, number in pairs}
        return {kind: number.e164 for kind, number in numbers.items() if number is not None}

    @field_validator("secret_key")
    @classmethod
    def _strong(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SHORTEST_KEY:
            raise ValueError(f"must have at least {SHORTEST_KEY} signs, better {_KEY_BYTES}")
        return value

    @classmethod
    def load(cls, env_file: Path | None = Path(".env"), *, prepare: bool = True) -> "Settings":
        """The settings in force.

        With `prepare` the data directory is made and the secret key read from it or made once; without, nothing on
        the disk is touched and `secret_key` may be empty. ConfigurationError says what to mend, never a value.
        """
        _refuse_unknown(env_file)
        source: dict[str, Any] = {"_env_file": env_file, "_env_file_encoding": "utf-8"}
        try:
            settings = cls(**source)
        except ValidationError as error:
            raise ConfigurationError(_explain(error)) from None
        if not prepare:
            return settings
        _make_data_dir(settings.data_dir)
        if settings.secret_key.get_secret_value():
            return settings
        return settings.model_copy(update={"secret_key": SecretStr(_own_key(settings.data_dir))})


def variable(name: str) -> str:
    """The environment variable of setting `name`."""
    return PREFIX + name.upper()


def _refuse_unknown(env_file: Path | None) -> None:
    """Refuse IVR_* names that mean nothing: a typing error must not silently leave a default in force."""
    known = {variable(name) for name in Settings.model_fields}
    given = dict.fromkeys(os.environ, "the environment")
    if env_file is not None and env_file.is_file():
        given |= dict.fromkeys(dotenv_values(env_file), str(env_file))
    for name, place in sorted(given.items()):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.0)
            raise ConfigurationError(
                f"unknown setting {name} in {place}; did you mean {near[0]}?", code="unknown_setting"
            )


def _explain(error: ValidationError) -> str:
    lines = [
        f"{variable(str(problem['loc'][0]))}: {problem['msg'].removeprefix('Value error, ')}"
        for problem in error.errors(include_input=False, include_url=False)
    ]
    return "; ".join(lines)


def _make_data_dir(folder: Path) -> None:
    probe = folder / f".write-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ConfigurationError(
            f"cannot write to the data folder {folder} ({error.strerror}); "
            "give this user write permission there or set IVR_DATA_DIR to a folder that has it",
            code="data_dir",
        ) from None


def _own_key(folder: Path) -> str:
    """The key in `folder`/secret.key, made on first use; two processes that start together get the same one."""
    path = folder / "secret.key"
    draft = folder / f".secret-{os.getpid()}-{secrets.token_hex(4)}"
    try:
        if not path.exists():
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(_KEY_BYTES))
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, path)  # fails where it exists: a key is never overwritten, never seen half written
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        key = path.read_text().strip()
    except OSError as error:
        raise ConfigurationError(
            f"cannot read or make {path} ({error.strerror}); mend its permissions or set IVR_SECRET_KEY",
            code="secret_key",
        ) from None
    if len(key) < _KEY_BYTES:
        raise ConfigurationError(
            f"{path} is damaged (too short); put the saved key back, or delete it if no numbers are stored yet",
            code="secret_key",
        )
    return key


def described() -> dict[str, str]:
    """Variable -> what it means, of every setting, in order; for `ivr doctor` and the guide."""
    return {variable(name): field.description or "" for name, field in Settings.model_fields.items()}
