"""On whose behalf a service works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does it. Staff have neither quota nor deadline and may act for others."""

    id: int
    is_staff: bool = False
