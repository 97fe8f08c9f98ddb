"""The day page under keys and fingers: one tab stop and arrows where it is a grid, a list on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import LAPTOP, PHONE, Portal, choose

pytestmark = pytest.mark.browser

TAB_STOPS = """() => [...document.querySelectorAll("table.grid a, table.grid button")]
    .filter((element) => element.tabIndex >= 0 && element.offsetParent).length"""
FOCUS = """() => { const link = document.activeElement, row = link.closest("table.grid tbody tr");
    return row && { row: row.rowIndex, left: Math.round(link.getBoundingClientRect().left) } }"""
ROWS = """() => [...document.querySelectorAll("table.grid tr")].map((row) => [...row.querySelectorAll(".cell a")]
    .map((link) => Math.round(link.getBoundingClientRect().left))).map((lefts, row) => ({ row, lefts }))
    .filter(({ lefts }) => lefts.length)"""


@pytest.fixture
def grid(visit: Callable[..., Page], portal: Portal) -> Page:
    """The day page on a laptop, the focus on the grid's one stop."""
    page = visit(width=LAPTOP)
    page.goto(portal.days[0])
    expect(page.get_by_role("grid")).to_be_visible()
    page.locator('.cell a[tabindex="0"]').focus()
    return page


def test_the_grid_is_one_tab_stop(grid: Page) -> None:
    assert grid.evaluate(TAB_STOPS) == 1
    grid.keyboard.press("Tab")
    assert grid.evaluate(FOCUS) is None, "Tab leads out of the grid"
    grid.keyboard.press("Shift+Tab")
    assert grid.evaluate(FOCUS), "and Shift+Tab back into it"


def test_arrows_walk_the_free_times(grid: Page) -> None:
    rows = grid.evaluate(ROWS)
    first = rows[0]

    def goes(key: str, row: int, left: int) -> None:
        grid.keyboard.press(key)
        assert grid.evaluate(FOCUS) == {"row": row, "left": left}, f"after {key}"
        assert grid.evaluate(TAB_STOPS) == 1

    assert grid.evaluate(FOCUS) == {"row": first["row"], "left": first["lefts"][0]}
    goes("ArrowLeft", first["row"], first["lefts"][0])
    # A row with choice: how many times are free in the first one depends on the day.
    full = max(rows, key=lambda row: len(row["lefts"]))
    grid.locator("table.grid tr").nth(full["row"]).locator(".cell a").first.focus()
    goes("ArrowRight", full["row"], full["lefts"][1])
    goes("ArrowLeft", full["row"], full["lefts"][0])
    goes("Control+Home", first["row"], first["lefts"][0])
    goes("End", first["row"], first["lefts"][-1])
    goes("Home", first["row"], first["lefts"][0])
    goes("ArrowUp", first["row"], first["lefts"][0])
    below = min(rows[1]["lefts"], key=lambda left: abs(left - first["lefts"][0]))
    goes("ArrowDown", rows[1]["row"], below)
    goes("Control+End", rows[-1]["row"], rows[-1]["lefts"][-1])
    goes("ArrowDown", rows[-1]["row"], rows[-1]["lefts"][-1])
    goes("Control+Home", first["row"], first["lefts"][0])
    grid.keyboard.press("PageDown")
    assert grid.evaluate(FOCUS)["row"] == rows[min(10, len(rows) - 1)]["row"]


def test_the_focus_stays_in_sight(grid: Page) -> None:
    """Neither the head of the table nor the bar at the bottom covers what has the focus."""
    grid.keyboard.press("Enter")
    grid.locator(".confirm").wait_for()
    grid.locator('.cell a[tabindex="0"]').focus()
    for key in ("Control+End", "Control+Home", *["ArrowDown"] * 12, *["ArrowUp"] * 4):
        grid.keyboard.press(key)
        hidden = grid.evaluate(
            """() => { const link = document.activeElement, box = link.getBoundingClientRect();
            return !link.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)) }"""
        )
        assert not hidden, f"covered after {key}"


def test_enter_picks(grid: Page) -> None:
    told = grid.evaluate("() => document.activeElement.textContent.trim()")
    grid.keyboard.press("Enter")
    expect(grid.locator(".confirm")).to_be_in_viewport()
    assert told.split("–")[0][-5:] in grid.locator(".confirm b").inner_text()
    assert grid.locator(".grid .slot--pick").count() == 1


def test_it_is_a_list_on_a_phone(visit: Callable[..., Page], portal: Portal) -> None:
    page = visit(width=PHONE)
    page.goto(portal.days[0])
    expect(page.get_by_role("grid")).to_have_count(0)
    assert page.locator('.cell a[tabindex="-1"]').count() == 0
    links = page.locator(".grid tbody a:visible")
    rows = page.locator(".grid tbody tr:not(.zone):visible")
    assert 0 < links.count() == rows.count(), "each entry has one button"
    choose(page)
    expect(page.locator(".confirm")).to_be_in_viewport()
    expect(page.get_by_role("navigation", name="Menu bawah")).to_have_count(0)


def test_it_changes_when_the_window_does(grid: Page) -> None:
    grid.set_viewport_size({"width": PHONE, "height": 740})
    expect(grid.get_by_role("grid")).to_have_count(0)
    grid.set_viewport_size({"width": LAPTOP, "height": 740})
    expect(grid.get_by_role("grid")).to_be_visible()
    assert grid.evaluate(TAB_STOPS) == 1


def test_without_scripts_every_time_is_a_link(visit: Callable[..., Page], portal: Portal) -> None:
    page = visit(scripts=False)
    page.goto(portal.days[0])
    page.locator(".cell a").nth(3).click()
    expect(page.locator(".confirm")).to_be_visible()


def test_escape_closes_the_menu(visit: Callable[..., Page]) -> None:
    page = visit("entrepreneur@demo.example")
    page.goto("/")
    menu = page.locator("details.menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    inbox = menu.get_by_role("link", name="Kotak pesan")
    expect(inbox).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(inbox).to_be_hidden()
    expect(menu.locator("summary")).to_be_focused()
