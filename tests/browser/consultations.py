"""The entrepreneur's pages about consultations."""

from collections.abc import Callable, Iterator

from itsdangerous import URLSafeSerializer
from playwright.sync_api import Page
from sqlalchemy import text

from tests.browser.portal import Portal

Act = Callable[[Page], object] | None
STATES = ("requested", "confirmed", "completed", "no-show", "declined", "cancelled")


def of_nobody(portal: Portal) -> Iterator[tuple[str, int]]:
    """Addresses, and how they answer."""
    with portal.engine.connect() as connection:
        topic_id, consultant_id = connection.execute(
            text("SELECT topic_id, consultant_id FROM consultant_topic ORDER BY topic_id LIMIT 1")
        ).one()
    times = f"/consultations/topics/{topic_id}"
    yield "/consultations", 200
    yield times, 200
    yield f"{times}?consultant={consultant_id}&mode=video", 200
    yield f"{times}?consultant=999999&page=2", 200
    yield f"{times}?page=20", 200
    yield f"/consultations/consultants/{consultant_id}", 200
    yield "/consultations/link/nothing", 404
    for tail in ("", "/move", "/cancel"):
        yield link(portal) + tail, 200


def link(portal: Portal) -> str:
    """What a mail leads to."""
    coming = text(
        "SELECT id, sequence FROM reservation WHERE kind = 'appointment' AND state = 'requested'"
        " ORDER BY starts_at DESC, id LIMIT 1"
    )
    with portal.engine.connect() as connection:
        row = connection.execute(coming).one()
    signer = URLSafeSerializer(portal.settings.secret_key, salt="portal.consultations.appointments")
    return f"/consultations/link/{signer.dumps([row.id, row.sequence])}"


def of_entrepreneur(portal: Portal, email: str) -> Iterator[tuple[str, Act]]:
    yield "/consultations", None
    for state in STATES:
        for reference in portal.references(email, state, kind="appointment")[:1]:
            yield f"/consultations/{reference}", None
    coming = portal.references(email, kind="appointment")[0]
    yield f"/consultations/{coming}/move", None
    yield f"/consultations/{coming}/move", take_first
    yield f"/consultations/{coming}/cancel", None
    yield f"/consultations/{coming}/files", None
    topics = text("SELECT id FROM topic WHERE is_active ORDER BY position, id")
    with portal.engine.connect() as connection:
        for topic_id in connection.scalars(topics).all()[:2]:
            yield f"/consultations/topics/{topic_id}", take_first


def take_first(page: Page) -> None:
    """The first of the soonest times: the page that checks it."""
    page.locator(".soon a").first.click()
    page.locator(".kept").wait_for()
