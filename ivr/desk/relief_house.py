"""Makes the relief desk out of a house's parts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Connection

from ivr.core.data import data_dir
from ivr.core.errors import ActRefusedError
from ivr.desk.acting import Actor
from ivr.desk.confirming import Answer, Confirming
from ivr.desk.messages import Messages
from ivr.desk.relief import Relief, ReliefHouse
from ivr.desk.relief_rules import ItemRules, load_items
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import CLAIM, YES, Party
from ivr.store import tickets

RELIEF = Actor("relief", Party.DESK)
PROOF = "relief:code"  # what stands where an office would show a photograph


@lru_cache(maxsize=1)
def relief_items() -> Mapping[str, ItemRules]:
    """Those of grammars/, read once."""
    return load_items(data_dir("grammars"))


def make_relief(messages: Messages, confirming: Confirming, entropy: Callable[[int], bytes]) -> Relief:
    """The relief desk. The citizen's yes closes the ticket as any claim's does: the code told is the claim's proof."""
    districts = confirming.acting.rules.districts

    def solved(connection: Connection, ticket_id: int, now: datetime) -> None:
        tickets.lock(connection, ticket_id)
        row = tickets.find(connection, ticket_id=ticket_id)
        if row is None:
            return
        try:
            claim = Deed(CLAIM, Party.DESK, note="delivered, the citizen's code was told", photo=PROOF)
            row = confirming.acting.act(connection, row, claim, RELIEF, now).ticket
            confirming.answer(connection, row, Answer(YES, "call"), f"relief:{ticket_id}", now)
        except ActRefusedError:
            return  # closed already, or waiting for the citizen about something else

    house = ReliefHouse(
        secrets=messages.secrets,
        jobs=confirming.jobs,
        messages=messages,
        items=relief_items(),
        entropy=entropy,
        place_name=lambda lang, district: districts.get(district, {}).get(lang, district),
        solved=solved,
    )
    return Relief(house)
