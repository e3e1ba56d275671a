"""`ivr doctor`: explains every setting and looks whether this machine can answer calls. Changes nothing but that the
data folder and the secret key are made if they are missing."""

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from pydantic import SecretStr
from sqlalchemy import make_url

from ivr.core.data import data_dir
from ivr.core.errors import IvrError
from ivr.core.settings import STRONG_KEY, Settings, described
from ivr.desk.build import sms_texts
from ivr.speech.models import ModelRegistry, check_files
from ivr.speech.prompts import PromptLibrary
from ivr.store.database import Database
from ivr.store.upgrade import require_newest
from ivr.understanding.catalogue import languages

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}

NAMED = 6  # of the templates that lack something


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"  # works, but not for citizens
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, and what to do about it."""

    check: str
    level: Level
    text: str


Check = Callable[[Settings], Iterator[Finding]]


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    settings_too: Annotated[bool, typer.Option("--settings/--no-settings", help="Explain every setting.")] = True,
) -> None:
    """Explain the settings in force and check that this machine can answer calls. Exit 1 if something is broken."""
    try:
        settings = Settings.load()
    except IvrError as error:
        _tell(Finding("settings", Level.FAIL, str(error)), as_json)
        raise typer.Exit(1) from error
    if settings_too:
        for line in explained(settings):
            typer.echo(json.dumps(line, ensure_ascii=False) if as_json else _setting(line))
    findings = list(examine(settings))
    for finding in findings:
        _tell(finding, as_json)
    if any(finding.level is Level.FAIL for finding in findings):
        raise typer.Exit(1)


def explained(settings: Settings) -> Iterator[dict[str, Any]]:
    """Every setting: variable, value (secrets only as set or not), whether it is the default, meaning."""
    for (variable, meaning), name in zip(described().items(), Settings.model_fields, strict=True):
        value = getattr(settings, name)
        if name == "database_url":
            value = make_url(value).render_as_string(hide_password=True)
        shown = ("set" if value.get_secret_value() else "not set") if isinstance(value, SecretStr) else _shown(value)
        yield {
            "setting": variable,
            "value": shown,
            "default": name not in settings.model_fields_set,
            "meaning": meaning,
        }


def examine(settings: Settings) -> Iterator[Finding]:
    """All checks. One that breaks is a failure of its own and does not keep the others from running."""
    for name, check in CHECKS.items():
        try:
            yield from check(settings)
        except IvrError as error:
            yield Finding(name, Level.FAIL, str(error))


def _data_dir(settings: Settings) -> Iterator[Finding]:
    yield Finding("data_dir", Level.OK, f"{settings.data_dir.resolve()} can be written")
    key = settings.data_dir / "secret.key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding("secret_key", Level.FAIL, f"others can read it; run: chmod 600 {key}")
    else:
        if len(settings.secret_key.get_secret_value()) < STRONG_KEY:
            text = f"IVR_SECRET_KEY is short: take {STRONG_KEY} random signs before the first citizen calls"
            yield Finding("secret_key", Level.WARN, text)
        yield Finding("secret_key", Level.OK, "the secret key is there; keep a copy away from this machine")


def _database(settings: Settings) -> Iterator[Finding]:
    db = Database(settings.database_url)
    try:
        require_newest(db)
    finally:
        db.dispose()
    yield Finding("database", Level.OK, f"{'SQLite' if db.sqlite else 'PostgreSQL'}, up to date")


def _models(settings: Settings) -> Iterator[Finding]:
    registry = ModelRegistry(settings.speech_models)
    for language in languages(data_dir("grammars")):
        path = registry.path(language)
        rate_hz, _ = check_files(path)
        yield Finding("models", Level.OK, f"{language}: {path}, {rate_hz} Hz")


def _prompts(settings: Settings) -> Iterator[Finding]:
    library = PromptLibrary(data_dir("grammars"), data_dir("audio"), None)
    for language in library.languages:
        prompts = library.prompts(language)
        recorded = sum(_recorded(library, language, name) for name in prompts)
        text = f"{language}: {recorded} of {len(prompts)} recorded, the others are synthesised"
        yield Finding("prompts", Level.OK, text)


def _recorded(library: PromptLibrary, language: str, name: str) -> bool:
    files = library.recordings(language, name)
    return bool(files) and all(file.exists() for file in files)


def _sms(settings: Settings) -> Iterator[Finding]:
    texts = sms_texts(settings)
    for problem in texts.problems(languages(data_dir("grammars"))):
        yield Finding("sms", Level.WARN, problem)
    missing = texts.unregistered()
    if not settings.dlt_entity_id:
        yield Finding("sms", Level.WARN, "IVR_DLT_ENTITY_ID is not set: the number of the registered sender")
    if missing:
        count = f"{len(missing)} of {len(texts.templates)} templates without DLT id"
        named = ", ".join(missing[:NAMED]) + (", ..." if len(missing) > NAMED else "")
        hint = "`ivr tickets templates` prints the texts to register; write their ids into grammars/sms.yaml"
        yield Finding("sms", Level.WARN, f"{count}: {named}; operators in India deliver no other texts. {hint}")
    elif settings.dlt_entity_id:
        yield Finding("sms", Level.OK, "all templates are registered")


def _public_url(settings: Settings) -> Iterator[Finding]:
    url = urlsplit(settings.public_url)
    if url.hostname in _LOOPBACK:
        yield Finding("public_url", Level.WARN, f"{settings.public_url}: no carrier can reach it; set IVR_PUBLIC_URL")
    elif url.scheme != "https":
        yield Finding("public_url", Level.FAIL, f"{settings.public_url}: callers' voices need https")
    else:
        yield Finding(
            "public_url", Level.OK, f"{settings.public_url}; the voice webhook is {settings.public_url}/twilio/voice"
        )


def _carrier(settings: Settings) -> Iterator[Finding]:
    given = {
        "IVR_TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "IVR_TWILIO_AUTH_TOKEN": settings.twilio_auth_token.get_secret_value(),
        "IVR_TWILIO_NUMBER": settings.twilio_number,
    }
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(given):
        yield Finding(
            "carrier", Level.WARN, "no carrier: set IVR_TWILIO_ACCOUNT_SID, _AUTH_TOKEN and _NUMBER for real calls"
        )
    elif missing:
        yield Finding("carrier", Level.FAIL, f"not set: {', '.join(missing)}")
    else:
        yield Finding("carrier", Level.OK, "credentials and number are set")
    if not settings.operator_number:
        yield Finding(
            "operator", Level.WARN, "IVR_OPERATOR_NUMBER not set: who asks for a person can leave a message only"
        )


def _port(settings: Settings) -> Iterator[Finding]:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            text = f"{settings.host}:{settings.port} cannot be used ({error.strerror}); does a server run already?"
            yield Finding("port", Level.WARN, f"{text} Otherwise set IVR_PORT")
            return
    yield Finding("port", Level.OK, f"{settings.host}:{settings.port} is free")


CHECKS: dict[str, Check] = {
    "data_dir": _data_dir,
    "database": _database,
    "models": _models,
    "prompts": _prompts,
    "sms": _sms,
    "public_url": _public_url,
    "carrier": _carrier,
    "port": _port,
}


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _setting(line: dict[str, Any]) -> str:
    value = line["value"] or "(empty)"
    return f"{line['setting']} = {value}{' (default)' if line['default'] else ''}\n    {line['meaning']}"


def _tell(finding: Finding, as_json: bool) -> None:
    if as_json:
        found = {"check": finding.check, "level": finding.level, "text": finding.text}
        typer.echo(json.dumps(found, ensure_ascii=False))
    else:
        typer.echo(f"{finding.level.upper():5} {finding.check}: {finding.text}")
