from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.clock import now
from portal.db import Words, reading, unit_of_work
from portal.notifications.models import Message
from portal.notifications.services import CalendarEvent, Recipient, send
from tests.factories import PersonFactory
from tests.notifications.conftest import JobRow, PostOffice
from tests.notifications.rfc5545 import parse

STARTS = datetime(2030, 9, 10, 3, tzinfo=UTC)
FACTS: dict[str, Any] = {
    "reference": "TRS7K4M2W",
    "resource_name": "A07",
    "kind": "desk",
    "site_name": "Trasa",
    "address": "Jl. A. Yani 7, Slawi",
    "zone_name": Words("Zona Taman", "Garden zone"),
    "floor_name": "lantai 2",
    "starts_at": STARTS,
    "ends_at": STARTS + timedelta(hours=2),
    "time_zone": "Asia/Jakarta",
    "path": "/bookings/TRS7K4M2W",
}
EVENT = CalendarEvent(
    uid="trs7k4m2w@portal-bos-muda",
    sequence=0,
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=2),
    time_zone="Asia/Jakarta",
    summary="A07 · Trasa",
    path="/bookings/TRS7K4M2W",
)


def recipient(session: Session, **about: Any) -> Recipient:
    about = {"name": "Siti Nuraeni", "email": "siti@example.id", **about}
    person: Any = PersonFactory(**about)
    session.commit()
    return Recipient(person.id, person.language, person.name, person.email)


def tell(to: Recipient, template: str = "bookings/confirmed", **options: Any) -> None:
    with unit_of_work() as session:
        send(session, to, template, FACTS, at=now(), **{"calendar": EVENT, **options})


def test_a_message_stands_in_the_inbox_and_is_mailed_once(
    session: Session,
    post_office: PostOffice,
    run_jobs: Callable[[], None],
    job_rows: Callable[[], list[JobRow]],
) -> None:
    tell(recipient(session))
    run_jobs()
    run_jobs()
    (mail,) = post_office.received
    assert post_office.recipients == ["siti@example.id"]
    assert mail["Subject"] == "Meja A07 jadi milikmu: Selasa 10 September, 10.00–12.00"
    assert mail["To"].addresses[0].display_name == "Siti Nuraeni"
    assert mail["From"].addresses[0].addr_spec == "portal@portal.test"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert session.scalar(select(Message.mailed_at)) is not None
    assert job_rows() == []


def test_a_mail_is_text_and_html_and_a_calendar_part_and_file(
    session: Session, post_office: PostOffice, run_jobs: Callable[[], None]
) -> None:
    tell(recipient(session))
    run_jobs()
    (mail,) = post_office.received
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert parts["text/calendar"].get_param("method") == "REQUEST"
    assert parts["application/ics"].get_filename() == "invite.ics"
    part, file = (parts[kind].get_payload(decode=True) for kind in ("text/calendar", "application/ics"))
    assert part == file
    assert isinstance(file, bytes)
    (event,) = parse(file).parts
    assert event.one("URL").value == "http://portal.test/bookings/TRS7K4M2W"
    assert event.one("ATTENDEE").value == "mailto:siti@example.id"
    words = parts["text/plain"].get_content().replace("\r\n", "\n")
    assert "Halo Siti Nuraeni," in words
    assert "Selasa, 10 September 2030, 10.00–12.00 WIB\nTrasa, lantai 2, Zona Taman\n" in words
    assert "http://portal.test/bookings/TRS7K4M2W" in words
    assert "TRS 7K4 M2W" in parts["text/html"].get_content()


def test_a_mail_speaks_the_recipients_language(
    session: Session, post_office: PostOffice, run_jobs: Callable[[], None]
) -> None:
    tell(recipient(session, language="en"))
    run_jobs()
    (mail,) = post_office.received
    assert mail["Subject"] == "Desk A07 is yours: Tuesday 10 September, 10:00–12:00"
    text_part = mail.get_body(("plain",))
    assert text_part is not None
    assert "Trasa, lantai 2, Garden zone" in text_part.get_content()


def test_what_is_rolled_back_is_never_told(
    app: Flask, session: Session, job_rows: Callable[[], list[JobRow]]
) -> None:
    to = recipient(session)

    class Change(Exception):
        pass

    try:
        with unit_of_work() as work:
            send(work, to, "bookings/confirmed", FACTS, at=now(), calendar=EVENT)
            raise Change
    except Change:
        pass
    assert job_rows() == []
    assert session.scalar(select(Message.id)) is None


def test_sending_costs_two_statements(app: Flask, session: Session) -> None:
    to = recipient(session)
    with unit_of_work() as work:
        connection = work.connection().connection.driver_connection
        seen: list[str] = []
        before = connection.cursor_factory  # type: ignore[union-attr]

        class Counting(before):  # type: ignore[misc, valid-type]
            def execute(self, query: Any, *args: Any, **options: Any) -> Any:
                seen.append(str(query))
                return super().execute(query, *args, **options)

        connection.cursor_factory = Counting  # type: ignore[union-attr]
        try:
            send(work, to, "bookings/confirmed", FACTS, at=now(), calendar=EVENT)
        finally:
            connection.cursor_factory = before  # type: ignore[union-attr]
    assert len(seen) == 2


def test_who_has_no_address_finds_it_in_the_inbox_alone(
    session: Session, job_rows: Callable[[], list[JobRow]]
) -> None:
    tell(recipient(session, by_phone=True, email=None))
    assert job_rows() == []
    assert session.scalar(select(Message.template)) == "bookings/confirmed"


def test_a_secret_stands_in_the_job_alone_and_goes_with_it(
    session: Session, post_office: PostOffice, run_jobs: Callable[[], None]
) -> None:
    to = recipient(session)
    tell(to, inbox=False, calendar=None, address="baru@example.id")
    assert session.scalar(select(Message.id)) is None
    with reading() as connection:
        facts = connection.scalar(text("SELECT args -> 'facts' FROM procrastinate_jobs"))
    assert list(facts) == ["sealed"], "a link that lets somebody in stands nowhere to be read"
    run_jobs()
    assert post_office.recipients == ["baru@example.id"]
    with reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_an_erased_person_is_not_written_to(
    session: Session, post_office: PostOffice, run_jobs: Callable[[], None]
) -> None:
    to = recipient(session)
    tell(to)
    session.execute(text("DELETE FROM message"))
    session.commit()
    run_jobs()
    assert post_office.received == []


def test_what_is_over_is_not_mailed_any_more(
    session: Session, post_office: PostOffice, run_jobs: Callable[[], None]
) -> None:
    tell(recipient(session), until=now() - timedelta(minutes=1))
    run_jobs()
    assert post_office.received == []


def test_without_a_mail_server_mails_wait(
    session: Session, run_jobs: Callable[[], None], job_rows: Callable[[], list[JobRow]]
) -> None:
    tell(recipient(session))
    run_jobs()
    (row,) = job_rows()
    assert (row.status, row.attempts) == ("todo", 1)
    assert session.scalar(select(Message.mailed_at)) is None
