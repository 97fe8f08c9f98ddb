"""What the day page's address says, and where its own links lead."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from portal.bookings.day.grid import clock
from portal.bookings.day.queries import Filters
from portal.resources.models import ResourceKind

KINDS = {"desk": ResourceKind.DESK, "room": ResourceKind.ROOM}


def filters_of(arguments: Any) -> Filters:
    """What the address says; nonsense is left out rather than refused."""
    start, end = minute_of(arguments.get("start")), minute_of(arguments.get("end"))
    seats = arguments.get("seats", "1")
    return Filters(
        kind=KINDS.get(arguments.get("kind", ""), ResourceKind.DESK),
        features=tuple(
            sorted({code for code in arguments.getlist("feature") if code.isalnum() and len(code) <= 40})
        ),
        seats=int(seats) if seats.isascii() and seats.isdigit() and len(seats) < 4 else 1,
        start=start,
        end=end if end is not None and (start is None or end > start) else None,
    )


def minute_of(value: str | None) -> int | None:
    """Minutes of the day of "HH:MM"; None for anything else."""
    if (
        value is None
        or len(value) != 5
        or value[2] != ":"
        or not (value[:2] + value[3:]).isdecimal()
        or not value.isascii()
    ):
        return None
    minutes = int(value[:2]) * 60 + int(value[3:])
    return minutes if int(value[3:]) < 60 and minutes <= 1440 else None


@dataclass(frozen=True, slots=True)
class Address:
    """What the page's own address carries, besides the choice."""

    filters: Filters
    shows_all: bool
    move: str | None

    def query(self, **changes: Any) -> str:
        """With some of it changed; None leaves a part out."""
        filters = self.filters
        parts: dict[str, Any] = {
            "kind": None if filters.kind == ResourceKind.DESK else filters.kind.value,
            "feature": list(filters.features),
            "seats": filters.seats if filters.seats > 1 else None,
            "start": clock(filters.start, "en") if filters.start is not None else None,
            "end": clock(filters.end, "en") if filters.end is not None else None,
            "all": "1" if self.shows_all else None,
            "move": self.move,
        }
        parts |= changes
        return urlencode([(name, value) for name, value in parts.items() if value], doseq=True)


@dataclass(frozen=True, slots=True)
class Links:
    """Where the page's own links lead."""

    this: str
    desks: str
    rooms: str
    everything: str
    without_wishes: str
    features: dict[str, str]
    """With or without a feature, whichever it is not now."""


@lru_cache(maxsize=512)
def links_of(address: Address, codes: tuple[str, ...]) -> Links:
    chosen = list(address.filters.features)

    def toggled(code: str) -> list[str]:
        return [one for one in chosen if one != code] if code in chosen else [*chosen, code]

    return Links(
        this=address.query(),
        desks=address.query(kind=None, feature=None, seats=None),
        rooms=address.query(kind="room", feature=None, seats=None),
        everything=address.query(all="1"),
        without_wishes=address.query(feature=None, seats=None),
        features={code: address.query(feature=toggled(code)) for code in codes},
    )
