"""`ivr serve`: one clear sentence when it cannot listen, an orderly end when it is asked to stop."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.types import ASGIApp
from typer.testing import CliRunner

from ivr.cli import build
from ivr.core.errors import ConfigurationError
from ivr.core.settings import Settings
from ivr.web.app import create_app
from ivr.web.assembly import assemble
from ivr.web.server import address, bind, listen
from tests.real import CACHE
from tests.web.carrier import client
from tests.web.fakes import Behind

ROOT = Path(__file__).resolve().parents[2]
IVR = "import sys; from ivr.cli import main; sys.argv[0] = 'ivr'; main()"


def application() -> ASGIApp:
    return create_app(Behind().services())


def ivr(*words: str, data_dir: Path) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    return subprocess.run(
        [sys.executable, "-c", IVR, *words],
        cwd=ROOT,
        env=env | {"IVR_DATA_DIR": str(data_dir), "IVR_CACHE_DIR": str(CACHE)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_one_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = ivr("serve", "--port", str(port), data_dir=tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert f"127.0.0.1:{port}" in line
    assert "--port" in line


def test_a_port_that_is_none_is_a_usage_error() -> None:
    assert CliRunner().invoke(build(["serve"]), ["serve", "--port", "65536"]).exit_code == 2


def test_a_data_folder_that_cannot_be_made_is_told_before_anything_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How it is told, the taken port shows: `ivr.cli.main` does that for every error of ours."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IVR_DATA_DIR", str(tmp_path / "file" / "var"))
    with pytest.raises(ConfigurationError, match=re.escape(str(tmp_path))):
        assemble(Settings.load())


@pytest.mark.parametrize(("host", "told"), [("192.0.2.1", "--host"), ("no.such.host.invalid", "no.such.host.invalid")])
def test_a_host_that_is_not_ours_is_named(host: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        listen(application, (host, 0), print)


def test_the_address_is_free_again_when_the_parts_cannot_be_made() -> None:
    def build() -> ASGIApp:
        raise ConfigurationError("a model is missing")

    with bind("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(ConfigurationError, match="a model is missing"):
        listen(build, ("127.0.0.1", port), print)
    bind("127.0.0.1", port).close()


def test_an_ipv6_address_is_written_as_addresses_are() -> None:
    try:
        bound = bind("::1", 0)
    except ConfigurationError:
        return  # this machine has no IPv6, so it cannot be listened on
    with bound:
        assert address(bound).startswith("http://[::1]:")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_listens_says_where_and_ends_in_order(number: signal.Signals) -> None:
    program = (
        "import sys; from functools import partial; from tests.web.test_serve import application, listen; "
        "sys.exit(not listen(application, ('127.0.0.1', 0), partial(print, flush=True)))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert client().get(url + "/healthz").text == "ok\n"
        process.send_signal(number)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")
    finally:
        process.kill()
        process.wait()
