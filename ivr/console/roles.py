"""Who may do what: roles, rights and the table between them. Pure data; pages name the right they need.

An operator hears and corrects calls, an officer acts on the tickets of one place, a supervisor watches over both and
over the words, an administrator keeps the house, an auditor reads who did what and changes nothing.
"""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    OPERATOR = "operator"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Right(StrEnum):
    REVIEW = "review"  # flagged calls: see, hear, correct
    LISTEN = "listen"  # hear recordings
    LIVE = "live"  # calls that go on: see, listen in
    TAKE_OVER = "take_over"
    TICKETS = "tickets"  # see
    ACT = "act"  # answer, hand on, ask the citizen, mark done
    BULK = "bulk"
    REVEAL = "reveal"  # a caller's number
    DISTRICT = "district"
    PROPOSALS = "proposals"  # accept or decline what corrections suggest
    CATALOGUE = "catalogue"
    CAMPAIGNS = "campaigns"
    DEAD_LETTERS = "dead_letters"
    RETENTION = "retention"
    USERS = "users"
    ACCESS_LOG = "access_log"


_DESK = frozenset({Right.TICKETS, Right.ACT, Right.REVEAL})
_CALLS = frozenset({Right.REVIEW, Right.LISTEN, Right.LIVE, Right.TAKE_OVER})
_HOUSE = frozenset({Right.DISTRICT, Right.PROPOSALS, Right.CATALOGUE, Right.CAMPAIGNS})

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.OPERATOR: _CALLS | _DESK | {Right.CATALOGUE},
    Role.OFFICER: _DESK | {Right.BULK, Right.DISTRICT},
    Role.SUPERVISOR: _CALLS | _DESK | _HOUSE | {Right.BULK, Right.DEAD_LETTERS},
    Role.ADMINISTRATOR: _HOUSE | {Right.TICKETS, Right.DEAD_LETTERS, Right.RETENTION, Right.USERS, Right.ACCESS_LOG},
    Role.AUDITOR: frozenset({Right.ACCESS_LOG, Right.DISTRICT, Right.TICKETS, Right.RETENTION}),
}

# Role -> the page shown after signing in, below /console.
FIRST_PAGE: Mapping[Role, str] = {
    Role.OPERATOR: "/review",
    Role.OFFICER: "/tickets",
    Role.SUPERVISOR: "/district",
    Role.ADMINISTRATOR: "/admin/users",
    Role.AUDITOR: "/admin/access",
}

BOUND_TO_A_PLACE = frozenset({Role.OFFICER})  # may not be without one


def may(role: str, right: Right) -> bool:
    """Whether a role (as stored; an unknown one may nothing) has a right."""
    try:
        return right in RIGHTS[Role(role)]
    except ValueError:
        return False
