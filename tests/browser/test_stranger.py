"""A stranger scans the poster with a cheap phone: by taps alone to the QR code, for very little data."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from tests.browser.portal import PASSWORD, PHONE, TICKET, Portal

pytestmark = pytest.mark.browser

FIRST_VIEW, FIRST_REQUESTS = 100_000, 8
"""Bytes, and how many requests."""
WHOLE = 200_000
"""Bytes from the poster to the ticket."""
MOST_FIELDS = 5

_numbers = count(67001)


class Meter:
    """What crosses the wire, as Chromium itself counts it."""

    def __init__(self, page: Page) -> None:
        self.bytes = self.requests = 0
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        network.on("Network.requestWillBeSent", self._sent)
        network.on("Network.loadingFinished", self._finished)

    def _sent(self, event: dict[str, dict[str, str]]) -> None:
        self.requests += not event["request"]["url"].startswith("data:")

    def _finished(self, event: dict[str, float]) -> None:
        self.bytes += int(event["encodedDataLength"])


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_poster_to_the_qr_code(visit: Callable[..., Page], portal: Portal, scripts: bool) -> None:
    page = visit(width=PHONE, scripts=scripts)
    meter = Meter(page)
    page.goto("/", wait_until="networkidle")
    assert meter.bytes <= FIRST_VIEW, f"the first page view is {meter.bytes} bytes"
    assert meter.requests <= FIRST_REQUESTS

    page.get_by_role("link", name="Pesan meja", exact=True).tap()
    page.locator(".grid .pick a").first.tap()
    chosen = page.locator(".confirm b").inner_text()
    assert chosen.startswith("Meja ")
    page.get_by_role("button", name="Pesan meja ini").tap()

    expect(page.locator(".kept b")).to_have_text(chosen)
    fields = page.locator("main form :is(input, select, textarea):visible")
    assert fields.count() <= MOST_FIELDS
    page.fill("[name=name]", "Siti Nuraeni")
    page.fill("[name=login]", f"0812345{next(_numbers)}")
    page.fill("[name=password]", PASSWORD)
    page.locator("[name=consent]").tap()
    page.get_by_role("button", name="Buat akun dan pesan").tap()

    page.wait_for_url(TICKET)
    page.wait_for_load_state("networkidle")
    desk = chosen.removeprefix("Meja ").split(",")[0]
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Meja {desk} jadi milikmu.")
    reference = page.url.split("/")[-1].split("?")[0]
    shown = f"{reference[:3]} {reference[3:6]} {reference[6:]}"
    expect(page.locator(".ticket")).to_contain_text(shown)
    code = page.get_by_role("img", name=f"Kode QR pesanan {reference}")
    expect(code).to_be_visible()
    box = code.bounding_box()
    assert box
    assert box["width"] >= 120, "too small to be read"
    assert meter.bytes <= WHOLE, f"from the poster to the ticket {meter.bytes} bytes"
