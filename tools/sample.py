"""Fills a database with made calls and complaints, so that the console has something to show and to be measured on.

    python -m tools.sample                     # into the database of the settings, which must have no ticket yet
    python -m tools.sample --tickets 100000    # many: plain rows, for measuring lists

The few are made through the desk as in life, with their officers, acts and answers; callers' numbers are of a range
that no operator serves. Words and names are made up here.
"""

import argparse
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ivr.core import phone
from ivr.core.clock import SystemClock
from ivr.core.errors import ActRefusedError
from ivr.core.ids import ticket_number
from ivr.core.settings import Settings
from ivr.desk.acting import CITIZEN, SYSTEM, Actor
from ivr.desk.build import open_desk
from ivr.desk.desk import Desk
from ivr.desk.rules.life import Deed
from ivr.desk.rules.states import Party
from ivr.desk.search_text import searchable
from ivr.dialogue.commands import Disposition, Flag, OpenTicket
from ivr.store import officers, tickets
from ivr.store.calls import Calls, note_caller
from ivr.store.database import Database
from ivr.store.officers import NewPost
from ivr.store.schema import call, counter, sms
from ivr.store.schema_tickets import ticket
from ivr.store.secrets import Secrets
from ivr.store.upgrade import upgrade

DESK = Actor("lakshmi", Party.DESK)
PLACES = {"te": ("Guntur", "AP.Guntur"), "hi": ("Barabanki", "UP.Barabanki")}
SAID = {
    "te": (
        ("street_light_repair", "మా వీధిలో దీపాలు నాలుగు రోజులుగా వెలగడం లేదు"),
        ("pension_stopped", "మా అమ్మగారికి రెండు నెలలుగా పింఛను రావడం లేదు"),
        ("water_supply_failure", "కుళాయిలో నీళ్ళు రావడం లేదు పది రోజులైంది"),
        ("ration_dealer_complaint", "రేషన్ డీలరు బియ్యం తక్కువ తూకం ఇస్తున్నాడు"),
        ("drain_cleaning", "మురుగు కాలువ నిండిపోయి రోడ్డు మీదికి వస్తోంది"),
        ("hand_pump_repair", "ఊరి బోరింగు పాడైపోయింది"),
        ("mgnrega_wages_delayed", "ఉపాధి పని డబ్బులు ఇంకా పడలేదు"),
        ("electricity_low_voltage", "కరెంటు చాలా తక్కువ వోల్టేజి వస్తోంది మోటారు తిరగడం లేదు"),
    ),
    "hi": (
        ("street_light_repair", "हमारी गली की बत्ती एक हफ़्ते से नहीं जल रही"),
        ("pension_stopped", "विधवा पेंशन तीन महीने से नहीं आई"),
        ("hand_pump_repair", "गाँव का हैंडपंप ख़राब पड़ा है"),
        ("ration_card_restore", "राशन कार्ड से मेरा नाम कट गया है"),
        ("village_road_repair", "गाँव की सड़क टूटी हुई है बारिश में निकलना मुश्किल है"),
        ("electricity_outage", "दो दिन से बिजली नहीं है"),
        ("midday_meal_complaint", "स्कूल में बच्चों को खाना नहीं मिल रहा"),
        ("mgnrega_wages_delayed", "मनरेगा की मज़दूरी दो महीने से नहीं मिली"),
    ),
}
POSTS = (("ward", 0, "Ward officer", "K. Ramana", "R. Yadav"),
         ("mandal", 1, "Tehsildar", "S. Fatima", "A. Verma"),
         ("collector", 2, "District collector", "P. Anuradha", "N. Mishra"))  # fmt: skip
DISPOSITIONS = ([Disposition.ANSWERED] * 3 + [Disposition.SMS_SENT] * 3 + [Disposition.TICKET_OPENED] * 3
                + [Disposition.STATUS_TOLD, Disposition.TRANSFERRED, Disposition.CALLER_LEFT])  # fmt: skip
FLAGS = ("no_match", "no_match", "low_margin", "disagreement", "refused", "silence", "operator", "emergency", "abuse")


@dataclass(frozen=True)
class House:
    """What the sample is made through."""

    db: Database
    secrets: Secrets
    desk: Desk
    calls: Calls
    now: datetime


def fill(house: House, officer_user: str | None = None) -> None:
    """Posts, four dozen complaints in every state, two months of calls. `officer_user`: of Guntur's ward post."""
    rng = random.Random(7)
    posts = appoint(house, officer_user)
    for n in range(48):
        complaint(house, rng, n, posts)
    traffic(house, rng, days=60)


def appoint(house: House, officer_user: str | None) -> dict[str, int]:
    """The officers' directory of both districts; key -> id."""
    with house.db.begin() as connection:
        for at, (lang, (district, path)) in enumerate(PLACES.items()):
            for number, (key, level, role, *names) in enumerate(POSTS):
                known = phone.parse(f"+9199900020{at}{number}")
                who = note_caller(connection, house.secrets, known, house.now) if known else None
                user = officer_user if (lang, key) == ("te", "ward") else None
                full = f"{district.lower()}-{key}"
                officers.put(connection, NewPost(full, level, role, "", path, names[at], who, lang, user), house.now)
        return {one.key: one.id for one in officers.listed(connection)}


def complaint(house: House, rng: random.Random, n: int, posts: dict[str, int]) -> None:
    """One complaint, opened some days ago, as far as its number says."""
    lang = ("te", "hi")[n % 2]
    service, words = SAID[lang][n // 2 % len(SAID[lang])]
    opened = house.now - timedelta(hours=rng.uniform(1, 60 if n % 3 else 240))
    sid = f"CAsample{n:04}"
    house.calls.begin(sid, f"+91999000{1000 + n % 30:04}", opened - timedelta(minutes=2))
    house.calls.describe(sid, district=PLACES[lang][0], service=service)
    asked = OpenTicket(f"{sid}:1", service, lang, PLACES[lang][0], words)
    number = house.desk.open_ticket(sid, asked, opened).number
    house.calls.end(sid, Disposition.TICKET_OPENED, opened + timedelta(minutes=1))
    step = Steps(house, number, opened, posts[f"{PLACES[lang][0].lower()}-ward"])
    for deed, actor in COURSES[n % len(COURSES)](lang):
        step.do(deed, actor, rng)


@dataclass
class Steps:
    """The course of one complaint: each act some hours after the last, none after now."""

    house: House
    number: str
    at: datetime
    post: int
    count: int = 0

    def do(self, deed: Deed, actor: Actor, rng: random.Random) -> None:
        self.at = min(self.at + timedelta(hours=rng.uniform(0.3, 3)), self.house.now - timedelta(minutes=1))
        self.count += 1
        actor = Actor("K. Ramana", Party.OFFICER, self.post) if actor.party is Party.OFFICER else actor
        key = f"sample:{self.number}:{self.count}"
        view = self.house.desk.grievances.ticket(self.number, self.at)
        assert view is not None
        try:
            self.house.desk.grievances.act(self.number, deed, actor, view.ticket.version, key, self.at)
        except ActRefusedError as error:
            sys.stderr.write(f"sample: {deed.act} was refused ({error.code})\n")


_OFFICER = Actor("officer", Party.OFFICER)
_NOTES = {"te": "పని పూర్తయింది, ఫోటో జోడించాం", "hi": "काम पूरा हुआ, तस्वीर साथ है"}
_STILL = {"te": "ఇంకా బాగు కాలేదు", "hi": "अभी ठीक नहीं हुआ"}
Course = Callable[[str], list[tuple[Deed, Actor]]]


def _answered(lang: str) -> list[tuple[Deed, Actor]]:
    return [(Deed("acknowledge", Party.OFFICER), _OFFICER), (Deed("answer", Party.OFFICER, code="visit"), _OFFICER)]


def _claimed(lang: str) -> list[tuple[Deed, Actor]]:
    return [*_answered(lang), (Deed("claim", Party.OFFICER, _NOTES[lang], photo="proofs/sample.png"), _OFFICER)]


def _unreached(lang: str) -> list[tuple[Deed, Actor]]:
    return [*_claimed(lang), (Deed("unreached", Party.SYSTEM), SYSTEM)]


def _refuted(lang: str) -> list[tuple[Deed, Actor]]:
    return [*_claimed(lang), (Deed("no", Party.CITIZEN, _STILL[lang]), CITIZEN)]


def _closed(lang: str) -> list[tuple[Deed, Actor]]:
    return [*_claimed(lang), (Deed("yes", Party.CITIZEN), CITIZEN), (Deed("rate", Party.CITIZEN, rating=4), CITIZEN)]


COURSES: tuple[Course, ...] = (
    lambda lang: [],
    lambda lang: [(Deed("acknowledge", Party.OFFICER), _OFFICER)],
    _answered,
    lambda lang: [(Deed("ask", Party.DESK, code="where"), DESK)],
    _claimed,
    _unreached,
    _refuted,
    _closed,
    _closed,
)


def traffic(house: House, rng: random.Random, days: int) -> None:
    """Calls of the last `days`, with their ways of ending, flags and SMS, as plain rows."""
    rows: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for day in range(days):
        for _ in range(rng.randint(12, 30)):
            rows.append(_call(house, rng, day, len(rows)))
            messages += [_sms(rows[-1], rng)] if rows[-1]["disposition"] == Disposition.SMS_SENT else []
    with house.db.begin() as connection:
        connection.execute(call.insert(), rows)
        connection.execute(sms.insert(), messages)
    for row in rows[:24]:
        kind = FLAGS[rng.randrange(len(FLAGS))]
        house.calls.add_flag(row["sid"], Flag(kind, ""), rng.randrange(5_000, 60_000))


def _call(house: House, rng: random.Random, day: int, n: int) -> dict[str, Any]:
    lang = rng.choice(("te", "te", "hi"))
    begun = house.now - timedelta(days=day, minutes=rng.uniform(5, 600))
    return {
        "sid": f"CAtraffic{n:06}",
        "started_at": begun,
        "ended_at": begun + timedelta(seconds=rng.uniform(20, 240)),
        "language": lang,
        "district": PLACES[lang][0],
        "service": rng.choice(SAID[lang])[0],
        "disposition": str(rng.choice(DISPOSITIONS)),
    }


def _sms(made: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    state = rng.choice(("delivered",) * 30 + ("failed", "undelivered"))
    at = made["ended_at"]
    return {
        "key": f"sample:{made['sid']}", "call_sid": made["sid"], "template": "link", "language": made["language"],
        "body": "", "segments": 1, "state": state, "queued_at": at, "sent_at": at, "state_at": at,
    }  # fmt: skip


def many(house: House, count: int) -> None:
    """`count` tickets as plain rows in the districts of the sample and four hundred officers' hands."""
    rng, key = random.Random(11), house.secrets.ticket_key
    folded = {(lang, said): searchable(said[1], said[0]) for lang in SAID for said in SAID[lang]}
    with house.db.begin() as connection:
        begin = connection.execute(counter.select().where(counter.c.name == "ticket")).one().value
        for start in range(0, count, 5000):
            rows = [
                _ticket(house, rng, ticket_number(begin + n, key), folded)
                for n in range(start, min(start + 5000, count))
            ]
            connection.execute(ticket.insert(), rows)
        connection.execute(counter.update().where(counter.c.name == "ticket").values(value=begin + count))


def _ticket(house: House, rng: random.Random, number: str, folded: dict[Any, str]) -> dict[str, Any]:
    lang, said = rng.choice(list(folded))
    opened = house.now - timedelta(hours=rng.uniform(0, 24 * 90))
    state = rng.choices(("open", "acknowledged", "answered", "claimed", "unconfirmed", "human", "closed"),
                        (8, 6, 10, 3, 2, 1, 70))[0]  # fmt: skip
    late = opened + timedelta(hours=rng.uniform(5, 200))
    return {
        "number": number, "key": f"many:{number}", "service": said[0], "department": "municipal",
        "district": PLACES[lang][0], "language": lang, "words": said[1], "state": state, "level": rng.randrange(3),
        "opened_at": opened, "due_at": late, "closed_at": late if state == "closed" else None,
        "place_path": f"{PLACES[lang][1]}.{rng.randrange(50)}", "officer_id": rng.randrange(400) or None,
        "solve_by": late, "level_at": opened, "late_at": late, "next_escalation_at": late,
        "search_text": folded[(lang, said)], "reopened": int(rng.random() < 0.05),
    }  # fmt: skip


def proof(data_dir: Path) -> None:
    """The photograph that the sample's claims show: a grey square."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    lines = b"".join(b"\0" + bytes((x * 255 // 96 + y) % 256 for x in range(96)) for y in range(72))
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 96, 72, 8, 0, 0, 0, 0))
    (data_dir / "proofs").mkdir(parents=True, exist_ok=True)
    (data_dir / "proofs" / "sample.png").write_bytes(png + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b""))


def main() -> int:
    parser = argparse.ArgumentParser(description="Fill the database of the settings with made calls and complaints.")
    parser.add_argument("--tickets", type=int, default=0, help="so many more tickets as plain rows")
    wanted = parser.parse_args().tickets
    settings = Settings.load()
    db = Database(settings.database_url)
    upgrade(db)
    secrets = Secrets(settings.secret_key.get_secret_value())
    house = House(db, secrets, open_desk(settings, db), Calls(db, secrets), SystemClock().now())
    with db.read() as connection:
        used = bool(tickets.listed(connection, open_only=False, limit=1))
    if used and not wanted:
        sys.stderr.write("this database has tickets: the sample is for an empty one\n")
        return 1
    if not used:
        fill(house)
        proof(settings.data_dir)
    many(house, wanted)
    db.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
