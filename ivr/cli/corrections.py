"""`ivr corrections`: what operators said that callers meant, as utterances to measure with. Only the command line."""

import csv
import json
import sys
from typing import Annotated

import typer

from ivr.core.settings import Settings
from ivr.store import proposals
from ivr.store.database import Database
from ivr.store.upgrade import require_newest

LEARNT, CORRECTED = "learnt", "corrected"


def command(
    json_lines: Annotated[bool, typer.Option("--json", help="Print a JSON object a line instead of CSV.")] = False,
) -> None:
    """Print every corrected request as lang,text,service_id,note, for `ivr accuracy FILE --learnt`.

    The note is "learnt" where the very words were accepted into the grammars, else "corrected": only the latter say
    what learning gained. They are callers' words: keep the file as the database is kept.
    """
    db = Database(Settings.load().database_url)
    require_newest(db)
    with db.read() as connection:
        requests = proposals.known_requests(connection)
        learnt = {(lang, phrase) for lang, _, phrase in proposals.accepted(connection)}
    db.dispose()
    rows = [
        {"lang": lang, "text": text, "service_id": service, "note": LEARNT if (lang, text) in learnt else CORRECTED}
        for lang, text, service in requests
    ]
    if json_lines:
        for row in rows:
            typer.echo(json.dumps(row, ensure_ascii=False))
        return
    writer = csv.DictWriter(sys.stdout, ("lang", "text", "service_id", "note"))
    writer.writeheader()
    writer.writerows(rows)
