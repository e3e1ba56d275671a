"""A publisher of speech models for the tests: a server on the loopback that records what it is asked, and archives."""

import hashlib
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = "vosk-model-small-hi-0.22"
FILES = (
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/HCLr.fst",
    "graph/Gr.fst",
    "graph/disambig_tid.int",
)


def zipped(files: dict[str, bytes]) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return whole.getvalue()


def small_model(changed: dict[str, bytes] | None = None, top: str = f"{NAME}/") -> bytes:
    """Passes for a model by its files; libvosk never sees it."""
    files = {f"{top}{name}": b"\0B model" if name == "am/final.mdl" else b"x" for name in FILES}
    return zipped({**files, f"{top}conf/mfcc.conf": b"--sample-frequency=16000\n", **(changed or {})})


@dataclass
class Server:
    """Serves `files`; `cut` names how many bytes of a path the next answers send before they break off."""

    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    lengths: bool = True
    cut: dict[str, list[int]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""

    def publish(self, archive: bytes, **changed: object) -> None:
        entry = {
            "lang": "hi",
            "lang_text": "Hindi",
            "name": NAME,
            "url": f"{self.url}/{NAME}.zip",
            "size": len(archive),
            "md5": hashlib.md5(archive, usedforsecurity=False).hexdigest(),
            "type": "small",
            "version": "0.22",
            "obsolete": "false",
        }
        self.files["/list.json"] = json.dumps([entry | changed]).encode()
        self.files[f"/{NAME}.zip"] = archive

    def archive_requests(self) -> list[str | None]:
        return [wanted for path, wanted in self.asked if path.endswith(".zip")]


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            server.asked.append((self.path, wanted))
            content = server.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            start = int(re.findall(r"\d+", wanted)[0]) if wanted and server.ranges else 0
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206 if wanted and server.ranges else 200)
            if wanted and server.ranges:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if server.lengths:
                self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            cuts = server.cut.get(self.path, [])
            self.wfile.write(content[start : start + cuts.pop(0) if cuts else None])

        def log_message(self, *args: object) -> None:
            pass

    return Handler


@contextmanager
def serving() -> Iterator[Server]:
    """A server on the loopback, as long as the block lasts."""
    told = Server()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(told)) as http:
        told.url = f"http://127.0.0.1:{http.server_address[1]}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        http.shutdown()
        thread.join()
