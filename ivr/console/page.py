"""A page of the console as data: where it is, who may see it, what answers. And the sections of the bar."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from ivr.console.roles import Right
from ivr.console.visit import Visit

Handler = Callable[[Visit], Response]
StreamHandler = Callable[[Visit], Awaitable[Response]]
Count = Callable[[Connection, Visit], int]


@dataclass(frozen=True, slots=True)
class Page:
    """`path` below /console, `right` None for every signed-in user. `handler` blocks in a thread; `stream` runs on
    the loop instead. `quiet`: a poll, which does not keep the session alive. `open`: before signing in, too.
    `unchanged`: may be used before a one-time password is changed."""

    path: str
    handler: Handler | None = None
    right: Right | None = None
    method: str = "GET"
    stream: StreamHandler | None = None
    quiet: bool = False
    open: bool = False
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """An entry of the bar. `count` gives what is to be seen to, at most `ivr.console.frame.CAP` of them.
    `others`: rights that open it, too."""

    path: str
    text: str
    right: Right
    count: Count | None = None
    urgent: bool = False
    others: tuple[Right, ...] = ()
