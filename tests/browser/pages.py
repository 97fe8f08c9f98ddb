"""Every page, and every state of one that looks different, for each kind of visitor."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count

from playwright.sync_api import Page

from tests.browser import consultations
from tests.browser.consultations import refused_form
from tests.browser.portal import PASSWORD, Portal, choose

NOBODY = ""
ENTREPRENEUR = "entrepreneur@demo.example"
FRONT_DESK = "frontdesk@demo.example"
ADMIN = "admin@demo.example"
CONSULTANT = "consultant@demo.example"
VISITORS = ("nobody", "newcomer", "entrepreneur", "consultant", "front desk", "administrator")

FEW = "?feature=wheelchair"
"""Few desks: axe takes its time over all sixty, which nobody looks at once."""

_numbers = count(68001)


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    status: int = 200
    act: Callable[[Page], object] | None = None
    """What brings the page into the state that is meant."""

    def __str__(self) -> str:
        return f"{self.path} ({self.act.__name__})" if self.act else self.path


def open_place(page: Page, place: Place) -> None:
    answer = page.goto(place.path)
    assert answer
    assert answer.status == place.status, f"{place} answers {answer.status}"
    if place.act:
        place.act(page)
        page.wait_for_load_state()


def places_of(portal: Portal, visitor: str) -> tuple[str, list[Place]]:
    """The address of this kind of visitor, and all they can look at."""
    if visitor == "newcomer":
        email = portal.new_person()
        return email, list(_of_newcomer(portal, email))
    email, places = {
        "nobody": (NOBODY, _of_nobody),
        "entrepreneur": (ENTREPRENEUR, _of_entrepreneur),
        "consultant": (CONSULTANT, _of_consultant),
        "front desk": (FRONT_DESK, _of_front_desk),
        "administrator": (ADMIN, _of_administrator),
    }[visitor]
    return email, list(places(portal))


def _of_nobody(portal: Portal) -> Iterator[Place]:
    day, site = portal.days[0], portal.days[0].rpartition("/")[0]
    yield Place("/")
    yield Place(day)
    yield Place(f"{day}?feature=wheelchair&start=13:00&end=15:00&all=1")
    yield Place(day + FEW, act=choose)
    yield Place(f"{day}?kind=room")
    yield Place(f"{day}?kind=room&seats=400")  # nothing fits
    yield Place(f"{site}/2020-02-03")  # over
    yield Place(f"{site}/2199-02-03")  # not open yet
    yield Place("/register")
    yield Place(day + FEW, act=register_in_between)
    yield Place("/register", act=refused_form)
    yield Place("/sign-in?next=/bookings")
    yield Place("/sign-in", act=wrong_password)
    yield Place("/sign-in", act=too_many_passwords)
    yield Place("/sign-in", act=without_cookies)
    yield Place("/forgot")
    yield Place("/forgot", act=refused_form)
    yield Place("/forgot/sent")
    yield Place("/forgot/code")
    yield Place("/forgot/code", act=refused_form)
    yield Place(portal.reset_link(portal.new_person()))
    yield Place("/reset/nothing", 404)
    yield Place(portal.confirm_link(portal.new_person(), f"baru{next(_numbers)}@contoh.example"))
    yield Place("/confirm/nothing", 404)
    yield Place("/house-rules")
    yield Place("/privacy")
    yield Place("/accessibility")
    yield Place("/dev/components")
    yield Place(portal.mail())
    yield Place("/dev/mail")
    yield Place("/nothing/here", 404)
    for path, status in consultations.of_nobody(portal):
        yield Place(path, status)
    for status in (405, 413, 429, 500, 503):
        yield Place(f"/fails/{status}", status)


def _of_newcomer(portal: Portal, email: str) -> Iterator[Place]:
    """Nothing is there yet; then the first booking, at the second try."""
    yield Place("/bookings")
    yield Place("/inbox")

    def too_late(page: Page) -> None:
        choose(page)
        portal.take(page)
        page.locator(".confirm form .button").click()
        page.locator(".offer").first.wait_for()

    def over_meanwhile(page: Page) -> None:
        page.locator("a[href$='/cancel']").first.click()
        page.locator("main .button--stop").wait_for()
        portal.end(portal.references(email)[0])
        page.locator("main .button--stop").click()
        page.locator(".refusal").wait_for()

    def second_try(page: Page) -> None:
        choose(page)
        page.locator(".confirm form .button").click()
        page.locator(".ticket").wait_for()

    yield Place(portal.days[3], act=too_late)
    yield Place(portal.days[3], act=second_try)
    yield Place("/")
    yield Place("/inbox")
    yield Place("/bookings", act=over_meanwhile)


def _of_entrepreneur(portal: Portal) -> Iterator[Place]:
    coming = portal.references(ENTREPRENEUR)[0]
    past = portal.references(ENTREPRENEUR, "completed")[0]
    day = portal.days[0]
    yield Place("/")
    yield Place(day + FEW, act=choose)
    yield Place("/bookings")
    yield Place(f"/bookings/{coming}")
    yield Place(f"/bookings/{coming}?new=1")
    yield Place(f"/bookings/{past}")
    yield Place(f"/bookings/{coming}/move")
    yield Place(f"/bookings/{coming}/move", act=choose)
    yield Place(f"/bookings/{coming}/cancel")
    yield Place(day + FEW, act=look_once_more)
    yield Place("/inbox")
    yield Place("/account")
    yield Place("/account/devices")
    for what in ("email", "phone", "password", "delete"):
        yield Place(f"/account/{what}")
        yield Place(f"/account/{what}", act=refused_form)
    yield Place("/desk", 403)
    yield Place("/agenda")
    for path, act in consultations.of_entrepreneur(portal, ENTREPRENEUR):
        yield Place(path, act=act)
    yield Place("/bookings/TRSAAAAAA", 404)


def _of_consultant(portal: Portal) -> Iterator[Place]:
    for path, act in consultations.of_consultant(portal, CONSULTANT):
        yield Place(path, act=act)


def _of_front_desk(portal: Portal) -> Iterator[Place]:
    yield Place("/desk")
    for tab in ("here", "left", "missed"):
        yield Place(f"/desk?tab={tab}")
    yield Place("/desk?q=a")
    yield Place("/desk?q=zzzzzz")
    phone = f"+62812345{next(_numbers)}"
    portal.new_stranger(phone)
    yield Place(f"/desk?q={phone[-8:]}", act=confirm_and_give_code)
    yield Place(portal.days[0] + FEW, act=choose)
    yield Place("/desk", act=open_menu)
    for path, act in consultations.of_front_desk(portal, ENTREPRENEUR):
        yield Place(path, act=act)


def _of_administrator(portal: Portal) -> Iterator[Place]:
    yield Place("/admin")
    yield Place("/admin/audit")
    yield Place("/admin/audit?name=zzzzzz")
    yield Place("/admin/audit", act=open_menu)
    for path, act in consultations.of_administrator(portal):
        yield Place(path, act=act)


def register_in_between(page: Page) -> None:
    choose(page)
    page.locator(".confirm form .button").click()
    page.locator(".kept").wait_for()


def wrong_password(page: Page) -> None:
    page.fill("[name=login]", f"0812345{next(_numbers)}")
    page.fill("[name=password]", PASSWORD)
    refused_form(page)


def too_many_passwords(page: Page) -> None:
    login = f"0812345{next(_numbers)}"
    while not page.locator(".notice").count():
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.locator("main form .button[type=submit]").last.click()
        page.locator(".summary, .notice").wait_for()


def without_cookies(page: Page) -> None:
    """The form lay open for long, and the browser has forgotten its cookies meanwhile."""
    page.context.clear_cookies(name="session")
    page.fill("[name=login]", f"0812345{next(_numbers)}")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form .button[type=submit]").last.click()
    page.locator(".refusal").wait_for()


def look_once_more(page: Page) -> None:
    """The choice on a page of its own, as one meets it after signing in."""
    choose(page)
    bar = page.locator(".confirm")
    names = ("resource_id", "starts_at", "ends_at")
    query = {name: bar.locator(f"[name={name}]").input_value() for name in names}
    page.goto(
        "/bookings/new?" + "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in query.items())
    )


def confirm_and_give_code(page: Page) -> None:
    buttons = page.locator(".duty--known form .button")
    buttons.first.click()
    page.locator(".notice").wait_for()
    buttons.last.click()
    page.locator(".code").wait_for()


def open_menu(page: Page) -> None:
    page.locator("details.menu summary").click()
