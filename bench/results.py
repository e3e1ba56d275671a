"""Writes one section of bench/RESULTS.md and leaves the others as they are."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
TARGETS = RESULTS.with_name("targets.json")
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


@dataclass(frozen=True, slots=True)
class Target:
    """Something that must be reached, what was measured, and whether it is."""

    what: str
    wanted: str
    measured: str
    reached: bool


def write_targets(section: str, found: Sequence[Target], path: Path = RESULTS) -> None:
    """Keep the section's targets, and write the table of all sections' to the top of RESULTS.md."""
    kept = json.loads(TARGETS.read_text(encoding="utf-8")) if TARGETS.exists() else {}
    kept[section] = [asdict(target) for target in found]
    TARGETS.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    rows = [
        (target["what"], target["wanted"], target["measured"], "yes" if target["reached"] else "**no**", name)
        for name, targets in sorted(kept.items())
        for target in targets
    ]
    write_section("Targets", table(("what", "wanted", "measured", "reached", "section"), rows), path)


def spread(values: Sequence[float], digits: int) -> str:
    """The middle of the rounds, then the least and the most."""
    low, high = min(values), max(values)
    middle = statistics.median(values)
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})" if len(values) > 1 else f"{middle:.{digits}f}"


def ratios(above: Sequence[float], below: Sequence[float]) -> list[float]:
    """Round by round."""
    return [one / other for one, other in zip(above, below, strict=True)]


def load_average() -> str:
    """Of the last minute: how much else the machine is doing."""
    return f"{os.getloadavg()[0]:.1f}"
