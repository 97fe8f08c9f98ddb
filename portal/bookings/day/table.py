"""The table of a day page: its rows by zone, put together from rows that are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from portal.bookings.day.grid import (
    MINE,
    PICKED,
    TAKEN,
    Columns,
    Desk,
    Sheet,
    is_free,
    marked,
    open_signs,
    row_html,
)
from portal.bookings.day.queries import Plan
from portal.db import Words
from portal.resources.board import Claimed, DayClaims, ResourceRow
from portal.resources.free_time import Stretch
from portal.resources.models import ResourceKind
from portal.resources.site_map import ZoneRow


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A zone, or what of a floor stands in none."""

    zone: ZoneRow | None
    floor: Words
    desks: tuple[Desk, ...]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks (0: nobody who is known), and the reservation that is being moved, whose time counts as free."""

    person_id: int = 0
    moving_id: int = 0


@dataclass(frozen=True, slots=True)
class DrawnPart:
    zone: ZoneRow | None
    floor: Words
    html: Markup
    count: int
    free: int
    """How many are free in the hours asked for."""


@lru_cache(maxsize=256)
def parts_of(plan: Plan, columns: Columns, locale: str, seats: str) -> tuple[Part, ...]:
    """The rows of a page in the order of their zones; `seats` is the word behind a room's capacity."""
    rows: dict[tuple[int | None, int], list[ResourceRow]] = {}
    for row in plan.rows:
        rows.setdefault((row.zone_id, row.floor_id if row.zone_id is None else 0), []).append(row)
    return tuple(
        Part(
            plan.map.zones.get(zone_id or 0),
            plan.map.floors[part[0].floor_id],
            tuple(_desk(plan, row, columns, locale, seats) for row in part),
        )
        for (zone_id, _), part in rows.items()
    )


def _desk(plan: Plan, row: ResourceRow, columns: Columns, locale: str, seats: str) -> Desk:
    calendar, features = plan.map.calendar, plan.map.features
    open_ = calendar.open_on(plan.day, row.place)
    closure = None if open_ else calendar.closure_on(plan.day, row.place)
    return Desk(
        id=row.id,
        name=str(escape(row.name)),
        features=tuple(
            (features[code].icon, str(escape(features[code].name.in_(locale)))) for code in row.features
        ),
        detail=f"{row.capacity} {seats}" if row.kind == ResourceKind.ROOM else "",
        signs=open_signs(columns, open_),
        shortest=-(-plan.map.rules[row.rules_id].shortest_minutes // columns.step),
        reason=str(escape(closure.reason.in_(locale))) if closure else "",
    )


def signs_of(desk: Desk, columns: Columns, claims: Sequence[Claimed], viewer: Viewer) -> bytes:
    """A desk's day as this person sees it."""
    if not claims:
        return desk.signs
    count = [claim for claim in claims if claim[3] != viewer.moving_id]
    others = [(start, end) for start, end, owner, _ in count if owner != viewer.person_id]
    mine = [(start, end) for start, end, owner, _ in count if owner == viewer.person_id]
    signs = marked(desk.signs, columns, TAKEN, others)
    return marked(signs, columns, MINE, mine) if mine else signs


@lru_cache(maxsize=32)
def drawn(
    parts: tuple[Part, ...],
    columns: Columns,
    claims: DayClaims,
    sheet: Sheet,
    viewer: Viewer,
    picked: tuple[int, Stretch[int]] | None,
) -> tuple[DrawnPart, ...]:
    """The table's parts; `picked` is the id of the desk that was tapped on, and the epoch minutes chosen.

    Kept whole as well: between two bookings everybody who holds nothing on a day sees the same.
    """
    made, by_resource = [], claims.by_resource()
    for part in parts:
        rows, free = [], 0
        for desk in part.desks:
            signs = signs_of(desk, columns, by_resource.get(desk.id, ()), viewer)
            if picked and picked[0] == desk.id:
                signs = marked(signs, columns, PICKED, [picked[1]])
            rows.append(row_html(desk, signs, sheet))
            free += is_free(signs, sheet.span) or PICKED in signs
        html = Markup("\n".join(rows))  # noqa: S704 (row_html escapes what it writes)
        made.append(DrawnPart(part.zone, part.floor, html, len(rows), free))
    return tuple(made)
