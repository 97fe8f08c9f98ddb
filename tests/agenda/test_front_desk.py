"""`/desk`: strangers first, then the list and the flow from due to left."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.bookings.booked import Booked
from portal.bookings.services import cancel
from portal.bookings.visits.services import mark_no_show
from portal.db import unit_of_work
from portal.permissions import Role
from portal.resources.models import State
from tests.agenda.conftest import at
from tests.client import Visitor
from tests.factories import PersonFactory, ResourceFactory, SiteFactory

Clock = Callable[[datetime], None]


@pytest.fixture(autouse=True)
def _morning(clock: Clock) -> None:
    """It is 08.50."""


def rows(page: str) -> list[str]:
    """Each line as plain words."""
    lines = re.findall(r'<li class="duty[^"]*".*?</li>', page, re.S)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).replace("&nbsp;", " ").split()) for line in lines]


class TestWhoMaySee:
    def test_nobody_is_asked_to_sign_in(self, visitor: Callable[..., Visitor]) -> None:
        response = visitor().get("/desk")
        assert response.status_code == 302
        assert "/sign-in?next=" in response.location

    @pytest.mark.parametrize("role", [Role.ENTREPRENEUR, Role.CONSULTANT, Role.MANAGER, Role.OFFICIAL])
    def test_others_may_not(
        self, session: Session, visitor: Callable[..., Visitor], booked: Callable[..., Booked], role: Role
    ) -> None:
        booking = booked(9, 11)
        person = PersonFactory(roles=[role])
        session.commit()
        client = visitor(person)
        assert client.get("/desk").status_code == 403
        assert client.submit(f"/desk/bookings/{booking.reference}/check-in").status_code == 403
        assert client.submit(f"/desk/people/{person.id}/confirm").status_code == 403
        assert client.submit(f"/desk/people/{person.id}/code").status_code == 403

    def test_another_agency_s_front_desk_sees_its_own_sites_only(
        self, session: Session, site: Any, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        booking = booked(9, 11, person=PersonFactory(name="Dimas Kurniawan"))
        elsewhere = SiteFactory(name="Balai Muda")
        session.commit()
        colleague = officer(elsewhere.agency_id)
        for page in (colleague.get("/desk"), colleague.get(f"/desk?site={site.id}")):
            assert "Dimas" not in page.text
        assert rows(colleague.get(f"/desk?q={booking.reference}").text) == []
        for act in ("check-in", "undo", "check-out"):
            assert colleague.submit(f"/desk/bookings/{booking.reference}/{act}").status_code == 404
        own = officer(site.agency_id)
        assert "Dimas Kurniawan" in own.get("/desk").text

    def test_who_serves_no_site_is_told_so(self, session: Session, officer: Callable[..., Visitor]) -> None:
        closed = SiteFactory(is_active=False)
        assert "Meja depan" in officer(closed.agency_id).get("/desk").text

    def test_several_sites_are_a_choice(
        self, session: Session, site: Any, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        booked(9, 11, person=PersonFactory(name="Dimas Kurniawan"))
        second = SiteFactory(name="Balai Muda")
        client = officer()
        assert "Balai Muda" in client.get("/desk").text
        assert "Dimas" not in client.get(f"/desk?site={second.id}").text

    def test_a_tap_needs_its_token(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        booking = booked(9, 11)
        response = officer().post(
            f"/desk/bookings/{booking.reference}/check-in", data={"csrf_token": "forged"}
        )
        assert response.status_code == 422

    def test_looking_changes_nothing(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        booking = booked(9, 11)
        assert officer().get(f"/desk/bookings/{booking.reference}/check-in").status_code in {404, 405}


class TestList:
    def test_late_ones_come_first_and_say_how_late(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        booked(8, 11, minute=30, person=PersonFactory(name="Intan Permata"))
        booked(9, 12, person=PersonFactory(name="Ahmad Fauzi"))
        booked(15, 17, person=PersonFactory(name="Rina Wahyuni"))
        booked(9, 12, day=9, person=PersonFactory(name="Besok Saja"))
        page = officer().get("/desk").text
        assert [row.split(" ")[0] for row in rows(page)] == ["08.30", "09.00", "15.00"]
        late, soon, later = (page.index(f'id="{id_}"') for id_ in ("late", "soon", "later"))
        assert (
            late
            < page.index("Intan Permata")
            < soon
            < page.index("Ahmad Fauzi")
            < later
            < page.index("Rina Wahyuni")
        )
        assert "Besok Saja" not in page

    @pytest.mark.parametrize(
        ("minute", "said"),
        [
            (39, "Telat 9 menit"),
            (40, "Dilepas 5 menit lagi"),
            (44, "Dilepas 1 menit lagi"),
            (46, "Dilepas sebentar lagi"),
        ],
    )
    def test_the_rules_say_when_a_desk_is_given_away(
        self,
        clock: Clock,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        minute: int,
        said: str,
    ) -> None:
        booked(8, 11, minute=30)
        clock(at(8, minute))
        assert said in rows(officer().get("/desk").text)[0]

    def test_tabs_count(
        self, session: Session, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        booked(9, 11)
        here, left, missed, gone = booked(8, 11), booked(8, 10), booked(8, 12), booked(8, 9)
        states = {here: State.CHECKED_IN, left: State.COMPLETED, missed: State.NO_SHOW, gone: State.CANCELLED}
        from portal.resources.models import Reservation

        for booking, state in states.items():
            session.execute(update(Reservation).where(Reservation.id == booking.id).values(state=state))
        from portal.bookings.models import Booking

        session.execute(update(Booking).where(Booking.id == here.id).values(checked_in_at=at(8)))
        session.commit()
        client = officer()
        page = client.get("/desk").text
        assert re.findall(r'class="count">(\d+)<', page) == ["1", "1", "1", "1"]
        for tab, booking in (("here", here), ("left", left), ("missed", missed)):
            assert f'id="b{booking.id}"' in client.get(f"/desk?tab={tab}").text
        assert "1 dari 5" in page

    def test_nonsense_in_the_address_is_left_out(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        booked(9, 11)
        client = officer()
        for query in (
            "tab=x",
            "site=-1",
            "site=999999999999999999999",
            "page=99",
            "page=-1",
            "done=%00",
            "q=%00",
        ):
            assert client.get(f"/desk?{query}").status_code == 200

    @pytest.mark.parametrize("locale", ["id", "en"])
    def test_empty_tabs_say_what_to_do(self, site: Any, officer: Callable[..., Visitor], locale: str) -> None:
        client = officer()
        for tab in ("due", "here", "left", "missed"):
            assert 'class="empty"' in client.get(f"/desk?tab={tab}&lang={locale}").text

    def test_the_number_of_statements_does_not_depend_on_the_rows(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked], statements: list[str]
    ) -> None:
        client = officer()
        counts = []
        for _ in range(2):
            for _ in range(5):
                booked(9, 11)
            client.get("/desk")
            statements.clear()
            client.get("/desk")
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 4, statements

    def test_long_lists_go_over_pages(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from portal.agenda.front_desk import views

        monkeypatch.setattr(views, "PAGE", 2)
        for hour in (9, 10, 11):
            booked(hour, hour + 1)
        client = officer()
        assert len(rows(client.get("/desk").text)) == 2
        assert [row[:5] for row in rows(client.get("/desk?tab=due&page=2").text)] == ["11.00"]


class TestFlow:
    def test_from_due_to_left(
        self,
        clock: Clock,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        state_of: Callable[[Booked], State],
    ) -> None:
        booking = booked(9, 11, person=PersonFactory(name="Dimas Kurniawan"))
        client = officer()
        tapped = client.submit(f"/desk/bookings/{booking.reference}/check-in", {"tab": "due"}, page="/desk")
        assert tapped.status_code == 302
        assert state_of(booking) == State.CHECKED_IN
        page = client.get(tapped.location).text
        assert "Dimas Kurniawan hadir. Meja A01, Zona Taman, sampai 11.00." in page
        assert (
            f"/desk/bookings/{booking.reference}/undo" in page
        )  # the line stays in place for a slip of the finger
        assert len(rows(client.get("/desk").text)) == 0
        clock(at(10, 20))
        here = client.get("/desk?tab=here").text
        assert "Hadir sejak 08.50" in rows(here)[0]
        left = client.submit(
            f"/desk/bookings/{booking.reference}/check-out", {"tab": "here"}, page="/desk?tab=here"
        )
        assert state_of(booking) == State.COMPLETED
        page = client.get(left.location).text
        assert "Dimas Kurniawan pulang. Meja A01 kosong lagi." in page
        assert "08.50–10.20" in rows(client.get("/desk?tab=left").text)[0]

    def test_a_second_tap_does_no_harm(
        self,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        state_of: Callable[[Booked], State],
    ) -> None:
        booking = booked(9, 11)
        client = officer()
        for act, then in (("check-in", State.CHECKED_IN), ("check-out", State.COMPLETED)):
            for _ in range(2):
                tapped = client.submit(f"/desk/bookings/{booking.reference}/{act}", page="/desk")
                assert "notice--bad" not in client.get(tapped.location).text
                assert state_of(booking) == then

    def test_undo(
        self,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        state_of: Callable[[Booked], State],
    ) -> None:
        booking = booked(9, 11)
        client = officer()
        client.submit(f"/desk/bookings/{booking.reference}/check-in", page="/desk")
        undone = client.submit(f"/desk/bookings/{booking.reference}/undo", page="/desk?tab=here")
        assert state_of(booking) == State.CONFIRMED
        assert len(rows(client.get(undone.location).text)) == 1

    def test_what_was_cancelled_meanwhile_is_said(
        self,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        state_of: Callable[[Booked], State],
    ) -> None:
        booking = booked(9, 11, person=PersonFactory(name="Dimas Kurniawan"))
        client = officer()
        client.get("/desk")
        with unit_of_work() as work:
            cancel(work, Actor(id=1, is_staff=True), booking.id, at=at(8))
        tapped = client.submit(f"/desk/bookings/{booking.reference}/check-in", page="/desk")
        page = client.get(tapped.location).text
        assert "Dimas Kurniawan sudah membatalkan pesanan ini" in page
        assert state_of(booking) == State.CANCELLED

    def test_who_comes_late_after_all_gets_the_desk_while_it_is_free(
        self,
        clock: Clock,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        state_of: Callable[[Booked], State],
    ) -> None:
        booking = booked(9, 12)
        with unit_of_work() as work:
            mark_no_show(work, booking.id, late_minutes=15, at=at(9, 15))
        clock(at(9, 30))
        client = officer()
        assert f"/desk/bookings/{booking.reference}/check-in" in client.get("/desk?tab=missed").text
        client.submit(
            f"/desk/bookings/{booking.reference}/check-in", {"tab": "missed"}, page="/desk?tab=missed"
        )
        assert state_of(booking) == State.CHECKED_IN

    def test_and_is_told_when_it_has_gone(
        self,
        clock: Clock,
        session: Session,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        desk: Callable[..., Any],
        state_of: Callable[[Booked], State],
    ) -> None:
        wanted = desk("B08")
        booking = booked(9, 12, resource=wanted, person=PersonFactory(name="Dimas Kurniawan"))
        with unit_of_work() as work:
            mark_no_show(work, booking.id, late_minutes=15, at=at(9, 15))
        booked(10, 11, resource=wanted)
        clock(at(9, 30))
        client = officer()
        tapped = client.submit(
            f"/desk/bookings/{booking.reference}/check-in", {"tab": "missed"}, page="/desk"
        )
        assert "Meja B08 sudah dipakai orang lain" in client.get(tapped.location).text
        assert state_of(booking) == State.NO_SHOW

    def test_not_on_another_day(
        self,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        state_of: Callable[[Booked], State],
    ) -> None:
        booking = booked(9, 11, day=9)
        client = officer()
        page = client.get(f"/desk?q={booking.reference}").text
        assert f"/desk/bookings/{booking.reference}/check-in" not in page
        client.submit(f"/desk/bookings/{booking.reference}/check-in", page="/desk")
        assert state_of(booking) == State.CONFIRMED

    def test_leads_back_to_the_list_one_came_from_and_nowhere_else(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        booking = booked(9, 11)
        fields = {"q": "a b&c", "tab": "here", "site": "7", "next": "//evil.example"}
        tapped = officer().submit(f"/desk/bookings/{booking.reference}/check-in", fields, page="/desk")
        assert tapped.location.startswith("/desk?")
        assert "q=a+b%26c" in tapped.location
        assert "evil" not in tapped.location

    def test_an_unknown_booking(self, site: Any, officer: Callable[..., Visitor]) -> None:
        client = officer()
        for reference in ("TRS222222", "x" * 500, "%F0%9F%98%80"):
            assert client.submit(f"/desk/bookings/{reference}/check-in", page="/desk").status_code == 404


class TestPeople:
    @pytest.fixture
    def newcomer(self, session: Session) -> Person:
        """Somebody with a number that nobody knows yet."""
        person: Person = PersonFactory(
            name="Maya Puspita",
            email=None,
            email_confirmed_at=None,
            phone="+6281234567890",
            phone_confirmed_at=None,
        )
        return person

    def test_one_tap_makes_somebody_known(
        self,
        session: Session,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        newcomer: Person,
    ) -> None:
        newcomer.email = "may@example.id"
        booked(9, 11, person=newcomer)
        client = officer()
        page = client.get("/desk").text
        assert "Nomor belum dikenal: 0812-3456-7890" in rows(page)[0]
        tapped = client.submit(f"/desk/people/{newcomer.id}/confirm", page="/desk")
        session.expire_all()
        seen = session.get_one(Person, newcomer.id)
        assert None not in (seen.met_at, seen.phone_confirmed_at)
        assert seen.email_confirmed_at is None, "that is for the link in the mail"
        page = client.get(tapped.location).text
        assert "Maya Puspita sekarang dikenal" in page
        assert "belum dikenal" not in page

    def test_a_number_that_is_somebody_else_s_is_refused_in_words(
        self, session: Session, officer: Callable[..., Visitor], newcomer: Person, site: Any
    ) -> None:
        PersonFactory(by_phone=True, phone=newcomer.phone)
        client = officer()
        tapped = client.submit(f"/desk/people/{newcomer.id}/confirm", page="/desk")
        assert "notice--bad" in client.get(tapped.location).text

    def test_a_code_is_shown_once_and_kept_by_nobody(
        self, session: Session, officer: Callable[..., Visitor], newcomer: Person, site: Any
    ) -> None:
        client = officer()
        assert f"/desk/people/{newcomer.id}/code" in client.get("/desk?q=Maya").text
        response = client.submit(f"/desk/people/{newcomer.id}/code", {"q": "Maya"}, page="/desk")
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "no-store"
        assert re.search(r"\d{4} \d{4}", response.text)
        assert client.get(f"/desk/people/{newcomer.id}/code").status_code in {404, 405}

    def test_a_code_for_who_mistyped_their_address_and_none_where_a_mail_arrives(
        self, session: Session, officer: Callable[..., Visitor], newcomer: Person, site: Any
    ) -> None:
        newcomer.email = "may@example.id"
        mailed = PersonFactory(name="Maya Sari", phone="+6281300001111")
        session.commit()
        client = officer()
        page = client.get("/desk?q=Maya").text
        assert f"/desk/people/{newcomer.id}/code" in page
        assert f"/desk/people/{mailed.id}/code" not in page
        refused = client.submit(f"/desk/people/{mailed.id}/code", page="/desk")
        assert "lewat tautan di e-mail" in client.get(refused.location).text

    def test_no_code_for_a_colleague(
        self, session: Session, officer: Callable[..., Visitor], site: Any
    ) -> None:
        admin = PersonFactory(by_phone=True, name="Bu Ratna", roles=[Role.ADMIN])
        session.commit()
        client = officer()
        assert f"/desk/people/{admin.id}/code" not in client.get("/desk?q=Ratna").text
        tapped = client.submit(f"/desk/people/{admin.id}/code", page="/desk")
        assert tapped.status_code == 302
        assert "notice--bad" in client.get(tapped.location).text

    def test_nobody(self, site: Any, officer: Callable[..., Visitor]) -> None:
        client = officer()
        for id_ in (999_999, 2**31, 10**30):
            for act in ("confirm", "code"):
                assert client.submit(f"/desk/people/{id_}/{act}", page="/desk").status_code == 404


class TestSearch:
    @pytest.fixture
    def dimas(self, session: Session) -> Person:
        person: Person = PersonFactory(
            name="Dimas Kurniawan", phone="+6281298765432", email="dimas@example.id"
        )
        return person

    @pytest.mark.parametrize(
        "typed",
        ["dimas", "KURNIA", "dim kur", "0812-9876-5432", "+62 812 9876", "65432", "6281298", "dimas@ex"],
    )
    def test_finds_a_person_by_name_number_and_address(
        self, officer: Callable[..., Visitor], site: Any, dimas: Person, typed: str
    ) -> None:
        PersonFactory(name="Intan Permata", phone="+6285711112222")
        found = rows(officer().get("/desk", query_string={"q": typed}).text)
        assert len(found) == 1
        assert found[0].startswith("DK Dimas Kurniawan")

    @pytest.mark.parametrize(
        "typed",
        ["%", "_", "imas", "x", "12", "''", "\\", "{", "Dimas Intan", "a" * 5000, "😀", "\u202edimas%"],
    )
    def test_finds_nobody_by_what_is_nobody_s(
        self, officer: Callable[..., Visitor], site: Any, dimas: Person, typed: str
    ) -> None:
        response = officer().get("/desk", query_string={"q": typed})
        assert response.status_code == 200
        assert rows(response.text) == []
        assert 'class="empty"' in response.text

    def test_finds_a_booking_by_its_reference_as_scanned_or_said(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked], dimas: Person
    ) -> None:
        booking = booked(9, 11, person=dimas)
        booked(9, 11)
        client = officer()
        said = booking.reference
        for typed in (said, said.lower(), f"{said[:3]} {said[3:6]}-{said[6:]}", said[3:], said[-4:]):
            page = client.get("/desk", query_string={"q": typed}).text
            assert f"/desk/bookings/{said}/check-in" in page

    def test_finds_coming_bookings_of_a_person_and_leaves_out_past_ones(
        self, clock: Clock, officer: Callable[..., Visitor], booked: Callable[..., Booked], dimas: Person
    ) -> None:
        coming, past, gone = (
            booked(9, 11, day=10, person=dimas),
            booked(9, 11, day=7, person=dimas),
            booked(9, 11, person=dimas),
        )
        with unit_of_work() as work:
            cancel(work, Actor(id=1, is_staff=True), gone.id, at=at(8))
        page = officer().get("/desk?q=dimas").text
        assert f'id="b{coming.id}"' in page
        assert f'id="b{past.id}"' not in page
        assert f'id="b{gone.id}"' not in page
        assert f'id="b{past.id}"' in officer().get(f"/desk?q={past.reference}").text

    def test_somebody_s_booking_today_is_found_among_many_of_that_name(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked]
    ) -> None:
        for n in range(25):
            PersonFactory(name=f"Siti A{n:02d}")
        booking = booked(9, 11, person=PersonFactory(name="Siti Zulaikha"))
        page = officer().get("/desk?q=siti").text
        assert f'id="b{booking.id}"' in page
        assert "Masih ada lagi" in page

    def test_checking_in_from_a_search_leads_back_to_it(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked], dimas: Person
    ) -> None:
        booking = booked(9, 11, person=dimas)
        client = officer()
        tapped = client.submit(
            f"/desk/bookings/{booking.reference}/check-in", {"q": "dimas"}, page="/desk?q=dimas"
        )
        page = client.get(tapped.location).text
        assert "Hadir sejak" in rows(page)[0]
        assert f"/desk/bookings/{booking.reference}/undo" in page

    def test_does_not_find_bookings_of_other_agencies(
        self,
        session: Session,
        officer: Callable[..., Visitor],
        booked: Callable[..., Booked],
        site: Any,
        dimas: Person,
    ) -> None:
        elsewhere = SiteFactory()
        booking = booked(9, 11, resource=ResourceFactory(site=elsewhere), person=dimas)
        page = officer(site.agency_id).get("/desk?q=dimas").text
        assert f'id="b{booking.id}"' not in page

    def test_three_more_statements_however_many_are_found(
        self, officer: Callable[..., Visitor], booked: Callable[..., Booked], statements: list[str]
    ) -> None:
        for n in range(6):
            booked(9, 11, person=PersonFactory(name=f"Siti {n}"))
        client = officer()
        client.get("/desk?q=siti")
        statements.clear()
        client.get("/desk?q=siti")
        assert len(statements) <= 7
