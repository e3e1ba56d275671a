"""Fetches one file over HTTP: goes on where an earlier try stopped, never takes more than announced, checks the sum.

Owns the partial file. It knows no models and unpacks nothing. A checksum in MD5 tells damage, not malice: who installs
from an address that is not https trusts the network in between.
"""

import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from pathlib import Path

import httpx

from ivr.core.errors import ModelError

MAX_BYTES = 8 << 30
MAX_LIST_BYTES = 4 << 20
_TRIES = 5

Progress = Callable[[int, int | None], None]  # bytes that are here, and of how many (None: not known)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to fetch. `size` 0 and `md5` "": not known, and not checked."""

    url: str
    size: int = 0
    md5: str = ""


class _BrokenOffError(Exception):
    """The connection ended before the file did."""


def client() -> httpx.Client:
    """Asks for files as they are: a compressed transfer cannot be resumed by bytes."""
    timeout, headers = httpx.Timeout(60, connect=15), {"Accept-Encoding": "identity"}
    return httpx.Client(timeout=timeout, follow_redirects=True, headers=headers, verify=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Whom we trust, read once: that takes longer than the rest of a client."""
    return httpx.create_ssl_context()


def fetch_text(http: httpx.Client, url: str) -> str:
    """A small document. ModelError says why it cannot be had."""
    read = b""
    try:
        with http.stream("GET", url) as answer:
            _refuse_errors(answer, url)
            for block in answer.iter_bytes():
                read += block
                if len(read) > MAX_LIST_BYTES:
                    raise ModelError(f"{url} is too long for a list of models; check the address")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise unreachable(url, error) from error
    return read.decode("utf-8", errors="replace")


def fetch(http: httpx.Client, wanted: Wanted, path: Path, progress: Progress) -> None:
    """The file into `path`, beside which "<name>.part" keeps what has come so far. ModelError; then run again.

    What an earlier run left is continued; if the whole turns out wrong it is fetched once more from the beginning.
    """
    part = path.with_name(path.name + ".part")
    resumed = part.exists()
    _fetch_all(http, wanted, part, progress)
    if resumed and _problem(wanted, part):
        part.unlink()
        _fetch_all(http, wanted, part, progress)
    problem = _problem(wanted, part)
    if problem:
        part.unlink()
        raise ModelError(
            f"{wanted.url}: {problem}; run the same command again, or choose another source", retryable=True
        )
    part.replace(path)


def _fetch_all(http: httpx.Client, wanted: Wanted, part: Path, progress: Progress) -> None:
    """Tries again by itself as long as connections break off, which costs only what is missing."""
    for _ in range(_TRIES):
        have = _length(part)
        if wanted.size and have == wanted.size:
            return
        try:
            _fetch_rest(http, wanted, part, progress)
            return
        except (httpx.TransportError, _BrokenOffError) as error:
            problem: Exception = error
            if _length(part) <= have:  # nothing came: asking at once again would not help
                break
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise unreachable(wanted.url, error) from error
    have = _length(part)
    if not have:
        raise unreachable(wanted.url, problem) from problem
    raise ModelError(
        f"{wanted.url}: the connection broke off after {have} bytes; run the same command again to go on from there",
        retryable=True,
    ) from problem


def _fetch_rest(http: httpx.Client, wanted: Wanted, part: Path, progress: Progress) -> None:
    have = _length(part)
    with http.stream("GET", wanted.url, headers={"Range": f"bytes={have}-"} if have else {}) as answer:
        if have and answer.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # nothing is left to fetch; the checks tell whether what is here is the file
        _refuse_errors(answer, wanted.url)
        if not _continues(answer, have):
            have = 0
        total = _total(answer, have)
        _refuse_size(wanted, total)
        with part.open("r+b" if have else "wb") as file:
            file.seek(have)
            for block in answer.iter_raw():  # a block size would hold bytes back, and lose them at a break
                have += len(block)
                _refuse_size(wanted, have if have > (wanted.size or MAX_BYTES) else None)
                file.write(block)
                progress(have, wanted.size or total)
    if have < (wanted.size or total or 0):
        raise _BrokenOffError(f"{have} bytes came")


def _continues(answer: httpx.Response, have: int) -> bool:
    """Whether the answer begins at `have`; a server that knows no ranges sends all of it."""
    began = answer.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return have > 0 and answer.status_code == HTTPStatus.PARTIAL_CONTENT and began == str(have)


def _total(answer: httpx.Response, have: int) -> int | None:
    length: str = answer.headers.get("Content-Length", "")
    return have + int(length) if length.isdigit() else None


def _refuse_size(wanted: Wanted, size: int | None) -> None:
    if size is not None and (size > MAX_BYTES or (wanted.size and size != wanted.size)):
        expected = f"the list says {wanted.size}" if wanted.size else f"{MAX_BYTES} are the most that is taken"
        raise ModelError(f"{wanted.url}: {size} bytes or more, {expected}; choose another source")


def _problem(wanted: Wanted, part: Path) -> str:
    """What is wrong with a fetched file, "" when nothing is."""
    size = _length(part)
    if wanted.size and size != wanted.size:
        return f"{size} bytes came instead of {wanted.size}"
    if wanted.md5 and _md5(part) != wanted.md5:
        return "damaged on the way (its checksum is not the published one)"
    return ""


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _length(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _refuse_errors(answer: httpx.Response, url: str) -> None:
    if answer.status_code not in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        raise ModelError(
            f"{url}: HTTP {answer.status_code}; check the address or give another by --from",
            retryable=answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR,
        )


def unreachable(url: str, error: Exception) -> ModelError:
    """For a machine without internet: says what else works."""
    return ModelError(
        f"cannot reach {url} ({error or type(error).__name__}); on a machine without internet, fetch the model's zip "
        "elsewhere and run `ivr models install LANG --from FILE.zip`",
        retryable=True,
    )
