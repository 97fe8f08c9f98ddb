"""What the demonstration's consultant and entrepreneurs find: past consultations, one that comes, requests that wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.appointments.models import Appointment
from portal.consultations.appointments.services import Request, request
from portal.consultations.cases.models import CaseNote, FollowUp, Rating
from portal.consultations.consultants.models import Consultant, ConsultantTopic
from portal.consultations.finding.queries import TopicRow, offer_of, topics
from portal.consultations.topics.models import Mode
from portal.demo.consultations.cases import KEYS, Lists, answers
from portal.demo.consultations.consultants import ACCOUNT
from portal.demo.consultations.days import House
from portal.demo.consultations.fates import Consultation
from portal.demo.guests_of_honour import FIRST, SECOND
from portal.demo.people import DOMAIN, PHONES
from portal.errors import PortalError
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

WAITING = ((3, Mode.PHONE), (9, Mode.VIDEO), (20, Mode.IN_PERSON))
"""How many hours ago somebody asked, and how to meet."""
TRIES = 5
DAYS_AHEAD = 8
_WAITING = text(
    """
    SELECT v.starts_at FROM appointment a JOIN reservation v ON v.id = a.id
    WHERE a.consultant_id = :consultant_id AND v.state = 'requested'
    """
)
_CANDIDATES = text(
    f"""
    SELECT p.id, count(v.id) FILTER (WHERE v.state = 'completed') AS held,
        count(v.id) FILTER (WHERE v.state = 'no-show') AS missed
    FROM person p LEFT JOIN (appointment a JOIN reservation v ON v.id = a.id AND a.consultant_id = :consultant_id)
        ON v.person_id = p.id
    WHERE (p.email LIKE '%@{DOMAIN}' OR p.phone LIKE '{PHONES}%') AND p.created_at < :before
      AND (p.email_confirmed_at IS NOT NULL OR p.phone_confirmed_at IS NOT NULL)
    GROUP BY p.id HAVING count(v.id) FILTER (WHERE v.state IN ('requested', 'confirmed')) = 0
    ORDER BY p.id
    """  # noqa: S608 (constants)
)


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


def let_ask(session: Session, lists: Lists, *, at: datetime) -> int:
    """Three people wait for the demonstration's consultant, or as many as are free to ask; returns how many asked."""
    consultant_id = session.scalar(
        select(Consultant.id).join(Person, Person.id == Consultant.person_id).where(Person.email == ACCOUNT)
    )
    if consultant_id is None:
        return 0
    waiting = session.scalars(_WAITING, {"consultant_id": consultant_id}).all()
    advised = set(
        session.scalars(
            select(ConsultantTopic.topic_id).where(ConsultantTopic.consultant_id == consultant_id)
        )
    )
    own = [topic for topic in topics(session) if topic.id in advised and not topic.confirms_itself]
    if not own or len(waiting) >= len(WAITING):
        return 0
    candidates = _candidates(session, consultant_id, at)
    days = {moment.date() for moment in waiting}
    asked = 0
    for number in range(len(waiting), len(WAITING)):
        hours, mode = WAITING[number]
        topic = own[number % len(own)]
        mode = mode if mode in topic.modes else topic.modes[0]
        since = at - timedelta(hours=min(hours, topic.answer_hours / 2))
        starts_at = _free_time(session, consultant_id, topic, mode, days, at)
        if starts_at is None:
            continue
        days.add(starts_at.date())
        for person_id in candidates[number][:TRIES]:
            command = Request(
                actor=Actor(id=person_id),
                person_id=person_id,
                topic_id=topic.id,
                consultant_id=consultant_id,
                starts_at=starts_at,
                mode=mode,
                answers=tuple(answers(Random(f"{starts_at} answers"), topic.id, lists)),
            )
            try:
                with session.begin_nested():
                    request(session, command, at=since)
            except PortalError:
                continue  # they hold another one then
            asked += 1
            break
    return asked


def _candidates(session: Session, consultant_id: int, at: datetime) -> list[list[int]]:
    """Who comes for the first time, who has come more than once, and who was missed once, as `WAITING`; or whoever else."""
    parameters = {"consultant_id": consultant_id, "before": at - timedelta(days=1)}
    rows = session.execute(_CANDIDATES, parameters).all()
    strangers = [row.id for row in rows if not row.held and not row.missed]
    regulars = [row.id for row in rows if row.held > 1 and not row.missed]
    missed = [row.id for row in rows if row.held and row.missed]
    return [strangers, regulars + strangers[::-1], missed + regulars[::-1] + strangers[::-1]]


def _free_time(
    session: Session, consultant_id: int, topic: TopicRow, mode: Mode, days: set[date], at: datetime
) -> datetime | None:
    """On the first day that has none of those before; around noon."""
    today = at.astimezone(UTC).date()
    found = offer_of(session, consultant_id, today, today + timedelta(days=DAYS_AHEAD))
    beginnings = found.free_times(topic.length, now=at, modes=[mode])[consultant_id]
    by_day: dict[date, list[datetime]] = {}
    for beginning in beginnings:
        moment = datetime.fromtimestamp(beginning.at * 60, UTC)
        by_day.setdefault(moment.date(), []).append(moment)
    free = next((moments for day, moments in by_day.items() if day not in days), None)
    return free[len(free) // 2] if free else None
