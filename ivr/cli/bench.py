"""`ivr bench`: measures the helpline beside its peers. Thin: what is measured stands in bench/ of a checkout."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

ROOT = Path(__file__).resolve().parents[2]


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Parts, as `python -m bench --help` lists them.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Shorter, with wider spread.")] = False,
) -> None:
    """Measure everything beside its peers and write bench/RESULTS.md. Needs a checkout, and a machine to itself."""
    if not (ROOT / "bench" / "__main__.py").is_file():
        typer.echo("ivr bench: bench/ and its peers come with the source only; run it in a checkout", err=True)
        raise typer.Exit(1)
    words = [*(names or ()), *(["--quick"] if quick else ())]
    raise typer.Exit(subprocess.run([sys.executable, "-m", "bench", *words], cwd=ROOT, check=False).returncode)  # noqa: S603 - names are checked there
