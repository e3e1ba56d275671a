"""The helpline as `ivr serve` runs it, telling how long each reply took.

    python -m bench.served TRACE

Settings from the environment alone. Every reply is a line of JSON in the file TRACE: seconds of recognition and of all
work after the end of the caller's turn, and which threads decode.
"""

import json
import sys
import threading
from pathlib import Path

from ivr.call.trace import Replied, TraceEvent
from ivr.core import logs
from ivr.core.settings import Settings
from ivr.web.assembly import Surroundings, assemble
from ivr.web.server import listen


def main() -> None:
    settings = Settings.load(env_file=None)
    logs.configure(settings.log_level)
    with Path(sys.argv[1]).open("w", encoding="utf-8", buffering=1) as out:

        def told(event: TraceEvent) -> None:
            if isinstance(event, Replied):
                line = {"decode_s": event.decode_s, "work_s": event.work_s, "decoders": _decoders()}
                out.write(json.dumps(line) + "\n")

        around = Surroundings(sinks=lambda _: told)
        where = (settings.host, settings.port)
        listen(lambda: assemble(settings, around).app, where, lambda url: print(json.dumps({"url": url}), flush=True))


def _decoders() -> list[int]:
    return [thread.native_id or 0 for thread in threading.enumerate() if thread.name.startswith("decode")]


if __name__ == "__main__":
    main()
