"""Whose ticket it is: by level, department and place, the nearest first, the load spread. Pure.

A place is a path from the state down: "AP.Guntur.Tenali.3". Who answers for a place answers for all below it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SEPARATOR = "."
AFTER = "/"  # the sign after the separator: all below "AP.Guntur" stand between "AP.Guntur." and "AP.Guntur/"


@dataclass(frozen=True, slots=True)
class Post:
    """A post of the officers' directory. `department` "": all. `vacant`: nobody holds it; it has its tickets all the
    same, and they go up by the clock. `load`: open tickets it has."""

    id: int
    level: int
    department: str
    place: str
    vacant: bool = False
    load: int = 0


def segment(name: str) -> str:
    """A place's name as a part of a path."""
    return name.replace(SEPARATOR, "").replace(AFTER, "-").strip()


def path_of(district: str | None, states: Mapping[str, str]) -> str:
    """The path of a district by its English name (`states`: district -> state); "" where it is not known."""
    if district is None or district not in states:
        return ""
    return SEPARATOR.join((segment(states[district]), segment(district)))


def above(place: str) -> tuple[str, ...]:
    """The place itself and all above it, nearest first; "" is the whole country."""
    parts = place.split(SEPARATOR) if place else []
    return tuple(SEPARATOR.join(parts[:count]) for count in range(len(parts), -1, -1))


def covers(post_place: str, place: str) -> bool:
    """Whether who answers for `post_place` answers for `place`."""
    return post_place in above(place)


def choose(posts: Sequence[Post], level: int, department: str, place: str) -> Post | None:
    """Who gets a ticket at `level`: of the posts there that cover the place the nearest, of them the department's own
    before one for all, one that is held before a vacant one, then whoever has fewest tickets."""
    fitting = [p for p in posts if p.level == level and p.department in ("", department) and covers(p.place, place)]
    return min(fitting, key=_order, default=None)


def first(posts: Sequence[Post], lowest: int, top: int, department: str, place: str) -> tuple[int, Post | None]:
    """The lowest level from `lowest` up that has a post for the ticket, and the post; (`lowest`, None) without any:
    the ticket is then nobody's, and climbs by the clock."""
    for level in range(lowest, top + 1):
        post = choose(posts, level, department, place)
        if post is not None:
            return level, post
    return lowest, None


def _order(post: Post) -> tuple[int, bool, bool, int, int]:
    depth = post.place.count(SEPARATOR) + 1 if post.place else 0
    return -depth, post.department == "", post.vacant, post.load, post.id
