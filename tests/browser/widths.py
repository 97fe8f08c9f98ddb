"""A page at the width of a phone, a tablet and a laptop."""

from collections.abc import Iterator

from playwright.sync_api import Page

from tests.browser.portal import LAPTOP, PHONE, TABLET

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


def misfits(page: Page) -> Iterator[str]:
    """What makes it scroll sideways at any width, and what on a phone a thumb would miss."""
    before = page.viewport_size
    for width in (PHONE, TABLET, LAPTOP):
        page.set_viewport_size({"width": width, "height": 740})
        if sideways := page.evaluate(SIDEWAYS):
            yield f"scrolls sideways at {width}: {sideways}"
        if width == PHONE:
            yield from page.evaluate(TARGETS, SMALLEST)
    if before:
        page.set_viewport_size(before)
