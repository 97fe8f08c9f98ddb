"""What people do that nobody draws: press twice, go back, decide slowly, sign out elsewhere."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.portal import PASSWORD, TICKET, Portal, choose

pytestmark = pytest.mark.browser

CONFIRM = ".confirm form .button"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_double_click_books_once(visit: Callable[..., Page], portal: Portal, scripts: bool) -> None:
    somebody = portal.new_person()
    page = visit(somebody, scripts=scripts)
    page.goto(portal.days[0])
    choose(page)
    page.locator(CONFIRM).dblclick()
    page.wait_for_url(TICKET)
    (reference,) = portal.references(somebody)
    assert reference in page.url


def test_back_after_booking_breaks_nothing(visit: Callable[..., Page], portal: Portal) -> None:
    somebody = portal.new_person()
    page = visit(somebody)
    page.goto(portal.days[0])
    choose(page)
    page.locator(CONFIRM).click()
    page.wait_for_url(TICKET)
    ticket = page.url
    page.go_back()
    page.go_forward()
    expect(page.locator(".ticket")).to_be_visible()
    assert page.url == ticket
    page.go_back()
    again = page.locator(CONFIRM)
    if again.count():  # the browser's own copy of the page, from before the booking
        again.click()
        page.wait_for_url(TICKET)
    else:
        expect(page.locator(".grid .slot--mine")).to_have_count(1)
    assert len(portal.references(somebody)) == 1


def test_somebody_is_faster(visit: Callable[..., Page], portal: Portal) -> None:
    """Taken between the tap and the button: what else there is, and one tap books it."""
    somebody = portal.new_person()
    page = visit(somebody)
    page.goto(portal.days[1])
    choose(page)
    portal.take(page)
    with page.expect_navigation() as refused:
        page.locator(CONFIRM).click()
    assert refused.value
    assert refused.value.status == 409
    expect(page.get_by_role("heading", level=1)).to_contain_text("baru saja diambil")
    offers = page.locator(".offer")
    assert offers.count() >= 2
    name = offers.first.locator("b").inner_text()
    offers.first.get_by_role("button").click()
    page.wait_for_url(TICKET)
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} jadi milikmu.")
    assert len(portal.references(somebody)) == 1


def test_signed_out_in_the_other_tab(visit: Callable[..., Page], portal: Portal) -> None:
    """The button leads to the sign-in page, and from there back to the choice, which then can be booked."""
    somebody = portal.new_person()
    page = visit(somebody)
    page.goto(portal.days[2])
    choose(page)
    chosen = page.locator(".confirm b").inner_text()
    other = page.context.new_page()
    other.goto("/account")
    other.get_by_role("main").get_by_role("button", name="Keluar").click()
    expect(other.get_by_role("link", name="Masuk").first).to_be_visible()

    page.locator(CONFIRM).click()
    page.wait_for_url("**/sign-in?*")
    sign_in(page, somebody)
    expect(page.locator(".confirm b")).to_have_text(chosen)
    page.locator(CONFIRM).click()
    page.wait_for_url(TICKET)
    assert len(portal.references(somebody)) == 1


def test_signed_out_everywhere_after_the_password_was_changed(
    visit: Callable[..., Page], portal: Portal
) -> None:
    somebody = portal.new_person()
    here, there = visit(somebody), visit()
    sign_in(there, somebody)
    here.goto("/account/password")
    here.fill("[name=current]", PASSWORD)
    here.fill("[name=password]", "kopi-tubruk-pahit-sekali")
    here.locator("main form .button[type=submit]").click()
    here.wait_for_url("**/account")
    there.goto("/bookings")
    expect(there).to_have_url(f"{portal.url}/sign-in?next=%2Fbookings")
