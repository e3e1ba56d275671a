"""The form that proposes a campaign, read: all that is wrong with it is told at once, and nothing is kept before."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from starlette.datastructures import UploadFile

from ivr.console.visit import Refused, Visit
from ivr.core.clock import INDIA
from ivr.core.errors import AlertError, IvrError
from ivr.desk import alert_rules
from ivr.desk.alert_list import WrongLine, read_people
from ivr.desk.alerts import Alert
from ivr.speech.audio import read_wav_bytes


@dataclass
class Wrong:
    """What stands in the way of a proposal: names of texts, and lines of the list."""

    texts: list[str] = field(default_factory=list)
    lines: tuple[WrongLine, ...] = ()


def read(visit: Visit, wrong: Wrong) -> Alert | None:
    """What the form asks for; None where something stands in the way."""
    spoken = visit.parts.around.prompts.languages
    texts = {lang: text for lang in spoken if (text := " ".join(visit.text(f"text_{lang}").split()))}
    place, people, starts, sounds = (
        visit.text("place"),
        _people(visit, wrong),
        _moment(visit, wrong),
        _sounds(visit, wrong),
    )
    per_minute, tries = visit.number("per_minute") or 0, visit.number("tries") or 0
    if visit.place is not None and place != visit.place:
        raise Refused(403, "frame.not_allowed")
    checks = {
        "campaigns.no_text": (texts or sounds)
        and all(len(text) <= alert_rules.LONGEST_TEXT for text in texts.values()),
        "campaigns.no_name": visit.text("name") and visit.text("kind") in alert_rules.KINDS,
        "campaigns.one_of_both": bool(place) != bool(people) and (not place or place in visit.parts.places),
        "campaigns.wrong_pace": 1 <= per_minute <= alert_rules.MOST_A_MINUTE and 1 <= tries <= alert_rules.MOST_TRIES,
    }
    wrong.texts += [name for name, fine in checks.items() if not fine]
    if wrong.texts:
        return None
    return Alert(
        key=f"console:{visit.user.name}:{visit.text('once')}"[:128],
        name=visit.text("name")[:120],
        kind=visit.text("kind"),
        made_by=visit.user.name,
        texts=texts,
        recordings={lang: _kept(visit, lang, sound) for lang, sound in sounds.items()},
        district=place or None,
        people=people,
        per_minute=per_minute,
        tries=tries,
        day_and_night=bool(visit.text("day_and_night")),
        starts=starts,
        to_confirm=True,
    )


def _moment(visit: Visit, wrong: Wrong) -> datetime | None:
    """When it is to begin, in India's time; None: at once."""
    if not visit.text("starts"):
        return None
    with suppress(ValueError):
        at = datetime.fromisoformat(visit.text("starts")).replace(tzinfo=INDIA)
        if at > visit.now:
            return at
    wrong.texts.append("campaigns.wrong_start")
    return None


def _people(visit: Visit, wrong: Wrong) -> tuple[tuple[str, str], ...]:
    sent = visit.form.get("list")
    if not isinstance(sent, UploadFile) or not sent.filename:
        return ()
    try:
        found = read_people(sent.file.read().decode("utf-8-sig"), visit.parts.around.prompts.languages)
    except (UnicodeDecodeError, AlertError):
        wrong.texts.append("campaigns.no_list")
        return ()
    wrong.lines = found.wrong
    if found.wrong:
        wrong.texts.append("campaigns.list_wrong")
    return found.listed


def _sounds(visit: Visit, wrong: Wrong) -> dict[str, bytes]:
    """Language -> the recording that was sent."""
    found = {}
    for lang in visit.parts.around.prompts.languages:
        sent = visit.form.get(f"recording_{lang}")
        if isinstance(sent, UploadFile) and sent.filename:
            found[lang] = sent.file.read()
            try:
                read_wav_bytes(found[lang])
            except IvrError:
                wrong.texts.append("campaigns.no_sound")
    return found


def _kept(visit: Visit, lang: str, sound: bytes) -> str:
    """The file below the data folder where calls find a recording."""
    once = visit.text("once")
    try:
        path = Path("alerts") / f"{UUID(once).hex}-{lang}.wav"
    except ValueError:
        raise Refused(400, "frame.form_old") from None
    whole = Path(visit.parts.around.settings.data_dir) / path
    whole.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    whole.write_bytes(sound)
    return str(path)
