"""A consultant sets a week's hours on a phone, by thumb: few taps, with and without scripts."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.clock import now
from portal.consultations.consultants.queries import Profile, Standing
from portal.consultations.consultants.services import MakeConsultant, make_consultant
from portal.db import Words
from tests.browser.portal import PHONE, Portal

pytestmark = pytest.mark.browser

ENOUGH_TAPS = 20
"""At five seconds each, with looking: under two minutes."""


@dataclass
class Thumb:
    page: Page
    taps: int = 0

    def tap(self, what: Locator) -> None:
        self.taps += 1
        what.click()

    def choose(self, day: int, line: int, part: str, value: str) -> None:
        """Open the list, tap the time."""
        self.taps += 2
        select = (
            self.page.locator(f'[data-day="{day}"] [data-line]').nth(line).locator(f'[data-part="{part}"]')
        )
        box = select.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
        select.select_option(value)

    def button(self, day: int, name: str) -> None:
        self.tap(self.page.locator(f'[data-day="{day}"]').get_by_role("button", name=name).last)


def new_consultant(portal: Portal) -> str:
    """Somebody who advises and has no hours yet."""
    email = portal.new_person()
    with Session(portal.engine) as session:
        site_id = session.scalar(text("SELECT min(id) FROM site"))
        command = MakeConsultant(
            actor_id=1,
            person_id=session.scalars(select(Person.id).where(Person.email == email)).one(),
            profile=Profile(about=Words("", ""), languages=("id",), video_url=None),
            standing=Standing(
                name=email,
                site_id=site_id or 0,
                topic_ids=(),
                day_limit=6,
                week_limit=20,
                notice_minutes=0,
                horizon_days=30,
                is_active=True,
            ),
        )
        make_consultant(session, command, at=now())
        session.commit()
    return email


@pytest.mark.parametrize("scripts", [True, False])
def test_a_week_is_set_by_thumb(portal: Portal, visit: Callable[..., Page], scripts: bool) -> None:
    page = visit(new_consultant(portal), width=PHONE, scripts=scripts)
    page.goto("/calendar/hours")
    thumb = Thumb(page)
    thumb.button(0, "Tambah jam")
    thumb.choose(0, 0, "closes", "12:00")
    thumb.button(0, "Tambah jam")
    thumb.button(0, "Sama untuk Sel–Jum")
    thumb.button(4, "Hapus")
    thumb.choose(4, 0, "opens", "08:30")
    thumb.choose(4, 0, "closes", "11:00")
    if scripts:
        expect(page.locator("#save")).to_contain_text("26,5 jam sepekan")
        expect(page.locator("#save")).to_contain_text("Berubah: Sen, Sel, Rab, Kam, Jum")
    thumb.tap(page.locator("#save button"))
    expect(page.get_by_role("heading", level=1)).to_have_text("26,5 jam sepekan")
    expect(page.locator(".weekly li").nth(4)).to_contain_text("08.30–11.00")
    # Each stretch names its site where there are several.
    expect(page.locator(".weekly li").nth(1)).to_contain_text(re.compile(r"09\.00–12\.00.*, 13\.00–16\.00"))
    assert thumb.taps <= ENOUGH_TAPS
