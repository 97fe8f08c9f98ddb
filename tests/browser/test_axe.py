"""Every page for everybody: nothing that axe-core finds, no word in the console, nothing too wide or too small."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.pages import VISITORS, open_place, places_of
from tests.browser.portal import LAPTOP, PHONE, Portal
from tests.browser.widths import misfits

pytestmark = pytest.mark.browser

WATCH = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI}`))"""

NO_PAGES = {
    "agenda.calendar_feed",
    "bookings.again",
    "bookings.calendar",
    "consultations.calendar",
    "consultations.file",
    "consultations.photo",
    "demo.attachment",
    "demo.page",
    "hours.own_photo",
    "spaces.today",
    "static",
    "topics.photo",
    "web.healthz",
    "web.prometheus",
    "web.readyz",
}
ELSEWHERE = {
    "bookings.new",  # reached by a button
    "consultations.new",  # the same
}


class Console:
    """What the browser complains of."""

    def __init__(self, page: Page) -> None:
        self.said: list[str] = []
        page.add_init_script(WATCH)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # That the page itself is a refusal is no news.
        of_page = message.page is not None and message.location.get("url") == message.page.url
        if message.type in {"error", "warning"} and not (of_page and "Failed to load" in message.text):
            self.said.append(message.text)


def violations(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"][:3]]


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize(
    ("width", "language", "dark"),
    [(PHONE, "id", False), (LAPTOP, "en", True)],
    ids=["phone, Indonesian, light", "laptop, English, dark"],
)
def test_nobody_is_kept_out(
    visit: Callable[..., Page], portal: Portal, visitor: str, width: int, language: str, dark: bool
) -> None:
    email, places = places_of(portal, visitor)
    page = visit(email, width=width, language=language, dark=dark)
    console = Console(page)
    faults = []
    for place in places:
        open_place(page, place)
        console.said, said = [], console.said
        faults += [f"{place}: {fault}" for fault in [*said, *violations(page), *misfits(page)]]
        console.said.clear()
    assert not faults, "\n".join(faults)


def test_no_page_is_left_out(migrated_app: Flask, portal: Portal) -> None:
    """Who adds a page adds it to `pages.py` as well."""
    rules = [rule for rule in migrated_app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    wanted = {rule.endpoint for rule in rules if not rule.endpoint.startswith("api.")} - NO_PAGES - ELSEWHERE
    address = migrated_app.url_map.bind("127.0.0.1")
    for visitor in VISITORS:
        for place in places_of(portal, visitor)[1]:
            if place.status == 200:
                wanted.discard(address.match(place.path.partition("?")[0])[0])
    assert not wanted, f"no browser looks at {sorted(wanted)}"
