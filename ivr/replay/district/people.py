"""Who lives and works in the district, and their habits. Chance is given; every share is stated here only."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.desk.rules.assignment import Post, above, choose

DISTRICT = "AP.Guntur"
LAZY_SHARE = 1 / 3
WARD_SHARE, MANDAL_SHARE = 0.7, 0.2  # of tickets whose place is known so far down; the others name only the district
PICKS_UP, SAYS_NOTHING = 0.6, 0.08  # of calls that ask whether it is solved
TRUE_YES, FALSE_YES = 0.96, 0.02  # a solved and an unsolved complaint called solved by its citizen
BOGUS_SHARE = 0.35  # of a lazy officer's claims; nothing was done
IGNORES = 0.6  # of the tickets that come to a lazy officer
LEVELS = 4


@dataclass(frozen=True, slots=True)
class Officer:
    """`lazy`: ignores most tickets, edits to win time, and calls things solved that are not."""

    post: Post
    lazy: bool


@dataclass(frozen=True, slots=True)
class Offices:
    """All officers by post, and by the place they answer for."""

    officers: Mapping[int, Officer]
    by_place: Mapping[str, tuple[Post, ...]]
    wards: tuple[str, ...]

    def choose(self, level: int, department: str, place: str, load: Mapping[int, int]) -> Post | None:
        """Whose a ticket is, with the loads of now."""
        near = [post for path in above(place) for post in self.by_place.get(path, ()) if post.level == level]
        loaded = [Post(p.id, p.level, p.department, p.place, load=load.get(p.id, 0)) for p in near]
        return choose(loaded, level, department, place)


def offices(count: int, departments: Sequence[str], rng: random.Random) -> Offices:
    """`count` officers: four fifths in wards, one in eight in mandals, the department heads, the collector, and one
    secretary of the state above them."""
    heads = min(len(departments) + 1, max(1, count // 20))
    mandals = max(1, round(count / 8))
    wards = max(1, count - heads - mandals - 1)
    each = max(1, mandals // 3)
    paths = [f"{DISTRICT}.Mandal{n % each + 1}.{n // each + 1}" for n in range(wards)]
    posts = [Post(0, 0, "", path) for path in paths]
    posts += [Post(0, 1, "", f"{DISTRICT}.Mandal{n % each + 1}") for n in range(mandals)]
    posts += [Post(0, 2, department, DISTRICT) for department in ("", *departments)[:heads]]
    posts += [Post(0, 3, "", "")]
    numbered = [Post(n, p.level, p.department, p.place) for n, p in enumerate(posts, 1)]
    lazy = set(rng.sample([p.id for p in numbered if p.level < LEVELS - 1], round(LAZY_SHARE * len(numbered))))
    by_place: dict[str, list[Post]] = {}
    for post in numbered:
        by_place.setdefault(post.place, []).append(post)
    places = {path: tuple(found) for path, found in by_place.items()}
    return Offices({p.id: Officer(p, p.id in lazy) for p in numbered}, places, tuple(paths))


def place_of(wards: Sequence[str], rng: random.Random) -> str:
    """Where a complaint is, as far as the citizen said."""
    ward, known = rng.choice(wards), rng.random()
    if known < WARD_SHARE:
        return ward
    return ward.rpartition(".")[0] if known < WARD_SHARE + MANDAL_SHARE else DISTRICT
