"""The week's script on the component sheet: drag, taps, keys, and what the server answers."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Locator, Page, Route, expect

pytestmark = pytest.mark.browser

SITI = '[data-reference="SAMPLE004"]'
HOUR = 60
"""Pixels of an hour on the sheet."""


@dataclass
class Server:
    """Answers moves in place of the portal, which has no sample appointments."""

    status: int = 200
    body: dict[str, Any] | None = field(default_factory=lambda: {"message": "Siti Nuraeni pindah."})
    asked: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def __call__(self, route: Route) -> None:
        sent = parse_qs(route.request.post_data or "")
        self.asked += sent["starts_at"]
        self.tokens += sent["csrf_token"]
        if self.status == 0:
            route.abort()
        elif self.body is None:
            route.fulfill(status=self.status, content_type="text/html", body="<!doctype html>")
        else:
            route.fulfill(status=self.status, content_type="application/json", body=json.dumps(self.body))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def week(visit: Callable[..., Page], server: Server) -> Locator:
    page = visit(height=900)
    page.route("**/calendar/appointments/*/move", server)
    page.goto("/dev/components")
    week = page.locator("#week-light.is-live")
    week.scroll_into_view_if_needed()
    return week


def drag(page: Page, what: Locator, days: int, hours: float, *, drop: bool = True) -> None:
    box = what.bounding_box()
    column = page.locator("#week-light .wday").nth(1).bounding_box()
    assert box
    assert column
    x, y = box["x"] + 30, box["y"] + 8
    across, down = days * (column["width"] + 8), hours * HOUR
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + across / 2, y + down / 2, steps=4)
    page.mouse.move(x + across, y + down, steps=4)
    if drop:
        page.mouse.up()


def test_a_drag_moves_to_a_quarter(week: Locator, server: Server) -> None:
    drag(week.page, week.locator(SITI), 2, 2.55)
    expect(week.get_by_role("status")).to_contain_text("Siti Nuraeni pindah.")
    assert server.asked == ["2026-09-10T11:30:00+07:00"]
    assert all(server.tokens)
    expect(week.locator(f"{SITI} a")).to_be_focused()


def test_a_refused_drag_goes_back_and_says_why(week: Locator, server: Server) -> None:
    server.status = 409
    server.body = {
        "message": "Nur Hidayah sudah di jam itu.",
        "alternatives": [{"starts_at": "2026-09-10T11:00:00+07:00", "words": "Kamis 11.00"}],
    }
    drag(week.page, week.locator(SITI), 2, 1)
    alert = week.get_by_role("alert")
    expect(alert).to_contain_text("Nur Hidayah sudah di jam itu.")
    way_on = alert.get_by_role("link", name="Kamis 11.00")
    assert (way_on.get_attribute("href") or "").endswith("/move?starts_at=2026-09-10T11%3A00%3A00%2B07%3A00")
    expect(week.locator(".ghost, .is-leaving")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "words"), [(0, "portal tidak menjawab"), (502, "portal tidak menjawab"), (400, "Muat ulang")]
)
def test_without_an_answer_nothing_is_lost(week: Locator, server: Server, status: int, words: str) -> None:
    server.status, server.body = status, None
    drag(week.page, week.locator(SITI), 2, 1)
    expect(week.get_by_role("alert")).to_contain_text(words)
    expect(week.locator(".ghost, .is-leaving")).to_have_count(0)


def test_escape_ends_a_drag(week: Locator, server: Server) -> None:
    drag(week.page, week.locator(SITI), 2, 1, drop=False)
    expect(week.locator(".ghost")).to_have_count(1)
    week.page.keyboard.press("Escape")
    week.page.mouse.up()
    expect(week.locator(".ghost, .is-leaving")).to_have_count(0)
    expect(week.locator("[data-bar]")).to_be_hidden()
    assert not server.asked


def test_empty_time_can_be_blocked_or_booked(week: Locator) -> None:
    gap = week.locator(".wday").nth(3).locator(".gap").first
    drag(week.page, gap, 0, 0.5)
    bar = week.locator("[data-bar]")
    expect(bar).to_contain_text("Kamis 10 September, 09.00–09.45")
    until = "?starts_at=2026-09-10T09%3A00%3A00%2B07%3A00&ends_at=2026-09-10T09%3A45%3A00%2B07%3A00"
    assert bar.get_by_role("link", name="Pesankan").get_attribute("href") == f"/calendar/new{until}"
    assert bar.get_by_role("link", name="Blok").get_attribute("href") == f"/calendar/block{until}"


def test_keys_move_it(week: Locator, server: Server) -> None:
    keys = week.page.keyboard
    week.locator(f"{SITI} a").focus()
    keys.press("Enter")
    keys.press("Enter")
    target = week.locator("[data-target]")
    expect(target).to_have_text("Selasa 8 September, 09.00–10.00: tetap seperti sekarang")
    for key, words in [
        ("ArrowRight", "Rabu 9 September, 09.00–10.00: sudah ada Kelompok Batik Talang"),
        ("PageDown", "Rabu 9 September, 10.00–11.00: sudah ada Kelompok Batik Talang"),
        ("ArrowUp", "Rabu 9 September, 09.45–10.45: sudah ada Kelompok Batik Talang"),
        ("ArrowLeft", "Selasa 8 September, 09.45–10.45: sudah ada Bagus Prakoso"),
    ]:
        expect(week.locator(".ghost button")).to_be_focused()
        keys.press(key)
        expect(target).to_have_text(words)
    keys.press("Escape")
    expect(week.get_by_role("status")).to_contain_text("Tetap Selasa 8 September, 09.00–10.00.")
    expect(week.locator(f"{SITI} a")).to_be_focused()
    assert not server.asked
    for key in ("Enter", "Enter"):
        keys.press(key)
    for key in ("ArrowRight", "PageDown", "PageDown", "PageDown", "Enter"):
        expect(week.locator(".ghost button")).to_be_focused()
        keys.press(key)
    expect(week.get_by_role("status")).to_contain_text("Siti Nuraeni pindah.")
    assert server.asked == ["2026-09-09T12:00:00+07:00"]


def test_taps_move_it(week: Locator, server: Server) -> None:
    week.locator(f"{SITI} a").click()
    week.get_by_role("button", name="Pindah jadwal").click()
    column = week.locator(".wday").nth(3).locator("ol").bounding_box()
    assert column
    week.page.mouse.click(column["x"] + 40, column["y"] + 3 * HOUR + 3)
    expect(week.locator("[data-target]")).to_have_text("Kamis 10 September, 11.00–12.00: kosong")
    week.get_by_role("button", name="Pindah ke sini").click()
    expect(week.get_by_role("status")).to_contain_text("Siti Nuraeni pindah.")
    assert server.asked == ["2026-09-10T11:00:00+07:00"]


@pytest.mark.parametrize("held", [False, True], ids=["a swipe scrolls", "a long press drags"])
def test_a_finger(visit: Callable[..., Page], server: Server, browser: Any, portal: Any, held: bool) -> None:
    context = browser.new_context(
        base_url=portal.url, viewport={"width": 1180, "height": 900}, has_touch=True
    )
    page = context.new_page()
    page.route("**/calendar/appointments/*/move", server)
    page.goto("/dev/components")
    page.locator("#week-light.is-live").scroll_into_view_if_needed()
    fingers = context.new_cdp_session(page)

    def touch(kind: str, *points: dict[str, float]) -> None:
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    box = page.locator(SITI).bounding_box()
    before = page.evaluate("scrollY")
    x, y = box["x"] + 40, box["y"] + 8
    touch("touchStart", {"x": x, "y": y})
    if held:
        page.wait_for_timeout(600)
    for step in range(1, 11):
        touch("touchMove", {"x": x, "y": y + (step if held else -step) * 12})
    touch("touchEnd")
    page.wait_for_timeout(300)
    assert bool(server.asked) is held
    assert (page.evaluate("scrollY") == before) is held
    context.close()
