"""Interval arithmetic: what is left of open time when closed and claimed time is taken out of it.

A stretch is a half-open pair `(start, end)` of anything ordered: aware datetimes or whole minutes. Functions take
stretches in any order, overlapping or empty ones included, and return them sorted, disjoint, non-empty and merged.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar


class Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


T = TypeVar("T", bound=Ordered)
Stretch = tuple[T, T]


def union(stretches: Iterable[Stretch[T]]) -> list[Stretch[T]]:
    """All time that is in any stretch; touching ones become one."""
    merged: list[Stretch[T]] = []
    for start, end in sorted(stretch for stretch in stretches if stretch[0] < stretch[1]):
        if merged and not merged[-1][1] < start:
            if merged[-1][1] < end:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def intersection(these: Iterable[Stretch[T]], those: Iterable[Stretch[T]]) -> list[Stretch[T]]:
    """All time that is in both."""
    left, right = union(these), union(those)
    both: list[Stretch[T]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i][0], right[j][0])
        end = min(left[i][1], right[j][1])
        if start < end:
            both.append((start, end))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return both


def difference(these: Iterable[Stretch[T]], those: Iterable[Stretch[T]]) -> list[Stretch[T]]:
    """All time that is in these and not in those."""
    left: list[Stretch[T]] = []
    taken = union(those)
    for start, end in union(these):
        for gone_from, gone_to in taken:
            if not start < gone_to:
                continue
            if not gone_from < end:
                break
            if start < gone_from:
                left.append((start, gone_from))
            start = gone_to
            if not start < end:
                break
        if start < end:
            left.append((start, end))
    return left


def covers(stretches: Iterable[Stretch[T]], wanted: Stretch[T]) -> bool:
    """Whether all of `wanted` lies in the stretches."""
    return any(not wanted[0] < start and not end < wanted[1] for start, end in union(stretches))


def on_grid(stretches: Iterable[Stretch[int]], origin: int, step: int, shortest: int) -> list[Stretch[int]]:
    """Each stretch shrunk to the grid `origin + n * step`; what is then shorter than `shortest` is left out."""
    shrunk = [
        (origin - (origin - start) // step * step, origin + (end - origin) // step * step)
        for start, end in union(stretches)
    ]
    return [(start, end) for start, end in shrunk if end - start >= max(shortest, 1)]


def epoch_minutes(moment: datetime) -> int:
    """Whole minutes since 1970, rounded down, of an aware moment."""
    return int(moment.timestamp() // 60)
