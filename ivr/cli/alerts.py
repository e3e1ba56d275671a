"""`ivr alerts`: campaigns of calls to a place or a list. Only the command line; numbers are masked."""

import csv
import shutil
import time
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import typer

from ivr.cli.house import Opened, opened, print_json
from ivr.core.clock import INDIA, SystemClock
from ivr.core.errors import AlertError
from ivr.desk.alerts import Alert, Alerts, Progress
from ivr.desk.build import open_alerts

app = typer.Typer(help="Calls that warn or tell: floods, heat, vaccination, water.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
Campaign = Annotated[int, typer.Argument(help="The campaign's number, as `ivr alerts list` shows it.")]
Said = Annotated[
    list[str] | None, typer.Option("--text", help='What is said, a language each: hi="पानी बढ़ रहा है". May be repeated.')
]
Recorded = Annotated[
    list[str] | None, typer.Option("--recording", help="A recording instead, a language each: te=flood.wav.")
]
_WATCH_S = 5.0


def _alerts(house: Opened) -> Alerts:
    return open_alerts(house.settings, house.db, house.desk)


@app.command()
def send(
    name: Annotated[str, typer.Argument(help="What the campaign is called in lists.")],
    text: Said = None,
    recording: Recorded = None,
    kind: Annotated[str, typer.Option(help="flood, heat, cyclone, vaccination, water or other.")] = "other",
    place: Annotated[str | None, typer.Option(help="Everybody whose calls were about this district.")] = None,
    people: Annotated[Path | None, typer.Option("--list", help="A CSV file: number,language (optional).")] = None,
    per_minute: Annotated[int, typer.Option(help="Calls a minute at most.")] = 30,
    tries: Annotated[int, typer.Option(help="Calls to each who does not answer.")] = 3,
    day_and_night: Annotated[bool, typer.Option("--day-and-night", help="Danger to life: ring at night too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a campaign. The worker of `ivr serve` or `ivr worker` rings; `ivr alerts status` shows how far it is."""
    with opened() as house:
        key = uuid4().hex
        asked = Alert(
            key=f"cli:{key}",
            name=name,
            kind=kind,
            made_by="command line",
            texts=_by_language(text),
            recordings={lang: _kept(house, key, lang, Path(file)) for lang, file in _by_language(recording).items()},
            district=place,
            people=_read(people) if people else (),
            per_minute=per_minute,
            tries=tries,
            day_and_night=day_and_night,
        )
        _show(_alerts(house).send(asked, SystemClock().now()), as_json)


@app.command()
def status(
    campaign: Campaign,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until it is done, a line every five seconds.")] = False,
    as_json: AsJson = False,
) -> None:
    """How far a campaign is, and which calls the carrier failed last."""
    with opened() as house:
        alerts = _alerts(house)
        while True:
            found = alerts.progress(campaign, SystemClock().now())
            _show(found, as_json)
            if not watch or found.campaign.state not in ("running", "paused"):
                break
            time.sleep(_WATCH_S)
        if not as_json:
            for failed in alerts.failing(campaign):
                typer.echo(
                    f"  carrier failed  {failed.to}  {failed.outcome}  {failed.placed_at.astimezone(INDIA):%H:%M:%S}"
                )


@app.command()
def pause(campaign: Campaign) -> None:
    """Ring nobody any more until it is resumed; calls that ring go on."""
    with opened() as house:
        _alerts(house).pause(campaign, SystemClock().now())
    typer.echo(f"Campaign {campaign} is paused.", err=True)


@app.command()
def resume(campaign: Campaign) -> None:
    """Go on with those who have not been reached."""
    with opened() as house:
        _alerts(house).resume(campaign, SystemClock().now())
    typer.echo(f"Campaign {campaign} goes on.", err=True)


@app.command()
def stop(campaign: Campaign) -> None:
    """End a campaign for good."""
    with opened() as house:
        _alerts(house).stop(campaign, SystemClock().now())
    typer.echo(f"Campaign {campaign} has ended.", err=True)


@app.command("list")
def list_campaigns(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20, as_json: AsJson = False
) -> None:
    """The last campaigns, newest first."""
    with opened() as house:
        found = _alerts(house).listed(SystemClock().now(), limit)
    for one in found:
        _show(one, as_json)
    if not found:
        typer.echo("No campaigns.", err=True)


def _show(found: Progress, as_json: bool) -> None:
    one = found.campaign
    counts = {state.value: count for state, count in found.listeners.items()}
    if as_json:
        told = {"last_minute": found.last_minute, "minutes_left": found.minutes_left, "reached": found.reached}
        made = {"campaign": one.id, "name": one.name, "kind": one.kind, "place": one.district, "made_at": one.made_at}
        print_json(
            {**made, "state": one.state, "reason": one.reason, "total": found.total, **told, "listeners": counts}
        )
        return
    why = f" ({one.reason})" if one.reason else ""
    states = "  ".join(f"{state} {count}" for state, count in counts.items() if count)
    left = f"  about {found.minutes_left} min left" if found.open else ""
    typer.echo(f"{one.id}  {one.state}{why}  {one.name}  reached {found.reached} of {found.total}{left}\n    {states}")


def _by_language(given: list[str] | None) -> dict[str, str]:
    found = {}
    for one in given or []:
        lang, sign, value = one.partition("=")
        if not sign or not value:
            raise typer.BadParameter(f"{one!r} must look like hi=...")
        found[lang] = value
    return found


def _kept(house: Opened, key: str, lang: str, file: Path) -> str:
    """A copy of the recording below the data folder, where calls find it."""
    if not file.is_file():
        raise AlertError(f"there is no file {file}")
    kept = Path("alerts") / f"{key}-{lang}{file.suffix}"
    (house.settings.data_dir / "alerts").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, house.settings.data_dir / kept)
    return str(kept)


def _read(file: Path) -> list[tuple[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            rows = [row for row in csv.reader(lines) if row and row[0].strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise AlertError(f"{file} cannot be read: {error}") from error
    return [(row[0].strip(), row[1].strip() if len(row) > 1 else "") for row in rows]
