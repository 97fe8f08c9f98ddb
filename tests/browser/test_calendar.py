"""A consultant moves appointments on the real portal: by drag, by keys, by taps, on a phone; a taken time refuses."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal import create_app
from portal.accounts.actor import Actor
from portal.accounts.passwords import hash_password
from portal.accounts.services import set_password
from portal.clock import now
from portal.consultations.appointments.services import Request, request
from portal.consultations.topics.models import Mode
from portal.db import db, unit_of_work
from portal.permissions import Role
from portal.resources.models import Site
from tests.browser.portal import PASSWORD, PHONE, Portal
from tests.factories import ConsultantFactory, PersonFactory, TopicFactory, bind

pytestmark = pytest.mark.browser

ZONE = ZoneInfo("Asia/Jakarta")
TUESDAY, WEDNESDAY, THURSDAY = 1, 2, 3
TALL = 1500
"""Pixels in which the whole page is seen, so that no drag has to scroll."""
_numbers = count(1)


@dataclass
class Desk:
    """A consultant with two appointments in a week without holidays: Siti's on Tuesday, Bagus's on Wednesday, at ten."""

    portal: Portal
    email: str
    monday: date
    siti: str
    bagus: str

    @property
    def path(self) -> str:
        return f"/calendar?day={self.day(TUESDAY)}"

    def day(self, weekday: int) -> date:
        return self.monday + timedelta(days=weekday)

    def begins(self, reference: str) -> str:
        """Such as "3 13:30": the weekday and the time, in the zone of the place."""
        with self.portal.engine.connect() as connection:
            row = text("SELECT starts_at FROM reservation WHERE reference = :reference")
            starts_at: datetime = connection.scalar(row, {"reference": reference})
        local = starts_at.astimezone(ZONE)
        return f"{local.weekday()} {local:%H:%M}"


@pytest.fixture
def desk(portal: Portal) -> Desk:
    email = f"konsultan{next(_numbers)}@contoh.example"
    with Session(portal.engine, expire_on_commit=False) as session, bind(session):
        site = session.scalars(select(Site).order_by(Site.id)).first()
        monday = _quiet_week(session)
        topic = TopicFactory()
        who = PersonFactory(name=f"Ratna {email}", email=email, roles=[Role.CONSULTANT])
        set_password(session, who.id, hash_password(PASSWORD), at=now())
        consultant = ConsultantFactory(site=site, person=who, topics=[topic])
        people = [
            PersonFactory(name=name, email=f"{name}.{email}") for name in ("Siti Nuraeni", "Bagus Prakoso")
        ]
        session.commit()
    references = []
    with create_app(portal.settings).app_context():
        for person, weekday in zip(people, (TUESDAY, WEDNESDAY), strict=True):
            command = Request(
                actor=Actor(id=who.id, is_staff=True),
                person_id=person.id,
                topic_id=topic.id,
                consultant_id=consultant.id,
                starts_at=datetime.combine(monday + timedelta(days=weekday), time(10), ZONE),
                mode=Mode.VIDEO,
            )
            with unit_of_work() as unit:
                references.append(request(unit, command, at=now()).reference)
        db.engine.dispose()
    return Desk(portal, email, monday, *references)


def _quiet_week(session: Session) -> date:
    """The first Monday from next week on in whose week no day of the place is special."""
    today = now().astimezone(ZONE).date()
    special = set(session.scalars(text("SELECT day FROM special_day")).all())
    mondays = (today + timedelta(days=7 * n - today.weekday()) for n in range(1, 12))
    return next(monday for monday in mondays if not special & {monday + timedelta(days=n) for n in range(7)})


@pytest.fixture
def page(visit: Callable[..., Page], desk: Desk) -> Page:
    opened = visit(desk.email, height=TALL)
    opened.goto(desk.path)
    opened.locator("#week.is-live").wait_for()
    return opened


def entry(page: Page, reference: str) -> Locator:
    return page.locator(f'[data-reference="{reference}"]')


def point(page: Page, desk: Desk, weekday: int, hour: float) -> tuple[float, float]:
    """Where a time lies on the page, a little below its line."""
    column = page.locator(f'.wday[data-date="{desk.day(weekday)}"] ol').bounding_box()
    row = page.locator(".hrs li").first.bounding_box()
    assert column
    assert row
    return column["x"] + 30, column["y"] + (hour - 8) * row["height"] + 5


def drag(page: Page, desk: Desk, begin: tuple[int, float], end: tuple[int, float]) -> None:
    page.mouse.move(*point(page, desk, *begin))
    page.mouse.down()
    page.mouse.move(*point(page, desk, *end), steps=8)
    page.mouse.up()


def test_a_drag_moves_it(page: Page, desk: Desk) -> None:
    drag(page, desk, (TUESDAY, 10), (THURSDAY, 13.5))
    expect(page.get_by_role("status")).to_contain_text("Siti Nuraeni pindah ke")
    moved = page.locator(f'.wday[data-date="{desk.day(THURSDAY)}"]').locator(
        f'[data-reference="{desk.siti}"]'
    )
    expect(moved).to_contain_text("13.30–14.30")
    assert desk.begins(desk.siti) == "3 13:30"
    page.reload()
    expect(entry(page, desk.siti)).to_contain_text("13.30–14.30")


def test_a_taken_time_is_refused_and_it_goes_back(page: Page, desk: Desk) -> None:
    drag(page, desk, (TUESDAY, 10), (WEDNESDAY, 10.5))
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Sudah ada Bagus Prakoso, 10.00–11.00.")
    expect(page.locator(".ghost, .is-leaving")).to_have_count(0)
    back = page.locator(f'.wday[data-date="{desk.day(TUESDAY)}"]').locator(f'[data-reference="{desk.siti}"]')
    expect(back).to_contain_text("10.00–11.00")
    assert desk.begins(desk.siti) == "1 10:00"
    alert.get_by_role("link", name=re.compile("11.00")).first.click()
    page.get_by_role("button", name="Pindahkan dan beri tahu").click()
    page.wait_for_url(re.compile(f"/calendar/appointments/{desk.siti}$"))
    assert desk.begins(desk.siti) == "2 11:00"


def test_outside_working_hours_is_refused(page: Page, desk: Desk) -> None:
    drag(page, desk, (TUESDAY, 10), (TUESDAY, 8))
    expect(page.get_by_role("alert")).to_contain_text("Itu di luar jam kerja Anda.")
    assert desk.begins(desk.siti) == "1 10:00"


def test_who_cancelled_meanwhile_is_named(page: Page, desk: Desk) -> None:
    with desk.portal.engine.begin() as connection:
        gone = text("UPDATE reservation SET state = 'cancelled' WHERE reference = :reference")
        connection.execute(gone, {"reference": desk.siti})
    drag(page, desk, (TUESDAY, 10), (THURSDAY, 13))
    expect(page.get_by_role("alert")).to_contain_text("Tidak jadi pindah.")


def test_keys_move_it(page: Page, desk: Desk) -> None:
    keys = page.keyboard
    entry(page, desk.siti).locator("a").focus()
    for key in ("Enter", "Enter"):
        keys.press(key)
    for key in ("ArrowRight", "ArrowRight", "PageDown", "PageDown", "PageDown", "Enter"):
        expect(page.locator(".ghost button")).to_be_focused()
        keys.press(key)
    expect(page.get_by_role("status")).to_contain_text("Siti Nuraeni pindah ke")
    assert desk.begins(desk.siti) == "3 13:00"
    expect(entry(page, desk.siti).locator("a")).to_be_focused()


def test_taps_move_it(page: Page, desk: Desk) -> None:
    entry(page, desk.siti).locator("a").click()
    bar = page.locator("[data-bar]")
    bar.get_by_role("button", name="Pindah jadwal").click()
    page.mouse.click(*point(page, desk, THURSDAY, 14))
    bar.get_by_role("button", name="Pindah ke sini").click()
    expect(page.get_by_role("status")).to_contain_text("Siti Nuraeni pindah ke")
    assert desk.begins(desk.siti) == "3 14:00"


def test_empty_time_is_blocked_and_booked(page: Page, desk: Desk) -> None:
    drag(page, desk, (THURSDAY, 9), (THURSDAY, 10.75))
    page.locator("[data-bar]").get_by_role("link", name="Blok waktu ini").click()
    page.get_by_label("Untuk apa").fill("Rapat dinas")
    page.get_by_role("button", name="Blok waktu ini").click()
    page.wait_for_url(re.compile(r"/calendar\?day="))
    block = page.locator('.wday [data-kind="block"]')
    expect(block).to_contain_text("Rapat dinas")
    expect(block).to_contain_text("09.00–11.00")
    drag(page, desk, (THURSDAY, 12), (THURSDAY, 12.75))
    page.locator("[data-bar]").get_by_role("link", name="Pesankan").click()
    page.get_by_label("Nama", exact=True).fill("Joko Purnomo")
    page.get_by_label("Nomor WhatsApp").fill(f"0812 9{next(_numbers):07d}")
    page.get_by_label("Orangnya setuju").check()
    page.get_by_label("Video").check()
    page.get_by_role("button", name="Pesankan", exact=True).click()
    expect(page.locator(".summary")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Joko Purnomo, Kamis")


def test_a_phone_moves_it_by_taps_alone(visit: Callable[..., Page], desk: Desk) -> None:
    page = visit(desk.email, width=PHONE)
    page.goto(desk.path)
    expect(entry(page, desk.bagus)).to_be_hidden()
    entry(page, desk.siti).locator("a").tap()
    page.get_by_role("link", name="Pindah jadwal").tap()
    page.locator(f'.freedays a[href*="on={desk.day(THURSDAY)}"]').tap()
    page.locator(".freetimes a").filter(has_text="14.30").tap()
    page.get_by_role("button", name="Pindahkan dan beri tahu").tap()
    page.wait_for_url(re.compile(f"/calendar/appointments/{desk.siti}$"))
    assert desk.begins(desk.siti) == "3 14:30"


def test_without_scripts_the_same_links_lead_on(visit: Callable[..., Page], desk: Desk) -> None:
    page = visit(desk.email, scripts=False)
    page.goto(desk.path)
    entry(page, desk.siti).locator("a").click()
    page.get_by_role("link", name="Pindah jadwal").click()
    page.locator(".freetimes a").filter(has_text="11.00").first.click()
    page.get_by_role("button", name="Pindahkan dan beri tahu").click()
    assert desk.begins(desk.siti).endswith("11:00")
