"""`ivr degrade`: spoils audio files, or whole cases, as bad telephones, lines and places do."""

import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from ivr.core.errors import IvrError, ReplayError
from ivr.replay.case import CASE_FILE
from ivr.replay.spoil.codecs import CODECS
from ivr.replay.spoil.noise import NOISES
from ivr.replay.spoil.spoiled import Spoil, spoiled
from ivr.speech.audio import mulaw_encode, read_any, write_mulaw_wav, write_wav

_SOUND = (".wav", ".mp3", ".m4a", ".ogg", ".opus", ".flac", ".ulaw", ".mulaw")


def command(
    files: Annotated[list[Path], typer.Argument(help="Audio files, or case folders.")],
    out: Annotated[Path, typer.Option(help="Folder for what comes out, under the same names.")],
    noise: Annotated[str, typer.Option(help=f"Surroundings: {', '.join(NOISES)}.")] = "",
    snr: Annotated[float, typer.Option(help="Speech over the noise, in dB.")] = 20.0,
    loss: Annotated[float, typer.Option(min=0, max=0.9, help="Share of 20 ms packets that are lost.")] = 0.0,
    codec: Annotated[str, typer.Option(help=f"Through a codec and back: {', '.join(CODECS)} (needs ffmpeg).")] = "",
    clip: Annotated[float, typer.Option(min=0, help="Shouted so many dB above full scale.")] = 0.0,
    level: Annotated[float, typer.Option(help="Louder or quieter, in dB.")] = 0.0,
    distance: Annotated[float, typer.Option(min=0, help="Metres from the mouth.")] = 0.0,
    speed: Annotated[float, typer.Option(min=0.8, max=1.25, help="Faster or slower, the pitch kept.")] = 1.0,
    band: Annotated[bool, typer.Option("--band/--no-band", help="Only the telephone's 300-3400 Hz.")] = True,
    mulaw: Annotated[bool, typer.Option("--mulaw/--no-mulaw", help="As µ-law, as the carrier brings it.")] = True,
    seed: Annotated[int, typer.Option(help="The same seed spoils in the same way.")] = 1,
) -> None:
    """Spoil audio. A case folder comes out as a case that can be replayed, without its accepted transcript."""
    how = Spoil(noise, snr, loss, codec, clip, level, distance, speed, band, mulaw, seed)
    try:
        todo = [pair for path in files for pair in _pairs(path, out)]
        for source, target in track(todo, "spoiling", console=Console(stderr=True), transient=True):
            _spoil(source, target, how)
    except IvrError as error:
        typer.echo(f"ivr degrade: {error}", err=True)
        raise typer.Exit(1) from error
    typer.echo(f"{len(todo)} files below {out}", err=True)


def _pairs(path: Path, out: Path) -> list[tuple[Path, Path]]:
    if not path.is_dir():
        return [(path, out / f"{path.stem}.wav")]
    folders = sorted(case.parent for case in path.rglob(CASE_FILE))
    if not folders:
        raise ReplayError(f"{path}: no {CASE_FILE} in it; name audio files or case folders")
    root = path.parent if folders == [path] else path
    sounds = [file for folder in folders for file in sorted(folder.iterdir()) if file.suffix.lower() in _SOUND]
    for folder in folders:
        place = out / folder.relative_to(root)
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / CASE_FILE, place / CASE_FILE)
    return [(file, out / file.relative_to(root)) for file in sounds]


def _spoil(source: Path, target: Path, how: Spoil) -> None:
    samples = spoiled(read_any(source), how.for_file(source.name))
    target.parent.mkdir(parents=True, exist_ok=True)
    if how.mulaw:
        write_mulaw_wav(target, mulaw_encode(samples))
    else:
        write_wav(target, samples)
