"""What the macros of components/week.html, request.html and times.html are given. Moments are local."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """Something in a week: see components/week.html for its kinds."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    title: str = ""
    url: str | None = None
    state: str | None = None
    detail: str = ""
    mode: str | None = None
    where: str = ""
    reference: str | None = None
    move_url: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    url: str
    entries: Sequence[Entry]
    work: Sequence[tuple[datetime, datetime]]
    off: str | None = None
    """Why the whole day is shut."""


@dataclass(frozen=True, slots=True)
class Asker:
    id: int
    name: str
    initials: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits for its consultant's answer."""

    starts_at: datetime
    person: Asker
    history: str
    topic: str
    mode: str
    answer_by: str
    late: bool
    intake: list[tuple[str, str]]
    accept_url: str
    decline_url: str
    other_url: str


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day and how much is free on it."""

    date: date
    free: int
    off: str | None
    url: str
    is_over: bool = False
    """Today, and its hours are behind us."""


@dataclass(frozen=True, slots=True)
class TimeCell:
    starts_at: datetime
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A consultant to choose."""

    id: int
    name: str
    initials: str
    photo: str | None
    topics: list[str]
    languages: list[str]
    next: datetime | None
    url: str
    rating: str | None = None
