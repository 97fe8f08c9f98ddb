"""`/admin/audit`: who did what to whom, newest first."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.audit.services import record
from tests.client import Visitor
from tests.factories import PersonFactory

MORNING = datetime(2026, 9, 8, 1, tzinfo=UTC)


@pytest.fixture
def dimas(session: Session) -> Any:
    return PersonFactory(name="Dimas Kurniawan")


@pytest.fixture
def intan(session: Session) -> Any:
    return PersonFactory(name="Intan Permata")


@pytest.fixture
def history(session: Session, admin: Any, dimas: Any, intan: Any) -> None:
    state = {"before": {"state": "confirmed"}, "after": {"state": "checked-in"}}
    moved = {
        "before": {"starts_at": "2026-09-08T10:00:00+07:00", "resource_id": 7},
        "after": {"starts_at": "2026-09-08T05:30:00+00:00", "resource_id": 7},
    }
    events: list[tuple[str, Any, Any, dict[str, Any]]] = [
        ("accounts.register", dimas, dimas, {}),
        ("bookings.move", dimas, dimas, moved),
        ("bookings.check-in", admin, dimas, state),
        ("accounts.sign_in", intan, intan, {"device": "Firefox"}),
        ("bookings.complete", None, intan, {}),
        ("later.verb", admin, None, {"fields": ["name", "email"]}),
    ]
    for n, (verb, actor, person, changes) in enumerate(events):
        record(
            session,
            verb,
            ("person", 1),
            at=MORNING + timedelta(minutes=n),
            actor_id=actor.id if actor else None,
            person_id=person.id if person else None,
            changes=changes,
        )
    session.commit()


def lines(page: str) -> list[str]:
    body = page.split("<tbody>")[-1].split("</tbody>")[0] if "<tbody>" in page else ""
    return [
        " ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


@pytest.mark.usefixtures("history")
class TestAudit:
    def test_newest_first_in_words(self, client: Visitor) -> None:
        assert lines(client.get("/admin/audit").text) == [
            "8 Sep 08.05 Bu Ratna later.verb yang diubah: name, email",
            "8 Sep 08.04 portal sendiri menutup pesanan yang selesai untuk Intan Permata",
            "8 Sep 08.03 Intan Permata masuk device: Firefox",
            "8 Sep 08.02 Bu Ratna mencatat hadir untuk Dimas Kurniawan keadaan ditunggu → hadir",
            "8 Sep 08.01 Dimas Kurniawan memindah pesanan dari 8 Sep 10.00 → 8 Sep 12.30",
            "8 Sep 08.00 Dimas Kurniawan mendaftar",
        ]

    def test_by_person_whether_they_did_it_or_had_it_done(self, client: Visitor, dimas: Any) -> None:
        page = client.get(f"/admin/audit?person={dimas.id}").text
        assert len(lines(page)) == 3
        assert "Dimas Kurniawan" in page.split("</h1>")[0].split("<h1>")[1]

    @pytest.mark.parametrize(
        ("name", "count"), [("dimas", 3), ("KURN", 3), ("ratna", 2), ("%", 0), ("imas", 0)]
    )
    def test_by_name(self, client: Visitor, name: str, count: int) -> None:
        assert len(lines(client.get("/admin/audit", query_string={"name": name}).text)) == count

    def test_by_verb(self, client: Visitor) -> None:
        page = client.get("/admin/audit?verb=bookings.check-in").text
        assert len(lines(page)) == 1
        assert '<option value="bookings.check-in" selected>' in page

    def test_all_filters_together(self, client: Visitor, dimas: Any) -> None:
        path = f"/admin/audit?person={dimas.id}&name=ratna&verb=bookings.check-in"
        assert len(lines(client.get(path).text)) == 1

    def test_page_by_page(self, client: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        from portal.administration import audit

        monkeypatch.setattr(audit.audit_lines, "__defaults__", (2,))
        seen: list[str] = []
        path: str | None = "/admin/audit"
        for _ in range(3):
            assert path is not None
            page = client.get(path).text
            seen += lines(page)
            older = re.search(r'href="(/admin/audit\?[^"]*before=\d+)"', page)
            path = older[1].replace("&amp;", "&") if older else None
        assert len(seen) == len(set(seen)) == 6
        assert path is None

    def test_nothing_found_is_no_dead_end(self, client: Visitor) -> None:
        page = client.get("/admin/audit?verb=nothing").text
        assert lines(page) == []
        assert 'class="empty"' in page

    def test_nonsense_is_left_out(self, client: Visitor) -> None:
        for query in (
            "person=x",
            "person=-1",
            f"person={10**30}",
            "before=0",
            "name=%00",
            "verb=%00",
            "name=" + "a" * 9999,
        ):
            assert client.get(f"/admin/audit?{query}").status_code == 200

    def test_three_statements_for_any_page(self, client: Visitor, statements: list[str]) -> None:
        client.get("/admin/audit")
        statements.clear()
        client.get("/admin/audit?name=dimas")
        assert len(statements) == 3
