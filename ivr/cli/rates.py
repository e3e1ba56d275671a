"""Rates as `ivr accuracy` shows them: grouped by language and note, as a table's cell, for JSON."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from ivr.understanding.accuracy import Rate

T = TypeVar("T")


def grouped(found: Sequence[T], of: Callable[[T], tuple[str, str]]) -> dict[str, list[T]]:
    """All of it, then by language, then by language and note; `of` tells both."""
    groups: dict[str, list[T]] = {"all": list(found)}
    for one in found:
        groups.setdefault(of(one)[0], []).append(one)
    for one in sorted(found, key=of):
        lang, note = of(one)
        groups.setdefault(f"{lang} {note or '-'}", []).append(one)
    return groups


def cell(rate: Rate | None) -> str:
    """A rate with its interval, for a table; "" where there is none."""
    if rate is None:
        return ""
    low, high = rate.interval
    return f"{rate.value:.1%} [{low:.0%}-{high:.0%}]"


def _plain(rate: Rate) -> dict[str, float | int]:
    """A rate with its interval, for JSON."""
    low, high = rate.interval
    return {
        "hits": rate.hits,
        "total": rate.total,
        "rate": round(rate.value, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }


def plain_rates(rates: Mapping[str, Rate]) -> dict[str, dict[str, float | int]]:
    """Rates by name, for JSON."""
    return {name: _plain(rate) for name, rate in rates.items()}
