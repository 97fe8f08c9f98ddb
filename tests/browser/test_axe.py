"""Every page for everybody: nothing that axe-core finds, and not a word in the browser's console."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.pages import VISITORS, open_place, places_of
from tests.browser.portal import LAPTOP, PHONE, Portal

pytestmark = pytest.mark.browser

WATCH = """addEventListener("securitypolicyviolation", (event) =>
    console.error(`policy: ${event.violatedDirective} refuses ${event.blockedURI}`))"""


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
        faults += [f"{place}: {fault}" for fault in [*said, *violations(page)]]
        console.said.clear()
    assert not faults, "\n".join(faults)
