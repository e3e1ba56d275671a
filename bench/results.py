"""Writes one section of bench/RESULTS.md and leaves the others as they are."""

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
_HEAD = "# Measured\n\nEach section is written by the command that it names.\n"


def write_section(title: str, body: str, path: Path = RESULTS) -> None:
    """Replace the section `## title`, or add it at the end."""
    old = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    head, *sections = old.split("\n## ")
    kept = {section.partition("\n")[0].strip(): section.partition("\n")[2].strip() for section in sections}
    kept[title] = body.strip()
    parts = [head.strip(), *(f"## {name}\n\n{text}" for name, text in kept.items())]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def machine() -> str:
    """The processor, how many cores of it there are, and the system."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def versions(packages: Sequence[str]) -> str:
    return ", ".join(f"{package} {version(package)}" for package in packages)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
