"""Interval arithmetic against the plainest model there is: sets of whole minutes."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from portal.resources.free_time import Stretch, covers, difference, intersection, on_grid, union

minutes = st.integers(-200, 200)
stretches = st.lists(st.tuples(minutes, minutes), max_size=12)


def as_set(some: list[Stretch[int]]) -> set[int]:
    return {minute for start, end in some for minute in range(start, end)}


def is_tidy(some: list[Stretch[int]]) -> bool:
    """Sorted, disjoint, nothing empty, nothing that could be one."""
    return all(start < end for start, end in some) and all(
        before[1] < after[0] for before, after in pairwise(some)
    )


@given(stretches)
def test_union_holds_every_minute_once(some: list[Stretch[int]]) -> None:
    assert as_set(union(some)) == as_set(some)
    assert is_tidy(union(some))


@given(stretches, stretches)
def test_intersection(these: list[Stretch[int]], those: list[Stretch[int]]) -> None:
    assert as_set(intersection(these, those)) == as_set(these) & as_set(those)
    assert is_tidy(intersection(these, those))


@given(stretches, stretches)
def test_difference(these: list[Stretch[int]], those: list[Stretch[int]]) -> None:
    assert as_set(difference(these, those)) == as_set(these) - as_set(those)
    assert is_tidy(difference(these, those))


@given(stretches, st.tuples(minutes, minutes))
def test_covers(some: list[Stretch[int]], wanted: Stretch[int]) -> None:
    if wanted[0] < wanted[1]:
        assert covers(some, wanted) == (as_set([wanted]) <= as_set(some))


@given(stretches, st.integers(-50, 50), st.integers(1, 60), st.integers(1, 120))
def test_on_grid_is_within_on_the_grid_long_enough_and_complete(
    some: list[Stretch[int]], origin: int, step: int, shortest: int
) -> None:
    found = on_grid(some, origin, step, shortest)
    assert as_set(found) <= as_set(some)
    for start, end in found:
        assert (start - origin) % step == 0
        assert (end - origin) % step == 0
        assert end - start >= shortest
    length = -(-shortest // step) * step
    for start in range(-400, 400):
        if (start - origin) % step == 0 and covers(some, (start, start + length)):
            assert covers(found, (start, start + length))
