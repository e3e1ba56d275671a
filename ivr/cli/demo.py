"""`ivr demo`: recorded callers through real HTTP and WebSocket, told as it happens."""

import asyncio
import secrets
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ivr.core.errors import IvrError
from ivr.core.settings import Settings
from ivr.replay.case import Case
from ivr.replay.demo import Demo, DemoReport
from ivr.replay.screen import Screen

FIXTURES = Path("audio/fixtures")
CALLERS = (
    "hi/income_certificate_sms",
    "te/street_light_ticket",
    "hi/not_understood_then_keypad",
    "te/ticket_status",
)
ACCOUNT = "AC" + "0" * 32


def demo(
    cases: Annotated[
        list[Path] | None, typer.Argument(help="Case folders to play instead of the four callers.")
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.5, max=8, help="How many times as fast as life the calls are played.")
    ] = 5.0,
    data_dir: Annotated[
        Path | None, typer.Option(help="Keep database and prompts here; default: a folder that goes.")
    ] = None,
    stay: Annotated[
        bool | None,
        typer.Option("--stay/--no-stay", help="Keep the console open afterwards; default: at a terminal."),
    ] = None,
) -> None:
    """Start everything, play recorded callers through it, print the conversations and what came of them."""
    console = Console()
    stay = sys.stdin.isatty() and sys.stdout.isatty() if stay is None else stay
    with ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(TemporaryDirectory(prefix="janvaani-demo-")))
        try:
            callers = [Case.load(p) for p in cases or [FIXTURES / name for name in CALLERS]]
            asked = Asked(callers, folder, speed, stay, kept=data_dir is not None)
            report = asyncio.run(_play(console, asked))
        except IvrError as error:
            console.print(f"ivr demo: {error}", style="red", markup=False)
            raise typer.Exit(1) from error
        except KeyboardInterrupt:
            return
    if report.failed:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for. `kept`: the folder stays."""

    callers: list[Case]
    folder: Path
    speed: float
    stay: bool
    kept: bool


async def _play(console: Console, asked: Asked) -> DemoReport:
    begun = time.monotonic()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        starting = progress.add_task("starting server, models and prompts", total=None)
        screen = Screen(progress.console)
        async with Demo.start(_settings(asked.folder), screen) as house:
            progress.remove_task(starting)
            screen.started(house.url, time.monotonic() - begun)
            task = progress.add_task("", total=len(asked.callers))
            for case in asked.callers:
                progress.update(task, description=f"on the line: {case.title}")
                await house.play(case, asked.speed)
                progress.advance(task)
            progress.stop()
            report = await house.report()
            _tell(console, report, asked.folder if asked.kept else None)
            await _console(console, house, asked.stay)
            return report


async def _console(console: Console, house: Demo, stay: bool) -> None:
    """Where the operators' console is, and who may look at it; open until Ctrl-C where asked for."""
    if not stay:
        console.print("The operators' console: `ivr demo --stay` keeps it open to look at these calls and tickets.")
        return
    name, password = await house.user()
    told = f"Console: {house.url}/console/  sign in as {name} with {password} (for one use)"
    console.print(told, markup=False, soft_wrap=True)
    console.print("Ctrl-C ends.")
    await asyncio.Event().wait()


def _settings(folder: Path) -> Settings:
    """The demo's own: nothing of the environment reaches it, nothing of it reaches a carrier."""
    folder.mkdir(parents=True, exist_ok=True)
    return Settings.model_construct(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'janvaani.db'}",
        secret_key=SecretStr(secrets.token_hex(32)),
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=SecretStr(secrets.token_hex(16)),
        twilio_number="+911800111555",
        operator_number="+911800111556",
        rating_share=0,  # the recorded callers do not wait for it
    )


def _tell(console: Console, report: DemoReport, kept: Path | None) -> None:
    console.rule("What came of it")
    for number, service, district, due in report.tickets:
        console.print(f"ticket  {number}  {service}, {district}, due {due}", markup=False)
    for body in report.messages:
        console.print(f"SMS     {body}", markup=False)
    for case, problems in report.failed:
        console.print(f"{case}: {'; '.join(problems)}", style="red", markup=False)
    console.print(f"{report.calls} calls in {report.seconds:.0f} s. {report.timing}", markup=False)
    console.print("Where to look next: audio/fixtures/ (change a WAV, run again), grammars/services.yaml, README.md,")
    console.print("`ivr replay -v` (all recorded callers), `ivr understand --lang hi 'राशन कार्ड'`, `ivr serve`.")
    if kept:
        console.print(f"Kept in {kept}: IVR_DATA_DIR={kept} ivr tickets list")
