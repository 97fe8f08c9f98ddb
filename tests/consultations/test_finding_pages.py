"""Finding a time and asking for it: as a person, a stranger and somebody in a hurry sees them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import Person
from portal.consultations.topics.models import QuestionKind, Topic
from portal.files.services import store
from portal.resources.models import Reservation, Site
from tests.client import Visitor
from tests.consultations.test_appointments import AT, TEN, House
from tests.factories import ConsultantFactory, SiteFactory
from tests.statements import counted

Visit = Callable[..., Visitor]
pytestmark = pytest.mark.usefixtures("monday_morning")


def person_of(session: Session, id_: int) -> Person:
    session.rollback()
    return session.get_one(Person, id_)


def choice(house: House, **changes: Any) -> dict[str, Any]:
    wanted = {
        "topic_id": house.topic_id,
        "consultant_id": house.first,
        "starts_at": TEN.isoformat(),
        "mode": "video",
    }
    return wanted | changes


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(Reservation)) or 0


class TestTopics:
    def test_anybody_sees_what_is_offered_and_how_soon(self, trasa: House, visitor: Visit) -> None:
        page = visitor().get("/consultations")
        assert "Tanya konsultan: paling cepat hari ini 09.00" in page.text
        assert "60 menit" in page.text
        assert f"/consultations/topics/{trasa.topic_id}" in page.text

    def test_what_is_coming_stands_on_top_and_the_past_below(
        self, trasa: House, visitor: Visit, session: Session
    ) -> None:
        arranged = trasa.request()
        page = visitor(person_of(session, trasa.person)).get("/consultations").text
        assert page.index(arranged.reference) < page.index("<h1>")
        assert arranged.reference not in visitor(person_of(session, trasa.other)).get("/consultations").text

    def test_without_a_topic_there_is_a_way_on(self, session: Session, visitor: Visit) -> None:
        SiteFactory()
        session.commit()
        assert "/spaces" in visitor().get("/consultations").text

    @pytest.mark.parametrize("page", ["0", "-1", "x", "1" * 30])
    def test_pages_that_are_none(self, trasa: House, visitor: Visit, session: Session, page: str) -> None:
        answer = visitor(person_of(session, trasa.person)).get(f"/consultations?page={page}")
        assert answer.status_code in {200, 404}


class TestTimes:
    def test_the_first_three_come_first_then_the_days(self, trasa: House, visitor: Visit) -> None:
        page = visitor().get(f"/consultations/topics/{trasa.topic_id}")
        assert page.text.count("2 konsultan kosong") == 3
        assert "Paling cepat hari ini 09.00" in page.text
        assert page.text.count("jam kosong</span>") == 10
        assert "Tidak ada yang bertugas" in page.text

    def test_a_person_is_chosen_in_the_address(self, trasa: House, visitor: Visit) -> None:
        trasa.request(starts_at=AT + timedelta(hours=1))
        path = f"/consultations/topics/{trasa.topic_id}"
        assert "hari ini 09.00" in visitor().get(f"{path}?consultant={trasa.second}").text
        first = visitor().get(f"{path}?consultant={trasa.first}&mode=video")
        assert "Paling cepat hari ini 10.00" in first.text
        assert f"consultant_id={trasa.first}" in first.text

    def test_a_day_is_chosen_in_the_address(self, trasa: House, visitor: Visit) -> None:
        page = visitor().get(f"/consultations/topics/{trasa.topic_id}?day=2026-09-10")
        assert re.search(r'day=2026-09-10[^"]*" aria-current="date"', page.text)
        assert "starts_at=2026-09-10T09%3A00" in page.text

    def test_today_after_hours_is_over_and_not_full(self, trasa: House, visitor: Visit) -> None:
        path = f"/consultations/topics/{trasa.topic_id}"
        assert "lewat</span>" not in visitor().get(path).text
        with time_machine.travel(AT.replace(hour=15), tick=False):  # 22.00
            page = visitor().get(path).text
        assert page.count("lewat</span>") == 1
        assert "penuh</span>" not in page

    def test_a_closed_day_says_why(self, trasa: House, visitor: Visit, session: Session) -> None:
        session.execute(
            text("INSERT INTO special_day (site_id, day, name) VALUES (:site, :day, :name)"),
            {
                "site": trasa.site_id,
                "day": date(2026, 9, 10),
                "name": '{"id": "Maulid Nabi", "en": "Mawlid"}',
            },
        )
        session.commit()
        page = visitor().get(f"/consultations/topics/{trasa.topic_id}")
        assert "Kamis 10 September: Maulid Nabi" in page.text

    def test_without_a_room_another_way_to_meet_is_offered(
        self, trasa: House, visitor: Visit, session: Session
    ) -> None:
        session.execute(text("UPDATE resource SET is_active = false WHERE id = :id"), {"id": trasa.room_id})
        session.commit()
        page = visitor().get(f"/consultations/topics/{trasa.topic_id}")
        assert "Ruang konsultasi penuh" in page.text
        assert "mode=video" in page.text

    def test_who_is_full_leads_to_the_others(self, trasa: House, visitor: Visit, session: Session) -> None:
        session.execute(text("DELETE FROM opening_hours WHERE resource_id = :id"), {"id": trasa.first})
        session.commit()
        page = visitor().get(f"/consultations/topics/{trasa.topic_id}?consultant={trasa.first}")
        assert "penuh</h2>" in page.text
        assert "consultant=any" in page.text

    @pytest.mark.parametrize(
        "query",
        [
            "consultant=99999",
            "consultant=-1",
            "consultant=" + "9" * 30,
            "consultant=%00",
            "mode=telepathy",
            "mode=%00",
            "day=2026-02-30",
            "day=1999-01-01",
            "day=%00",
            "page=99999999",
            "page=-1",
            "page=" + "9" * 30,
            "consultant=\u0663&page=\u0663",
        ],
    )
    def test_nonsense_in_the_address_shows_the_usual_times(
        self, trasa: House, visitor: Visit, query: str
    ) -> None:
        assert visitor().get(f"/consultations/topics/{trasa.topic_id}?{query}").status_code == 200

    @pytest.mark.parametrize("topic", ["0", "999", "9" * 30, "x"])
    def test_a_topic_that_is_none(self, trasa: House, visitor: Visit, topic: str) -> None:
        assert visitor().get(f"/consultations/topics/{topic}").status_code == 404

    def test_a_topic_that_is_not_offered_any_more(
        self, trasa: House, visitor: Visit, session: Session
    ) -> None:
        session.execute(text("UPDATE topic SET is_active = false"))
        session.commit()
        assert visitor().get(f"/consultations/topics/{trasa.topic_id}").status_code == 404

    @pytest.mark.parametrize("more", [0, 20])
    def test_statements_do_not_grow_with_consultants(
        self, trasa: House, visitor: Visit, session: Session, more: int
    ) -> None:
        site, topic = session.get_one(Site, trasa.site_id), session.get_one(Topic, trasa.topic_id)
        for _ in range(more):
            ConsultantFactory(site=site, topics=[topic])
        session.commit()
        person = visitor(person_of(session, trasa.person))
        for path, most in ((f"/consultations/topics/{trasa.topic_id}", 5), ("/consultations", 8)):
            person.get(path)
            with counted() as sent:
                assert person.get(path).status_code == 200
            assert len(sent) <= most, sent


class TestPeople:
    def test_who_can_help_with_what_and_how_soon(self, trasa: House, visitor: Visit) -> None:
        page = visitor().get(f"/consultations/consultants/{trasa.first}")
        assert "Sepuluh tahun mendampingi usaha kecil" in page.text
        assert "Kosong hari ini 09.00" in page.text
        assert f"/consultations/topics/{trasa.topic_id}?consultant={trasa.first}" in page.text
        assert visitor().get(f"/consultations/consultants/{trasa.first}/photo").status_code == 404

    def test_their_picture(self, trasa: House, visitor: Visit, session: Session) -> None:
        picture = BytesIO()
        Image.new("RGB", (200, 220), "teal").save(picture, "PNG")
        photo_id = store(session, "ratna.png", picture.getvalue(), by_id=trasa.first_person, at=AT)
        session.execute(
            text("UPDATE consultant SET photo_id = :photo WHERE id = :id"),
            {"photo": photo_id, "id": trasa.first},
        )
        session.commit()
        page = visitor().get(f"/consultations/topics/{trasa.topic_id}")
        where = f"/consultations/consultants/{trasa.first}/photo?v={photo_id}"
        assert where in page.text
        answer = visitor().get(where)
        assert answer.headers["Content-Type"].startswith("image/")
        assert "max-age" in answer.headers["Cache-Control"]

    @pytest.mark.parametrize("tail", ["", "/photo"])
    def test_who_is_none_or_not_any_more(
        self, trasa: House, visitor: Visit, session: Session, tail: str
    ) -> None:
        assert visitor().get(f"/consultations/consultants/{trasa.room_id}{tail}").status_code == 404
        session.execute(text("UPDATE resource SET is_active = false WHERE id = :id"), {"id": trasa.first})
        session.commit()
        assert visitor().get(f"/consultations/consultants/{trasa.first}{tail}").status_code == 404


class TestAsking:
    def test_three_taps(self, trasa: House, visitor: Visit, session: Session) -> None:
        person = visitor(person_of(session, trasa.person))
        times = person.get(f"/consultations/topics/{trasa.topic_id}")
        way = re.search(r'<ul class="soon">\s*<li><a class="[^"]+" href="([^"]+)"', times.text)
        assert way
        check = person.get(way[1].replace("&amp;", "&"))
        assert "Minta konsultasi ini" in check.text
        assert "Siapa saja yang kosong" in check.text
        fields = dict(re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', check.text))
        answer = person.post("/consultations", data=fields)
        assert answer.status_code == 302
        page = person.get(answer.location)
        assert "Menunggu jawaban" in page.text
        assert count(session) == 1

    def test_a_second_click_asks_once(self, trasa: House, visitor: Visit, session: Session) -> None:
        person = visitor(person_of(session, trasa.person))
        first = person.submit("/consultations", choice(trasa))
        second = person.submit("/consultations", choice(trasa))
        assert first.location == second.location
        assert count(session) == 1

    def test_so_for_whoever_is_free_and_for_staff(
        self, trasa: House, visitor: Visit, session: Session
    ) -> None:
        colleague = visitor(person_of(session, trasa.second_person))
        wanted = choice(trasa, consultant_id="")
        assert colleague.submit("/consultations", wanted).location
        colleague.submit("/consultations", wanted)
        assert count(session) == 1

    def test_somebody_was_quicker(self, trasa: House, visitor: Visit, session: Session) -> None:
        trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other)
        person = visitor(person_of(session, trasa.person))
        page = person.submit("/consultations", choice(trasa))
        assert page.status_code == 409
        assert "Selasa 8 September pukul 10.00 baru saja diambil orang" in page.text
        offers = re.findall(
            r'name="consultant_id" value="(\d+)">\s*<input type="hidden" name="starts_at" value="([^"]+)"',
            page.text,
        )
        assert (str(trasa.second), "2026-09-08T10:00:00+07:00") in offers
        assert str(trasa.first) in {consultant for consultant, _ in offers}
        taken = choice(trasa, consultant_id=offers[0][0], starts_at=offers[0][1])
        assert person.submit("/consultations", taken).status_code == 302

    def test_no_other_time_is_offered_to_whoever_holds_enough(
        self, trasa: House, visitor: Visit, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.consultations.appointments.services.MOST_COMING", 1)
        trasa.request(starts_at=TEN + timedelta(hours=2))
        page = visitor(person_of(session, trasa.person)).submit("/consultations", choice(trasa))
        assert page.status_code == 422
        assert "Kamu sudah punya 1 konsultasi yang akan datang" in page.text
        assert 'name="starts_at"' not in page.text
        assert 'href="/consultations"' in page.text

    def test_what_was_answered_survives_a_refusal(
        self, trasa: House, visitor: Visit, session: Session, question: Callable[..., int]
    ) -> None:
        asked = question(is_required=True)
        trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other)
        person = visitor(person_of(session, trasa.person))
        page = person.submit("/consultations", choice(trasa, **{f"q{asked}": "Keripik <b>pisang</b>"}))
        assert f'name="q{asked}" value="Keripik &lt;b&gt;pisang&lt;/b&gt;"' in page.text

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"starts_at": (AT - timedelta(days=1)).isoformat()}, 422),
            ({"starts_at": (TEN + timedelta(minutes=7)).isoformat()}, 422),
            ({"starts_at": (TEN + timedelta(hours=12)).isoformat()}, 422),
            ({"starts_at": "2027-09-08T10:00:00+07:00"}, 422),
            ({"starts_at": "2199-09-08T10:00:00+07:00"}, 422),
            ({"starts_at": "2026-09-08T10:00:00"}, 422),
            ({"starts_at": "\0"}, 422),
            ({"starts_at": ""}, 422),
            ({"topic_id": "-1"}, 422),
            ({"topic_id": "9" * 30}, 422),
            ({"topic_id": "999"}, 422),
            ({"topic_id": "\0"}, 422),
            ({"consultant_id": "999"}, 422),
            ({"consultant_id": "-1"}, 422),
            ({"consultant_id": "\0"}, 422),
            ({"mode": "telepathy"}, 422),
            ({"mode": ""}, 422),
            ({"mode": "\0"}, 422),
        ],
    )
    def test_what_cannot_be_is_refused_with_a_way_on(
        self, trasa: House, visitor: Visit, session: Session, changes: dict[str, str], status: int
    ) -> None:
        person = visitor(person_of(session, trasa.person))
        page = person.submit("/consultations", choice(trasa, **changes))
        assert page.status_code == status
        assert "/consultations" in page.text
        assert count(session) == 0
        looked = person.get("/consultations/new?" + urlencode(choice(trasa, **changes)))
        assert looked.status_code in {302, status}

    def test_a_mode_that_the_topic_does_not_have(
        self, trasa: House, visitor: Visit, session: Session
    ) -> None:
        session.execute(text("UPDATE topic SET modes = ARRAY['phone']"))
        session.commit()
        page = visitor(person_of(session, trasa.person)).submit("/consultations", choice(trasa))
        assert page.status_code == 422
        assert "Pilih cara lain untuk bertemu" in page.text

    def test_a_forged_token(self, trasa: House, visitor: Visit, session: Session, app: Any) -> None:
        person = visitor(person_of(session, trasa.person))
        answer = person.post("/consultations", data=choice(trasa) | {"csrf_token": "forged"})
        assert answer.status_code == 422
        assert count(session) == 0


class TestQuestions:
    def test_every_kind_is_kept_with_its_question(
        self, trasa: House, visitor: Visit, session: Session, question: Callable[..., int]
    ) -> None:
        kinds = {
            question(QuestionKind.TEXT): "Keripik",
            question(QuestionKind.LONG_TEXT): "Baris satu\nbaris dua",
            question(QuestionKind.NUMBER): "1.500.000",
            question(QuestionKind.YES_NO): "yes",
            question(QuestionKind.CHOICE, choices=[{"id": "Mikro", "en": "Micro"}]): "0",
            question(QuestionKind.TEXT): "",
        }
        person = visitor(person_of(session, trasa.person))
        answers = {f"q{id_}": answer for id_, answer in kinds.items()}
        assert person.submit("/consultations", choice(trasa) | answers).status_code == 302
        kept = session.scalar(text("SELECT answers FROM appointment"))
        assert [one["answer"] for one in kept] == [
            "Keripik",
            "Baris satu\nbaris dua",
            "1.500.000",
            "Ya",
            "Mikro",
        ]
        assert kept[0]["question"] == {"id": "Apa usahamu?", "en": "What is your business?"}

    @pytest.mark.parametrize(
        ("kind", "answer", "said"),
        [
            (QuestionKind.TEXT, "", "Jawab dulu: Apa usahamu?"),
            (QuestionKind.LONG_TEXT, "x" * 10_000, "Paling banyak 2.000 huruf."),
            (QuestionKind.TEXT, "a\0b", "huruf"),
            (QuestionKind.NUMBER, "banyak", "Isi dengan angka"),
            (QuestionKind.YES_NO, "maybe", ""),
            (QuestionKind.YES_NO, "", "Jawab dulu: Apa usahamu?"),
        ],
    )
    def test_what_is_wrong_stands_beside_the_question(
        self,
        trasa: House,
        visitor: Visit,
        session: Session,
        question: Callable[..., int],
        kind: QuestionKind,
        answer: str,
        said: str,
    ) -> None:
        asked = question(kind, is_required=True)
        person = visitor(person_of(session, trasa.person))
        page = person.submit("/consultations", choice(trasa, **{f"q{asked}": answer}))
        assert page.status_code == 422
        assert "Salah:" in page.text or "perlu diperbaiki" in page.text
        assert said in page.text or said == "huruf"
        assert count(session) == 0

    def test_nothing_has_to_be_answered(
        self, trasa: House, visitor: Visit, session: Session, question: Callable[..., int]
    ) -> None:
        for kind in (QuestionKind.TEXT, QuestionKind.NUMBER, QuestionKind.YES_NO):
            question(kind)
        person = visitor(person_of(session, trasa.person))
        assert person.submit("/consultations", choice(trasa)).status_code == 302


class TestRegisteringFirst:
    def registered(self, visitor: Visitor, next_path: str) -> Any:
        data = {
            "name": "Dewi Lestari",
            "login": "081234567890",
            "password": "tiga kata panjang",
            "consent": "y",
            "next": next_path,
        }
        return visitor.submit("/register", data, page="/register")

    def test_the_choice_is_kept_in_sight_and_asked_for_at_the_end(
        self, trasa: House, visitor: Visit, session: Session
    ) -> None:
        nobody = visitor()
        answer = nobody.get("/consultations/new?" + urlencode(choice(trasa)))
        assert answer.status_code == 302
        next_path = parse_qs(urlsplit(answer.location).query)["next"][0]
        page = nobody.get(answer.location)
        assert "Selasa 8 September, 10.00" in page.text
        assert "Buat akun dan minta" in page.text
        done = self.registered(nobody, next_path)
        assert re.match(r"/consultations/\w+\?new=1", done.location), done.text
        assert count(session) == 1

    def test_with_a_question_that_must_be_answered_the_form_comes_first(
        self, trasa: House, visitor: Visit, session: Session, question: Callable[..., int]
    ) -> None:
        question(is_required=True)
        nobody = visitor()
        answer = nobody.get("/consultations/new?" + urlencode(choice(trasa)))
        next_path = parse_qs(urlsplit(answer.location).query)["next"][0]
        assert "Buat akun dan lanjut" in nobody.get(answer.location).text
        done = self.registered(nobody, next_path)
        assert done.location.startswith("/consultations/new?")
        assert "Apa usahamu?" in nobody.get(done.location).text
        assert count(session) == 0

    def test_what_was_taken_meanwhile_leads_back_to_the_times(
        self, trasa: House, visitor: Visit, session: Session
    ) -> None:
        nobody = visitor()
        next_path = "/consultations/new?" + urlencode(choice(trasa))
        trasa.request(actor=Actor(id=trasa.other), person_id=trasa.other)
        done = self.registered(nobody, next_path)
        assert done.location.startswith(f"/consultations/topics/{trasa.topic_id}")
        assert "baru saja diambil orang" in nobody.get(done.location).text
