"""Who advises at Trasa, and when. All invented; one of them has the demonstration's consultant account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.accounts.models import Person, RoleGrant
from portal.accounts.services import confirmed_owner
from portal.consultations.consultants.models import Consultant, ConsultantTopic
from portal.db import Words
from portal.demo.consultations.topics import TOPICS
from portal.demo.consultations.weeks import ABSENCES, OVERRIDES, Absence, Override, Week, by_dice
from portal.demo.names import MEN, MENS_SECOND, WOMEN, WOMENS_SECOND
from portal.permissions import Role
from portal.resources.calendar import SiteCalendar
from portal.resources.models import Closure, HoursOverride, OpeningHours, Resource, ResourceKind

DOMAIN = "konsultan.contoh.example"
"""Of consultants' addresses, so that nobody takes them for people who come; reserved (RFC 2606)."""
ACCOUNT = "consultant@demo.example"
ROOMS = ("Ruang Moci", "Ruang Pilus")
"""Where they receive people; anybody may book these as well."""
MEETINGS = "https://temu.contoh.example/"


@dataclass(frozen=True, slots=True)
class DemoConsultant:
    name: str
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    about: Words
    week: Week
    day_limit: int = 6
    week_limit: int = 20
    email: str | None = None
    """None: made of the name."""

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", ".")


CONSULTANTS = (
    DemoConsultant(
        "Ratna Dewi",
        ("nib", "halal", "legal"),
        ("id", "jv"),
        Words(
            "Sepuluh tahun mendampingi usaha rumahan, dari NIB pertama sampai merek terdaftar. Pendamping"
            " halal bersertifikat.",
            "Ten years beside home businesses, from the first NIB to a registered trademark. A certified halal"
            " companion.",
        ),
        (((0, 1, 2, 3), "09.00–12.00 13.00–16.00"), ((4,), "08.30–11.00")),
        email=ACCOUNT,
    ),
    DemoConsultant(
        "Slamet Riyadi",
        ("nib", "bookkeeping", "finance"),
        ("id", "jv"),
        Words(
            "Dulu mantri KUR, sekarang bantu usaha kecil supaya siap sebelum ke bank.",
            "Once a loan officer, now helps small businesses get ready before they go to the bank.",
        ),
        (((0, 1, 2, 3), "08.00–12.00 13.00–15.00"), ((4,), "08.00–11.00")),
    ),
    DemoConsultant(
        "Endang Pujiastuti",
        ("halal", "product"),
        ("id", "jv"),
        Words(
            "Ahli teknologi pangan. Suka mencicipi, lalu jujur soal rasa, umur simpan, dan label.",
            "A food technologist. Likes to taste, then speaks frankly of flavour, shelf life and labels.",
        ),
        (((0, 1, 3), "09.00–12.00 13.00–16.00"),),
        day_limit=5,
        week_limit=15,
    ),
    DemoConsultant(
        "Yusuf Maulana",
        ("digital", "export"),
        ("id", "en"),
        Words(
            "Menjual teh dan batik Tegal ke lima negara lewat lokapasar. Bicara soal foto, harga, ongkos kirim.",
            "Sells tea and batik from Tegal to five countries. Talk to him about photos, prices and shipping.",
        ),
        (((1, 3), "10.00–12.00 13.00–16.00"), ((2,), "13.00–16.00 18.00–20.00")),
        day_limit=5,
        week_limit=12,
    ),
    DemoConsultant(
        "Nurlaela Azizah",
        ("nib", "halal", "legal"),
        ("id", "jv"),
        Words(
            "Sarjana hukum yang menjelaskan tanpa bahasa hukum. Perjanjian, merek, izin.",
            "A lawyer who explains without the language of lawyers. Contracts, trademarks, permits.",
        ),
        (((0, 1, 2), "08.30–12.00 13.00–15.30"), ((4,), "08.00–11.00")),
    ),
    DemoConsultant(
        "Bambang Kusumo",
        ("bookkeeping", "finance"),
        ("id", "jv"),
        Words(
            "Akuntan. Percaya bahwa buku tulis yang diisi tiap hari lebih baik daripada aplikasi yang kosong.",
            "An accountant who holds that a notebook filled every day is better than an empty app.",
        ),
        (((0, 2, 3), "09.00–12.00 13.00–15.00"),),
        day_limit=4,
        week_limit=12,
    ),
    DemoConsultant(
        "Tri Handayani",
        ("product", "digital"),
        ("id", "jv", "en"),
        Words(
            "Perancang kemasan. Lima puluh label UMKM Tegal lahir di mejanya.",
            "A packaging designer. Fifty labels of small businesses in Tegal were born on her desk.",
        ),
        (((0, 1, 2, 3), "10.00–12.00 13.00–17.00"), ((5,), "09.00–12.00")),
    ),
    DemoConsultant(
        "Agung Prasetya",
        ("export", "finance"),
        ("id", "en"),
        Words(
            "Lima belas tahun mengurus dokumen ekspor di Semarang. Mulai dari pesanan yang kecil dulu.",
            "Fifteen years of export papers in Semarang. Start with a small order, he says.",
        ),
        (((1, 3), "09.00–12.00 13.00–16.00"), ((4,), "13.30–16.00")),
        day_limit=4,
        week_limit=10,
    ),
    DemoConsultant(
        "Sri Widyaningsih",
        ("bookkeeping",),
        ("id", "jv"),
        Words(
            "Guru pembukuan di SMK, sore untuk UMKM. Sabar dengan yang takut angka.",
            "Teaches bookkeeping in the morning, helps small businesses in the afternoon. Patient with those"
            " who fear numbers.",
        ),
        (((0, 1, 2, 3, 4), "13.30–16.30"),),
        day_limit=3,
        week_limit=10,
    ),
    DemoConsultant(
        "Fajar Nugroho",
        ("digital",),
        ("id",),
        Words(
            "Membuat konten untuk warung dan bengkel. Cukup HP dan cahaya pagi.",
            "Makes content for food stalls and workshops. A phone and morning light will do.",
        ),
        (((0, 2), "15.00–19.00"), ((5,), "09.00–13.00")),
        day_limit=4,
        week_limit=9,
    ),
    DemoConsultant(
        "Mulyono Hadi",
        ("nib", "legal", "export"),
        ("id", "jv"),
        Words(
            "Pensiunan pelayanan perizinan. Hafal OSS, hafal juga loket yang mana.",
            "Retired from the permits office. Knows OSS by heart, and which counter to go to.",
        ),
        (((1, 2, 3), "08.00–12.00"), ((4,), "08.00–11.00")),
        day_limit=4,
        week_limit=14,
    ),
    DemoConsultant(
        "Lutfiah Hanum",
        ("nib", "halal", "digital", "product"),
        ("id", "jv"),
        Words(
            "Alumni Bos Muda, punya usaha keripik sendiri. Cocok untuk yang baru mulai.",
            "A graduate of Bos Muda with a snack business of her own. Good for those who have just begun.",
        ),
        (((0, 1, 2, 3), "09.00–11.30 12.30–15.00"), ((4,), "08.30–11.00")),
        day_limit=5,
    ),
)


def make_consultants(
    session: Session,
    site_id: int,
    topic_ids: dict[str, int],
    calendar: SiteCalendar,
    drafts: Sequence[DemoConsultant],
    *,
    at: datetime,
) -> list[int]:
    """Their ids, in this order."""
    return [_make(session, site_id, topic_ids, calendar, draft, at=at) for draft in drafts]


def open_rooms(session: Session, site_id: int) -> None:
    session.execute(
        update(Resource)
        .where(Resource.site_id == site_id, Resource.kind == ResourceKind.ROOM, Resource.name.in_(ROOMS))
        .values(serves_consultations=True)
    )


def draft_more(session: Session, seed: int, count: int) -> list[DemoConsultant]:
    """As many more as asked for, none with the name of another."""
    names = set(session.scalars(select(Resource.name).where(Resource.kind == ResourceKind.CONSULTANT)))
    dice = Random(f"{seed} consultants {len(names)}")
    drafts = []
    for _ in range(count):
        while True:
            firsts, seconds = dice.choice(((WOMEN, WOMENS_SECOND), (MEN, MENS_SECOND)))
            name = f"{dice.choice(firsts)} {dice.choice(seconds)}"
            if name not in names:
                break
        names.add(name)
        topics = tuple(dice.sample(list(TOPICS), dice.randint(1, 4)))
        about = Words(
            "Pendamping UMKM. Topik: " + ", ".join(TOPICS[key].name.id for key in topics) + ".",
            "Companion of small businesses. Topics: "
            + ", ".join(TOPICS[key].name.en for key in topics)
            + ".",
        )
        drafts.append(DemoConsultant(name, topics, ("id", "jv"), about, by_dice(dice)))
    return drafts


def _make(
    session: Session,
    site_id: int,
    topic_ids: dict[str, int],
    calendar: SiteCalendar,
    draft: DemoConsultant,
    *,
    at: datetime,
) -> int:
    person = _person(session, draft, at)
    resource = Resource(site_id=site_id, kind=ResourceKind.CONSULTANT, name=person.name)
    session.add(resource)
    session.flush()
    session.add(
        Consultant(
            id=resource.id,
            person_id=person.id,
            about=draft.about,
            languages=list(draft.languages),
            video_url=MEETINGS + draft.slug,
            day_limit=draft.day_limit,
            week_limit=draft.week_limit,
        )
    )
    session.flush()
    session.add_all(
        ConsultantTopic(consultant_id=resource.id, topic_id=topic_ids[key])
        for key in draft.topics
        if key in topic_ids
    )
    _add_hours(session, resource.id, draft.week, None)
    today = calendar.today(at)
    for override in OVERRIDES.get(draft.name, ()):
        _add_override(session, resource.id, override, today)
    for absence in ABSENCES.get(draft.name, ()):
        _add_absence(session, resource.id, absence, calendar, today)
    return resource.id


def _person(session: Session, draft: DemoConsultant, at: datetime) -> Person:
    email = draft.email or f"{draft.slug}@{DOMAIN}"
    found = confirmed_owner(session, email)
    if found is not None:
        return session.get_one(Person, found)
    since = at - timedelta(days=1000)
    person = Person(name=draft.name, email=email, email_confirmed_at=since, language="id", created_at=since)
    session.add(person)
    session.flush()
    session.add(RoleGrant(person_id=person.id, role=Role.CONSULTANT, granted_at=since))
    return person


def _add_hours(session: Session, resource_id: int, week: Week, override_id: int | None) -> None:
    session.add_all(
        OpeningHours(
            resource_id=resource_id, weekday=weekday, opens=opens, closes=closes, override_id=override_id
        )
        for weekdays, stretches in week
        for weekday in weekdays
        for opens, closes in _times(stretches)
    )


def _add_override(session: Session, resource_id: int, override: Override, today: date) -> None:
    row = HoursOverride(
        resource_id=resource_id,
        from_date=today + timedelta(days=override.first),
        until_date=today + timedelta(days=override.last),
    )
    session.add(row)
    session.flush()
    _add_hours(session, resource_id, override.week, row.id)


def _add_absence(
    session: Session, resource_id: int, absence: Absence, calendar: SiteCalendar, today: date
) -> None:
    first, last = absence.dates(today)
    ((opens, closes),) = _times(absence.stretch)
    if closes == time.min:
        last += timedelta(days=1)
    session.add(
        Closure(
            resource_id=resource_id,
            starts_at=datetime.combine(first, opens, calendar.zone),
            ends_at=datetime.combine(last, closes, calendar.zone),
            reason=absence.reason,
        )
    )


def _times(stretches: str) -> list[tuple[time, time]]:
    """Of "09.00–12.00 13.00–16.00", as one writes it on a door."""
    return [
        (time.fromisoformat(opens.replace(".", ":")), time.fromisoformat(closes.replace(".", ":")))
        for opens, closes in (stretch.split("–") for stretch in stretches.split())
    ]
