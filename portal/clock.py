"""The only source of "now", which tests move with time-machine; and moments as the clocks of a place show them."""

from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class Begins(Protocol):
    @property
    def starts_at(self) -> datetime: ...
    @property
    def time_zone(self) -> str: ...


class Lasts(Begins, Protocol):
    @property
    def ends_at(self) -> datetime: ...


class LocalTimes:
    """Of rows that hold aware moments and the IANA name of the zone of their place: the same by its clocks."""

    __slots__ = ()

    @property
    def starts(self: Begins) -> datetime:
        return self.starts_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def ends(self: Lasts) -> datetime:
        return self.ends_at.astimezone(ZoneInfo(self.time_zone))
