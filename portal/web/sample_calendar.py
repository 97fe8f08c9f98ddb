"""What the component sheet shows of a consultant's calendar and of finding a time: its macros with made-up contents."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext

from portal.web.shapes import Asker, Card, Day, DayCell, Entry, TimeCell, Waiting

ZONE = ZoneInfo("Asia/Jakarta")
MONDAY = date(2026, 9, 7)
HOURS = [time(hour) for hour in range(8, 17)]


WORK = [("09.00", "16.00"), ("09.00", "16.00"), ("09.00", "16.00"), ("09.00", "16.00"), ("08.30", "11.00")]
ROOM, VIDEO, PHONE = "in_person", "video", "phone"
WEEK: list[tuple[int, str, str, str, str, str, str | None]] = [
    (0, "done", "09.00", "10.00", "Agus P.", "NIB", ROOM),
    (0, "done", "10.30", "11.15", "Dwi Lestari", "Halal", ROOM),
    (0, "done", "13.00", "14.00", "Kripik Mba Tum", "P-IRT", PHONE),
    (0, "missed", "14.30", "15.30", "M. Faizal", "Merek", ROOM),
    (1, "sure", "09.00", "10.00", "Siti Nuraeni", "NIB untuk usaha rumahan", ROOM),
    (1, "gap", "10.00", "10.30", "", "", None),
    (1, "sure", "10.30", "11.30", "Bagus Prakoso", "Sertifikat halal", VIDEO),
    (1, "gap", "11.30", "13.00", "", "", None),
    (1, "sure", "13.00", "13.45", "Wulan Sari", "P-IRT keripik", ROOM),
    (1, "sure", "13.45", "14.15", "Nok Diah", "NIB", PHONE),
    (1, "gap", "14.15", "14.30", "", "", None),
    (1, "waiting", "14.30", "15.30", "Rizki Amalia", "NIB", PHONE),
    (1, "gap", "15.30", "16.00", "", "", None),
    (2, "sure", "09.00", "10.30", "Kelompok Batik Talang", "Merek bersama", ROOM),
    (2, "gap", "10.30", "11.00", "", "", None),
    (2, "waiting", "11.00", "12.00", "Hendra Wijaya", "Sertifikat halal", VIDEO),
    (2, "gap", "12.00", "13.00", "", "", None),
    (2, "block", "13.00", "16.00", "Rapat dinas", "", None),
    (3, "gap", "09.00", "10.00", "", "", None),
    (3, "sure", "10.00", "11.00", "Nur Hidayah", "P-IRT", ROOM),
    (3, "closure", "11.00", "13.00", "Ruang Moci tutup", "", None),
    (3, "gap", "11.00", "13.30", "", "", None),
    (3, "sure", "13.30", "14.30", "Teguh Santoso", "NIB", PHONE),
    (3, "gap", "14.30", "15.00", "", "", None),
    (3, "waiting", "15.00", "16.00", "Laras Ayu", "Merek", ROOM),
    (4, "class", "08.30", "11.00", "Kelas: NIB satu pagi", "18 orang", ROOM),
]


def moment(day: int, clock: str) -> datetime:
    """Of the sample weeks: (0, "09.00") on the first Monday."""
    return datetime.combine(MONDAY + timedelta(day), time.fromisoformat(clock.replace(".", ":")), ZONE)


def sample_week(later: int = 0) -> list[Day]:
    """`later` by so many days, to keep two weeks of one page apart."""
    days = [
        Day(
            MONDAY + timedelta(day + later),
            "#week",
            _entries(day, later),
            [(moment(day + later, begin), moment(day + later, end))],
        )
        for day, (begin, end) in enumerate(WORK)
    ]
    return [*days, Day(MONDAY + timedelta(5 + later), "#week", [], [], off=gettext("Day off"))]


def _entries(wanted: int, later: int) -> list[Entry]:
    where = {ROOM: "Ruang Moci", VIDEO: gettext("Video"), PHONE: gettext("By phone"), None: ""}
    entries = []
    for number, (day, what, begin, end, title, detail, mode) in enumerate(WEEK):
        if day != wanted:
            continue
        starts_at, ends_at = moment(day + later, begin), moment(day + later, end)
        if what in {"gap", "block", "closure"}:
            entries.append(Entry(what, starts_at, ends_at, title, None if what == "closure" else "#week"))
            continue
        reference = f"SAMPLE{later}{number:02}"
        entries.append(
            Entry(
                "appointment",
                starts_at,
                ends_at,
                title,
                "#week",
                state="sure" if what == "class" else what,
                detail=detail,
                mode=mode,
                where=where[mode],
                reference=reference,
                move_url=f"/calendar/appointments/{reference}/move" if what in {"sure", "waiting"} else None,
            )
        )
    return entries


def sample_requests() -> list[Waiting]:
    return [
        _waiting(
            moment(1, "14.30"),
            Asker(0, "Rizki Amalia", "RA"),
            "Kopi Bumijawa. Baru pertama kali",
            "NIB",
            gettext("By phone"),
            "12.00 hari ini",
            late=True,
            intake=[("Usahanya apa?", "Kopi bubuk dari kebun sendiri"), ("Sudah punya akun OSS?", "Belum")],
        ),
        _waiting(
            moment(2, "11.00"),
            Asker(1, "Hendra Wijaya", "HW"),
            "Sosis Tegal. Ketiga kalinya; NIB jadi 12 Agustus",
            "Sertifikat halal",
            gettext("Video"),
            "besok 08.00",
        ),
        _waiting(
            moment(3, "15.00"),
            Asker(2, "Laras Ayu", "LA"),
            "Sambel Laras. Kedua kalinya; sekali tidak datang",
            "Merek dagang",
            gettext("Face to face"),
            "besok 16.00",
        ),
    ]


def _waiting(
    starts_at: datetime,
    person: Asker,
    history: str,
    topic: str,
    mode: str,
    answer_by: str,
    *,
    late: bool = False,
    intake: Sequence[tuple[str, str]] = (),
) -> Waiting:
    where = ("#requests",) * 3
    return Waiting(starts_at, person, history, topic, mode, answer_by, late, list(intake), *where)


def sample_days() -> list[DayCell]:
    free = [2, 5, 0, 4, 1, 0, 0, 6, 8, 3, 0, 7, 0, 0]
    off = {5: gettext("Day off"), 6: gettext("Day off"), 12: gettext("Day off"), 13: gettext("Day off")}
    first = date(2026, 9, 24)
    return [DayCell(first + timedelta(day), count, off.get(day), "#times") for day, count in enumerate(free)]


def sample_times() -> list[TimeCell]:
    clocks = ["09.00", "09.15", "09.30", "10.30", "11.00", "13.00", "13.45", "15.00", "15.30", "18.00"]
    return [TimeCell(moment(3, clock), "#times") for clock in clocks]


def sample_consultants() -> list[Card]:
    return [
        Card(
            0,
            "Ratna Dewi",
            "RD",
            None,
            ["Izin usaha dan NIB", "Sertifikat halal"],
            ["Indonesia", "Jawa Tegal"],
            moment(2, "10.30"),
            "#times",
            rating=gettext("4.8 of 5 from %(count)s people", count=23),
        ),
        Card(
            1,
            "Bambang Setyo Nugroho",
            "BN",
            None,
            ["Pemasaran digital", "Ekspor"],
            ["Indonesia", "Inggris"],
            None,
            "#times",
        ),
    ]
