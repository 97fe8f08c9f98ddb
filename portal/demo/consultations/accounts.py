"""What the demonstration's entrepreneurs find: past consultations with advice, and one that comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from portal.consultations.appointments.models import Appointment
from portal.consultations.cases.models import CaseNote, FollowUp, Rating
from portal.consultations.topics.models import Mode
from portal.demo.consultations.cases import KEYS, Lists
from portal.demo.consultations.days import House
from portal.demo.consultations.fates import Consultation
from portal.demo.guests_of_honour import FIRST, SECOND
from portal.resources.calendar import SiteCalendar
from portal.resources.models import Reservation, State

DAY = 1440
PAST = {FIRST: ("nib",) * 4, SECOND: ("halal", "nib")}
"""What it was about, the latest first."""
APART = 12 * DAY
"""Minutes, at least, between two of their consultations."""


@dataclass(frozen=True, slots=True)
class Told:
    note: str
    advice: str
    outcome: str
    task: str
    due_in: int | None
    """Days from today until it is due; None: it has been done."""
    stars: int | None
    line: str | None = None


TOLD = {
    FIRST: (
        Told(
            "Sudah siap ajukan P-IRT. Labelnya bagus, tinggal tanggal kedaluwarsa.",
            "Ajukan P-IRT setelah labelnya lengkap: tambah tanggal kedaluwarsa dan alamat. Bawa contoh minggu depan.",
            "papers",
            "Lengkapi label: tanggal kedaluwarsa dan alamat",
            6,
            None,
        ),
        Told(
            "NIB terbit di tempat. Sempat bingung memilih KBLI, sekarang paham.",
            "NIB sudah terbit dengan KBLI 10794 (kerupuk dan keripik). Simpan PDF-nya dan cetak satu.",
            "issued",
            "Cetak NIB dan simpan salinannya",
            None,
            5,
            "Langsung dibantu sampai NIB jadi. Terima kasih, Bu Ratna.",
        ),
        Told(
            "KTP masih alamat lama. Minta diurus dulu, jangan dipaksa daftar hari ini.",
            "Perbarui alamat KTP dulu, lalu buat akun OSS lewat surel sendiri.",
            "papers",
            "Buat akun OSS dan aktifkan lewat surel",
            None,
            4,
        ),
        Told(
            "Baru mulai, keripik singkong dari dapur rumah. Rajin mencatat.",
            "Urutannya: KTP, akun OSS, NIB, P-IRT, baru halal. Satu langkah tiap bulan cukup.",
            "agreed",
            "Catat penjualan setiap hari selama sebulan",
            None,
            5,
        ),
    ),
    SECOND: (
        Told(
            "Bahan sosis dari pemasok tanpa sertifikat. Sudah diberi dua nama pemasok lain.",
            "Ganti pemasok daging ke yang bersertifikat halal, simpan notanya, lalu daftar jalur reguler.",
            "again",
            "Minta salinan sertifikat halal dari pemasok daging",
            9,
            None,
        ),
        Told(
            "NIB sudah ada sejak 2024, tinggal tambah KBLI.",
            "Tambahkan KBLI sosis di NIB yang sudah ada, jangan bikin akun baru.",
            "finished",
            "Tambahkan KBLI di OSS",
            None,
            4,
        ),
    ),
}
"""Of their latest consultation first."""


def lend(
    made: Sequence[Consultation], accounts: dict[str, int], house: House, today: date
) -> list[Consultation]:
    """Lets the two entrepreneurs have been advised by the consultant whose account it is; the first comes again soon.

    The second has none coming: nothing stands in the way of whoever tries to ask for one.
    """
    lent = list(made)
    owners = {adviser.id for adviser in house.advisers if adviser.is_account}
    keys = {topic.id: KEYS.get(topic.name.id) for adviser in house.advisers for topic in adviser.topics}
    own = [number for number, one in enumerate(made) if one.consultant_id in owners]
    own.sort(key=lambda number: -made[number].starts)
    monday = house.calendar.midnight(today - timedelta(days=today.weekday()))
    given: set[int] = set()
    for email, topic_keys in PAST.items():
        before, wanted = monday, list(topic_keys)
        for number in own:
            one = made[number]
            is_free = number not in given and one.state == State.COMPLETED and one.ends <= before
            if wanted and is_free and keys.get(one.topic_id) == wanted[0]:
                lent[number] = _given(one, accounts[email])
                given.add(number)
                before = one.starts - APART
                wanted.pop(0)
    first, last = (house.calendar.midnight(today + timedelta(days=ahead)) for ahead in (7, 14))
    coming = [n for n in own if made[n].state == State.CONFIRMED and first <= made[n].starts < last]
    if coming:
        number = min(coming, key=lambda number: (made[number].mode != Mode.IN_PERSON, made[number].starts))
        lent[number] = _given(made[number], accounts[FIRST])
    return lent


def _given(one: Consultation, person_id: int) -> Consultation:
    created_by_id = person_id if one.created_by_id == one.person_id else one.created_by_id
    return one._replace(person_id=person_id, created_by_id=created_by_id)


def write_cases(
    session: Session, accounts: dict[str, int], lists: Lists, calendar: SiteCalendar, *, at: datetime
) -> None:
    """Their cases by hand: what they read is what visitors of the demonstration read first."""
    today = calendar.today(at)
    for email, told in TOLD.items():
        rows = session.execute(
            select(Reservation.id, Reservation.ends_at)
            .join(Appointment, Appointment.id == Reservation.id)
            .where(Reservation.person_id == accounts[email], Reservation.state == State.COMPLETED)
            .order_by(Reservation.starts_at.desc())
        ).all()
        for (id_, ends_at), one in zip(rows, told, strict=False):
            for table in (CaseNote, Rating):
                session.execute(delete(table).where(table.id == id_))
            session.execute(delete(FollowUp).where(FollowUp.appointment_id == id_))
            _write(session, id_, accounts[email], ends_at, today, one, lists)
    session.flush()


def _write(
    session: Session, id_: int, person_id: int, ends_at: datetime, today: date, told: Told, lists: Lists
) -> None:
    written = ends_at + timedelta(minutes=10)
    session.add(
        CaseNote(
            id=id_,
            private_note=told.note,
            advice=told.advice,
            outcome_id=lists.outcome(told.outcome),
            written_at=written,
        )
    )
    session.add(
        FollowUp(
            appointment_id=id_,
            owner_id=person_id,
            task=told.task,
            due_on=today + timedelta(days=told.due_in) if told.due_in else ends_at.date() + timedelta(days=7),
            created_at=written,
            done_at=None if told.due_in else ends_at + timedelta(days=5),
        )
    )
    if told.stars is not None:
        rated = ends_at + timedelta(hours=3)
        session.add(Rating(id=id_, stars=told.stars, line=told.line, given_at=rated))
