"""Trasa as it is known, and where nothing is known, as it might be.

Known: name, address, the park to its south, free of charge, co-working on floor 2, a gallery of UMKM products on
floor 1, a meeting room with audio-visual equipment, whose the building is. Invented: hours, desks, zones, the
other rooms, rules and the closure. The portal's footer says so.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from urllib.parse import quote_plus

from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, District
from portal.db import Base, Words
from portal.resources.calendar import SiteCalendar
from portal.resources.models import (
    BookingRules,
    Feature,
    Floor,
    OpeningHours,
    Resource,
    ResourceFeature,
    ResourceKind,
    Site,
    Zone,
)
from portal.resources.services import CloseCommand, Target, TargetKind, close, load_holidays
from portal.resources.site_map import site_map

Row = TypeVar("Row", bound=Base)

PREFIX = "TRS"
TIME_ZONE = "Asia/Jakarta"
PROGRAMME = "DIKPORA"
"""Short name of the agency that runs the programme."""
DISTRICTS = (
    *("Margasari", "Bumijawa", "Bojong", "Balapulang", "Pagerbarang", "Lebaksiu", "Jatinegara"),
    *("Kedungbanteng", "Pangkah", "Slawi", "Adiwerna", "Talang", "Dukuhturi", "Tarub", "Kramat"),
    *("Suradadi", "Warureja", "Dukuhwaru"),
)
"""In the order of their Kemendagri codes, 33.28.01 to 33.28.18."""
FEATURES = {
    "monitor": (Words("Monitor", "Monitor"), "monitor"),
    "window": (Words("Dekat jendela", "By the window"), "window"),
    "socket": (Words("Colokan sendiri", "Own socket"), "plug"),
    "quiet": (Words("Bebas suara", "Quiet"), "quiet"),
    "wheelchair": (Words("Muat kursi roda", "Room for a wheelchair"), "chair"),
    "whiteboard": (Words("Papan tulis", "Whiteboard"), "board"),
    "projector": (Words("Proyektor", "Projector"), "projector"),
}
"""Name and icon by code, in the order in which pages show them."""
WEEK = ((range(5), time(8), time(20)), (range(5, 6), time(8), time(16)))
QUIET_WEEK = ((range(5), time(8), time(18)), (range(5, 6), time(8), time(16)))
"""Weekdays from Monday = 0, opens, closes; closed on Sundays."""
PHOTO_CLASS = Words("dipakai kelas foto produk", "used for a product photo class")
CLOSED_DESKS = ("B21", "B22", "B23", "B24")


@dataclass(frozen=True, slots=True)
class Spot:
    """A desk or room, and how much it is liked: 1 is as much as any."""

    id: int
    name: str
    kind: ResourceKind
    zone_id: int | None
    floor_id: int
    liking: float


@dataclass(frozen=True, slots=True)
class DemoZone:
    letter: str
    count: int
    name: Words
    description: Words
    liking: float

    def features(self, number: int) -> list[str]:
        """What desk `number` of the zone has."""
        every_second, every_third, every_fifth = number % 2 == 1, number % 3 == 1, number % 5 == 0
        if self.letter == "A":
            return ["window", *["monitor"] * every_third, *["wheelchair"] * (number <= 2)]
        if self.letter == "B":
            has_socket = every_second and number <= 20
            return [*["socket"] * has_socket, *["monitor"] * every_fifth, *["wheelchair"] * (number == 1)]
        return ["quiet", "socket", *["monitor"] * every_second, *["wheelchair"] * (number == 1)]


ZONES = (
    DemoZone(
        "A",
        20,
        Words("Zona Taman", "Garden zone"),
        Words("di sisi jendela, menghadap taman", "on the window side, facing the park"),
        1.25,
    ),
    DemoZone(
        "B",
        24,
        Words("Zona Guyub", "Together zone"),
        Words("meja panjang, boleh ngobrol", "long tables, talking is fine"),
        0.9,
    ),
    DemoZone(
        "C",
        16,
        Words("Zona Tenang", "Quiet zone"),
        Words("tanpa telepon, tutup pukul 18.00", "no phone calls, closes at 18.00"),
        1.0,
    ),
)
ROOMS = (
    ("Ruang Rapat", 12, ("monitor", "projector", "whiteboard", "socket", "wheelchair")),
    ("Ruang Poci", 24, ("projector", "whiteboard", "socket", "wheelchair")),
    ("Ruang Moci", 8, ("monitor", "whiteboard", "socket")),
    ("Ruang Aci", 6, ("whiteboard", "window", "socket")),
    ("Ruang Olos", 4, ("monitor", "window", "socket")),
    ("Ruang Pilus", 2, ("quiet", "monitor", "socket")),
)
"""Name, seats, features. The first is the real one; the others carry names from Tegal's tea tables."""


def make_agencies(session: Session) -> tuple[int, int]:
    """The site's owner and the programme's, in this order."""
    owner = Agency(
        short_name="DINKOP UKM DAG",
        name=Words(
            "Dinas Koperasi, UKM dan Perdagangan Kabupaten Tegal",
            "Cooperatives, Small Business and Trade Agency of Kabupaten Tegal",
        ),
    )
    programme = Agency(
        short_name=PROGRAMME,
        name=Words(
            "Dinas Kepemudaan, Olahraga dan Pariwisata Kabupaten Tegal",
            "Youth, Sports and Tourism Agency of Kabupaten Tegal",
        ),
    )
    return _add(session, owner).id, _add(session, programme).id


def make_districts(session: Session) -> list[int]:
    """BPS numbers them differently; its codes are left out until somebody is sure of them."""
    return [
        _add(session, District(name=name, kemendagri_code=f"33.28.{number:02d}")).id
        for number, name in enumerate(DISTRICTS, start=1)
    ]


def make_site(session: Session, agency_id: int) -> int:
    site = _add(
        session,
        Site(
            agency_id=agency_id,
            name="Trasa Co-Working Space",
            reference_prefix=PREFIX,
            address="Jl. A. Yani 7, Slawi",
            directions=Words(
                "Di sisi utara Taman Rakyat Slawi Ayu.\n"
                "Masuk dari Jl. A. Yani, lewat galeri produk UMKM di lantai 1.\n"
                "Naik ke lantai 2.\n"
                "Pakai kursi roda? Kabari petugas sebelum datang.",
                "On the north side of the park Taman Rakyat Slawi Ayu.\n"
                "Enter from Jl. A. Yani, through the gallery of local products on floor 1.\n"
                "Go up to floor 2.\n"
                "Using a wheelchair? Tell the front desk before you come.",
            ),
            # A search, since the place's own coordinates are not published.
            map_url="https://www.openstreetmap.org/search?query=" + quote_plus("Taman Rakyat Slawi Ayu"),
            time_zone=TIME_ZONE,
        ),
    )
    _open(session, WEEK, site_id=site.id)
    return site.id


def make_spots(session: Session, site_id: int) -> list[Spot]:
    """Floors, zones, features, rules, 60 desks and 6 rooms."""
    _add(session, Floor(site_id=site_id, level=1, name=Words("lantai 1, galeri", "floor 1, gallery")))
    floor = _add(session, Floor(site_id=site_id, level=2, name=Words("lantai 2", "floor 2")))
    feature_ids = {
        code: _add(session, Feature(code=code, name=name, icon=icon, position=position)).id
        for position, (code, (name, icon)) in enumerate(FEATURES.items())
    }
    desks, rooms = _rules(session)
    spots: list[Spot] = []
    had: list[dict[str, int]] = []

    def stand(resource: Resource, features: list[str], liking: float) -> None:
        resource.site_id, resource.floor_id = site_id, floor.id
        row = _add(session, resource)
        had.extend({"resource_id": row.id, "feature_id": feature_ids[code]} for code in features)
        spots.append(Spot(row.id, row.name, row.kind, row.zone_id, floor.id, liking))

    for position, zone in enumerate(ZONES):
        zone_id = _add(
            session,
            Zone(floor_id=floor.id, position=position, name=zone.name, description=zone.description),
        ).id
        if zone.letter == "C":
            _open(session, QUIET_WEEK, zone_id=zone_id)
        for number in range(1, zone.count + 1):
            name = f"{zone.letter}{number:02d}"
            desk = Resource(kind=ResourceKind.DESK, name=name, zone_id=zone_id, rules_id=desks.id, capacity=1)
            stand(desk, zone.features(number), zone.liking)
    for name, seats, features in ROOMS:
        room = Resource(kind=ResourceKind.ROOM, name=name, rules_id=rooms.id, capacity=seats)
        stand(room, list(features), 0.8)
    session.execute(insert(ResourceFeature), had)
    return spots


def close_for_class(session: Session, site_id: int, spots: list[Spot], today: date, *, at: datetime) -> None:
    """Four desks, all day, on the third weekday from now that is open."""
    calendar = calendar_of(session, site_id, today, today + timedelta(days=30))
    coming = (today + timedelta(days=ahead) for ahead in range(1, 31))
    day = [day for day in coming if day.weekday() < 5 and calendar.site_hours(day)][2]
    starts_at, ends_at = (datetime.combine(day, time(hour), calendar.zone) for hour in (8, 20))
    for spot in spots:
        if spot.name in CLOSED_DESKS:
            command = CloseCommand(
                target=Target(TargetKind.RESOURCE, spot.id),
                starts_at=starts_at,
                ends_at=ends_at,
                reason=PHOTO_CLASS,
                actor_id=None,
            )
            close(session, command, at=at)


def calendar_of(session: Session, site_id: int, first: date, last: date) -> SiteCalendar:
    """When the site is open, holidays of all these years included."""
    load_holidays(session, site_id, range(first.year, last.year + 1))
    found = site_map(session, site_id, first, last)
    if found is None:
        raise LookupError(site_id)
    return found.calendar


def _rules(session: Session) -> tuple[BookingRules, BookingRules]:
    shared = {
        "slot_minutes": 30,
        "shortest_minutes": 30,
        "longest_minutes": 240,
        "notice_minutes": 0,
        "horizon_days": 30,
        "cancel_minutes": 60,
        "late_minutes": 15,
    }
    desks = BookingRules(name=Words("Meja", "Desks"), day_minutes=360, week_minutes=1200, **shared)
    rooms = BookingRules(name=Words("Ruang", "Rooms"), day_minutes=240, week_minutes=600, **shared)
    return _add(session, desks), _add(session, rooms)


def _open(session: Session, week: tuple[tuple[range, time, time], ...], **owner: int) -> None:
    for weekdays, opens, closes in week:
        for weekday in weekdays:
            session.add(OpeningHours(weekday=weekday, opens=opens, closes=closes, **owner))


def _add(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
