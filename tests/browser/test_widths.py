"""Every page at the width of a phone, a tablet and a laptop: nothing scrolls sideways, all can be hit by a thumb."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.pages import VISITORS, open_place, places_of
from tests.browser.portal import LAPTOP, PHONE, TABLET, Portal

pytestmark = pytest.mark.browser

SIDEWAYS = """() => { const root = document.documentElement, over = root.scrollWidth - root.clientWidth;
    const wide = [...document.querySelectorAll("body *")].find((element) => element.getBoundingClientRect().right
        > root.clientWidth + 1);
    return over > 0 ? `${over} pixels, by ${wide?.outerHTML.slice(0, 150)}` : "" }"""
SMALLEST = 44
TARGETS = """(smallest) => [...document.querySelectorAll(
    `button, .button, summary, select, input:not([type=hidden], [type=checkbox], [type=radio]), .choice, .chip,
     .crumb, nav a, .tabs a, .list a, .hours a`)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .filter((element) => element.getBoundingClientRect().height < smallest - 0.5)
    .map((element) => `${element.getBoundingClientRect().height} pixels high: ${element.outerHTML.slice(0, 150)}`)"""


@pytest.mark.parametrize("visitor", VISITORS)
@pytest.mark.parametrize("language", ["id", "en"])
def test_it_fits(visit: Callable[..., Page], portal: Portal, visitor: str, language: str) -> None:
    email, places = places_of(portal, visitor)
    page = visit(email, width=PHONE, language=language)
    faults = []
    for place in places:
        for width in (PHONE, TABLET, LAPTOP):
            page.set_viewport_size({"width": width, "height": 740})
            if width == PHONE:
                open_place(page, place)
                faults += [f"{place}: {fault}" for fault in page.evaluate(TARGETS, SMALLEST)]
            if sideways := page.evaluate(SIDEWAYS):
                faults.append(f"{place} at {width}: {sideways}")
    assert not faults, "\n".join(faults)
