"""Servers in processes of their own, each on one core, and what they use of it. Linux only: it reads /proc."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.core.errors import ReplayError

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "bench-carrier-token"  # guards nothing: the server it opens lives as long as the measurement
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_STOP_S = 20


@dataclass(frozen=True, slots=True)
class Running:
    """A server that listens at `url`. Times are processor seconds since it began, of this process alone."""

    url: str
    pid: int

    def cpu_s(self) -> float:
        return _cpu_s(Path(f"/proc/{self.pid}/stat"))

    def threads_s(self, threads: Sequence[int]) -> float:
        """Of these threads; one that is gone counts nothing."""
        paths = [Path(f"/proc/{self.pid}/task/{thread}/stat") for thread in threads]
        return sum(_cpu_s(path) for path in paths if path.exists())

    def memory_bytes(self) -> int:
        """Resident."""
        return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE


def _cpu_s(stat: Path) -> float:
    fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def cores() -> tuple[int, int]:
    """The core of the measured server, and that of who calls it; the same where there is only one."""
    own = sorted(os.sched_getaffinity(0))
    return own[0], own[-1]


@contextmanager
def running(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> Iterator[Running]:
    """`python -m module arguments` on the server's core, once it has printed the line {"url": ...}."""
    core, _ = cores()
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**_bare(), **(env or {})},
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # this process has no threads yet
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise ReplayError(f"{module} ended before it listened")
        yield Running(json.loads(line)["url"], process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def on_the_other_core() -> Iterator[None]:
    """This process on the core that the server does not have."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {cores()[1]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def helpline(folder: Path, **settings: str) -> tuple[str, dict[str, str]]:
    """Where a helpline of its own would listen, and the environment that makes it so; `settings` in lower case."""
    port = free_port()
    chosen = {
        "data_dir": str(folder),
        "port": str(port),
        "public_url": f"http://127.0.0.1:{port}",
        "secret_key": "a key for measurements, which keep no secret",
        "twilio_auth_token": TOKEN,
        "twilio_number": "+911800111555",
        "log_level": "error",
        **settings,
    }
    return chosen["public_url"], {f"IVR_{name.upper()}": value for name, value in chosen.items()}


def _bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
