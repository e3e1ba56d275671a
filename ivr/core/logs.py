"""Logging: a static message and fields, to stderr. Owns what may not be logged.

Anything personal - number, words, digits - goes under a key that begins with `pii_` and is dropped here, unless an
operator turns `IVR_LOG_PERSONAL` on for a while on a machine of their own.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.typing import Processor

PERSONAL = "pii_"

# These print request bodies (numbers, texts) or statements at INFO and DEBUG.
_TALKATIVE = ("twilio", "httpx", "httpcore", "sqlalchemy", "alembic", "websockets", "asyncio", "uvicorn.access")


def drop_personal(_logger: Any, _method: str, fields: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor that removes every `pii_*` field."""
    for key in [key for key in fields if key.startswith(PERSONAL)]:
        del fields[key]
    return fields


def configure(level: str = "info", *, json: bool = False, personal: bool = False) -> None:
    """Send structlog and the standard library's logging to stderr; `json` gives one object a line."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if not personal:
        shared.append(drop_personal)
    if json:
        shared.append(structlog.processors.format_exc_info)
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False) if json else _console()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=renderer))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _console() -> structlog.dev.ConsoleRenderer:
    # Locals of a frame hold callers' words and numbers; never print them.
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger with the room's name as the field `logger`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(name).bind(logger=name)
    return logger
