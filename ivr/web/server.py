"""Runs an application under uvicorn: binds first, so that a taken port is one clear sentence, and ends in order."""

import errno
import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from ivr.core.errors import ConfigurationError
from ivr.twilio.frames import MESSAGE_MAX_BYTES
from ivr.web.lots import LotReading

SHUTDOWN_S = 10
_BACKLOG = 2048
_WHY = {
    errno.EADDRINUSE: "another program listens there; stop it or choose another port with --port",
    errno.EACCES: "ports below 1024 need special rights; choose another with --port",
    errno.EADDRNOTAVAIL: "this machine has no such address; see --host",
}


def bind(host: str, port: int) -> socket.socket:
    """A bound socket; port 0 takes a free one. ConfigurationError (port) that says what to do."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, proto)
    except (OSError, OverflowError) as error:
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error}", code="port") from error
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError as error:
        bound.close()
        why = _WHY.get(error.errno or 0, str(error))
        raise ConfigurationError(f"cannot listen on {host}:{port}: {why}", code="port") from error
    return bound


def address(bound: socket.socket) -> str:
    """http://host:port of a bound socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """Calls `on_ready` with its address once it accepts connections."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[str], None] | None = None) -> None:
        super().__init__(_config(app))
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_ready and sockets:
            self._on_ready(address(sockets[0]))


def listen(build: Callable[[], ASGIApp], where: tuple[str, int], on_ready: Callable[[str], None]) -> bool:
    """Take host and port, then build the application and serve it until SIGINT or SIGTERM.

    At the end the sockets of running calls are closed (1012), and their calls ended in order. False when the
    application could not start; ConfigurationError when it could not be built, or the address not be had.
    """
    with bind(*where) as bound:
        server = Server(build(), on_ready)
        # uvicorn raises the signal again after a clean end; to be asked to stop is no failure
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        server.run(sockets=[bound])
    return server.started


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        ws=LotReading,
        ws_max_size=MESSAGE_MAX_BYTES,
        ws_per_message_deflate=False,  # µ-law in base64 does not shrink enough to pay for it
        log_config=None,
        access_log=False,  # addresses name link codes and prompts
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_S,
        lifespan="on",
    )
