"""What the address of the times page says, and where its own links lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from portal.consultations.topics.models import Mode
from portal.web.forms import read_day
from portal.web.routing import LARGEST_KEY

ANYONE = "any"
MOST_PAGES = 26
"""Fortnights ahead, the present one included: a year."""


@dataclass(frozen=True, slots=True)
class Asked:
    mode: Mode
    consultant_id: int | None
    """None: the first who is free."""
    day: date | None
    page: int
    """Which fortnight, from 0."""


def asked_of(
    arguments: Mapping[str, str], modes: Sequence[Mode], mode: Mode, consultant_id: int | None
) -> Asked:
    """Nonsense is left out rather than refused; `mode` and `consultant_id` hold where nothing is said."""
    said, page = arguments.get("consultant", ""), arguments.get("page", "")
    if said == ANYONE:
        consultant_id = None
    elif is_key(said):
        consultant_id = int(said)
    return Asked(
        next((one for one in modes if one == arguments.get("mode")), mode),
        consultant_id,
        read_day(arguments.get("day", "")),
        min(int(page), MOST_PAGES - 1) if is_key(page) else 0,
    )


def is_key(value: str) -> bool:
    return value.isascii() and value.isdecimal() and len(value) <= 10 and 0 < int(value) <= LARGEST_KEY


@dataclass(frozen=True, slots=True)
class Way:
    """Where one chooses a time, and where one goes with it."""

    here: str
    on: str
    kept: tuple[tuple[str, str], ...] = ()
    """What a chosen time carries along."""
    may_be_anyone: bool = True
    """Whether a time may be taken without naming a consultant; who moves a consultation names one."""

    def times(self, asked: Asked, **changes: Any) -> str:
        """This page with something changed; None leaves a part out."""
        parts: dict[str, Any] = {
            "mode": asked.mode.value,
            "consultant": asked.consultant_id or ANYONE,
            "page": asked.page or None,
        }
        parts |= changes
        return f"{self.here}?{urlencode([(name, value) for name, value in parts.items() if value])}"

    def take(self, asked: Asked, starts_at: datetime, consultant_ids: Sequence[int]) -> str:
        """On with one time."""
        named = asked.consultant_id or (None if self.may_be_anyone else consultant_ids[0])
        parts = [*self.kept, ("starts_at", starts_at.isoformat()), ("mode", asked.mode.value)]
        return f"{self.on}?{urlencode([*parts, *([('consultant_id', named)] if named else [])])}"
