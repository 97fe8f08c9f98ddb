"""`/admin`: strangers first, then what it says."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.bookings.services import Book, book
from portal.db import unit_of_work
from portal.permissions import Role
from tests.client import Visitor
from tests.factories import PersonFactory, ResourceFactory, SiteFactory

NOON = datetime(2026, 9, 8, 12, tzinfo=ZoneInfo("Asia/Jakarta"))


@pytest.mark.parametrize("path", ["/admin", "/admin/audit"])
class TestWhoMaySee:
    def test_nobody_is_asked_to_sign_in(self, visitor: Callable[..., Visitor], path: str) -> None:
        assert "/sign-in" in visitor().get(path).location

    @pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMIN])
    def test_others_may_not(
        self, session: Session, visitor: Callable[..., Visitor], path: str, role: Role
    ) -> None:
        person = PersonFactory(roles=[role])
        session.commit()
        assert visitor(person).get(path).status_code == 403

    def test_in_both_languages(self, client: Visitor, path: str) -> None:
        for locale in ("id", "en"):
            assert client.get(f"{path}?lang={locale}").status_code == 200


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_an_empty_portal(client: Visitor) -> None:
    page = words(client.get("/admin").text)
    assert "Belum ada tempat." in page
    assert "Belum ada pesan." in page


def test_places_rules_and_people(session: Session, visitor: Callable[..., Visitor], admin: Any) -> None:
    with time_machine.travel(NOON, tick=False):
        site = SiteFactory(name="Trasa")
        desk = ResourceFactory(site=site)
        ResourceFactory(site=site, room=True)
        ResourceFactory(site=site, is_active=False)
        SiteFactory(name="Balai Lama", is_active=False)
        person = PersonFactory(name="Dimas Kurniawan")
        session.commit()
        for start in (NOON + timedelta(hours=1), NOON + timedelta(days=1)):
            with unit_of_work() as work:
                command = Book(
                    actor=Actor(id=person.id, is_staff=True),
                    person_id=person.id,
                    resource_id=desk.id,
                    starts_at=start,
                    ends_at=start + timedelta(hours=1),
                )
                book(work, command, at=NOON)
        page = words(visitor(admin).get("/admin").text)
    assert re.search(r"Trasa DINAS\d+ Meja 1 Ruang 1 Pesanan hari ini 1 Akan datang 2", page), page
    assert "Balai Lama (tidak dipakai lagi)" in page
    assert "Sekali pesan 0,5 sampai 4 jam, per 30 menit." in page
    assert "Administrator 1" in page
    assert "Dimas Kurniawan memesan" in page
    assert "Dimas Kurniawan Pesanan jadi" in page


def test_says_what_needs_somebody(session: Session, client: Visitor) -> None:
    page = words(client.get("/admin").text)
    assert "Tidak ada worker yang berjalan" in page
    session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
    session.commit()
    assert "Semua berjalan baik" in client.get("/admin").text
    session.execute(
        text(
            """
            INSERT INTO procrastinate_jobs (queue_name, task_name, status, args, attempts)
            VALUES ('default', 'notifications.mail', 'failed', '{"to": "rahasia@example.id"}', 60)
            """
        )
    )
    session.commit()
    page = client.get("/admin").text
    assert "1 tugas gagal dan tidak dicoba lagi." in page
    assert "Kirim surel" in page
    assert "rahasia@example.id" not in page
    session.execute(text("DELETE FROM procrastinate_workers"))
    session.commit()


def test_says_when_the_guard_is_missing(session: Session, client: Visitor) -> None:
    session.execute(text("ALTER TABLE claim RENAME CONSTRAINT ex_claim_overlap TO ex_gone"))
    session.commit()
    try:
        page = client.get("/admin").text
    finally:
        session.execute(text("ALTER TABLE claim RENAME CONSTRAINT ex_gone TO ex_claim_overlap"))
        session.commit()
    assert "Penjaga pesanan ganda hilang" in page


def test_the_number_of_statements_does_not_depend_on_the_rows(
    session: Session, client: Visitor, statements: list[str]
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            ResourceFactory(site=SiteFactory())
            PersonFactory()
        session.commit()
        statements.clear()
        client.get("/admin")
        counts.append(len(statements))
    assert counts[0] == counts[1], statements
