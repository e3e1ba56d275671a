"""A server killed in the middle of a call, on real sockets: the started-again one goes on with the same call by keys.

Slow on purpose: two servers start, models and grammars included.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import pytest
from websockets.sync.client import connect

from ivr.core.phone import parse
from ivr.dialogue.commands import Play
from ivr.store.secrets import Secrets
from ivr.web.audio import PromptSeal
from ivr.web.server import bind
from tests.real import CACHE
from tests.web.carrier import client, signed
from tests.web.test_serve import IVR, ROOT

TOKEN, KEY = "a carrier's token", "a key that both servers have, of enough letters"
SID = "CA" + "7" * 32
CALL = {"CallSid": SID, "From": "+919440552999", "To": "+911800111555", "CallStatus": "in-progress"}
WAIT_S = 10  # for an answer; a carrier waits as long


@contextmanager
def serving(port: int, data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
    env |= {
        "IVR_DATA_DIR": str(data_dir),
        "IVR_CACHE_DIR": str(CACHE),
        "IVR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "IVR_SECRET_KEY": KEY,
        "IVR_TWILIO_AUTH_TOKEN": TOKEN,
    }
    command = [sys.executable, "-c", IVR, "serve", "--json", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["event"] == "listening"
            yield process
        finally:
            process.kill()


def post(url: str, form: dict[str, str]) -> ElementTree.Element:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Twilio-Signature": signed(url, form, TOKEN),
    }
    answer = client().post(url, content=urlencode(form), headers=headers, timeout=WAIT_S)
    assert answer.status_code == 200
    return ElementTree.fromstring(answer.text)


def plays(document: ElementTree.Element) -> list[Play]:
    seal = PromptSeal(Secrets(KEY).key("edge"))
    return [seal.open(Path(urlsplit(play.text or "").path).stem) for play in document.iter("Play")]


@contextmanager
def telugu_chosen(document: ElementTree.Element) -> Iterator[None]:
    """The stream that the voice webhook named, open, after 2 was pressed and the question has been sent."""
    (stream,) = document.iter("Stream")
    parameters = {p.attrib["name"]: p.attrib["value"] for p in stream.iter("Parameter")}
    address = stream.attrib["url"]
    signature = signed(address, {}, TOKEN)
    start = {
        "accountSid": "AC" + "0" * 32,
        "streamSid": "MZ1",
        "callSid": SID,
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": parameters,
    }
    with connect(address, additional_headers={"X-Twilio-Signature": signature}, proxy=None, compression=None) as socket:
        socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        socket.send(json.dumps({"event": "start", "sequenceNumber": "1", "start": start, "streamSid": "MZ1"}))
        until_marks(socket, 4)
        key = {"track": "inbound_track", "digit": "2"}
        socket.send(json.dumps({"event": "dtmf", "sequenceNumber": "2", "dtmf": key, "streamSid": "MZ1"}))
        until_marks(socket, 1)
        yield


def until_marks(socket: object, wanted: int) -> None:
    while wanted:
        message = json.loads(socket.recv(timeout=20))  # type: ignore[attr-defined]
        wanted -= message["event"] == "mark"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_killed_servers_call_goes_on_by_keys_in_its_language(tmp_path: Path) -> None:
    assert parse(CALL["From"]) is not None
    with bind("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with serving(port, tmp_path) as server, telugu_chosen(post(url + "/twilio/voice", CALL)):
        os.kill(server.pid, signal.SIGKILL)
        server.wait()
    with serving(port, tmp_path):
        document = post(url + "/twilio/after-stream", CALL)
        said = plays(document)
        assert {play.lang for play in said} == {"te"}
        assert [play.prompt for play in said][:2] == ["keys_only", "menu"]
        assert list(document.iter("Gather"))
        sound = client().get(next(play.text or "" for play in document.iter("Play")), timeout=WAIT_S)
        assert sound.status_code == 200
        post(url + "/twilio/status", CALL | {"CallStatus": "completed"})
