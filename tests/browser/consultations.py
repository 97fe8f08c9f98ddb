"""Pages about consultations: the entrepreneur's, the consultant's, the front desk's and the administrator's."""

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


def of_consultant(portal: Portal, email: str) -> Iterator[tuple[str, Act]]:
    own = text(
        "SELECT v.reference FROM reservation v JOIN appointment a ON a.id = v.id JOIN consultant c ON c.id = a.consultant_id"
        " JOIN person p ON p.id = c.person_id WHERE p.email = :email AND v.state = :state ORDER BY v.starts_at DESC LIMIT 1"
    )
    with portal.engine.connect() as connection:
        found = {state: connection.scalar(own, {"email": email, "state": state}) for state in STATES}
        block_id = connection.scalar(
            text(
                "SELECT x.id FROM closure x JOIN consultant c ON c.id = x.resource_id JOIN person p ON p.id = c.person_id"
                " WHERE p.email = :email ORDER BY x.starts_at DESC LIMIT 1"
            ),
            {"email": email},
        )
    yield "/calendar", None
    yield "/calendar?week=2026-01-05", None
    yield "/calendar/cases", None
    for reference in filter(None, found.values()):
        yield f"/calendar/appointments/{reference}", None
    waiting = f"/calendar/appointments/{found['requested']}"
    yield f"{waiting}/decline", None
    yield f"{waiting}/decline", refused_form
    yield f"{waiting}/move", None
    yield f"/calendar/appointments/{found['confirmed']}/cancel", None
    held = f"/calendar/appointments/{found['completed']}"
    yield f"{held}/note", None
    yield f"{held}/follow-up", None
    yield f"{held}/follow-up", refused_form
    yield f"/consultations/{found['completed']}/files", refused_form
    yield "/calendar/new", None
    yield "/calendar/block", None
    yield f"/calendar/block/{block_id}", None
    yield "/calendar/hours", None
    yield "/calendar/hours/off/new", None
    yield "/calendar/hours/overrides/new", None
    yield f"/calendar/hours/overrides/{_override(portal, email)}", None
    yield "/calendar/profile", None
    yield "/agenda", None


def of_front_desk(portal: Portal, email: str) -> Iterator[tuple[str, Act]]:
    with portal.engine.connect() as connection:
        person_id = connection.scalar(text("SELECT id FROM person WHERE email = :email"), {"email": email})
        topic_id = connection.scalar(text("SELECT min(id) FROM topic WHERE is_active"))
        mistyped_id = connection.scalar(
            text(
                "INSERT INTO person (name, email, language, created_at)"
                " VALUES ('Joko Purnomo', 'joko@salah.example', 'id', now()) RETURNING id"
            )
        )
        connection.commit()
    yield f"/desk/people/{mistyped_id}/email", None
    yield "/desk/people/new", None
    yield "/desk/people/new", refused_form
    yield f"/desk/people/{person_id}/consultation", None
    yield f"/desk/people/{person_id}/consultation?topic_id={topic_id}", None


def of_administrator(portal: Portal) -> Iterator[tuple[str, Act]]:
    with portal.engine.connect() as connection:
        topic_id = connection.scalar(text("SELECT min(id) FROM topic"))
        consultant_id = connection.scalar(text("SELECT min(id) FROM consultant"))
        person_id = connection.scalar(
            text("SELECT min(id) FROM person WHERE email = 'entrepreneur2@demo.example'")
        )
        email = connection.scalar(
            text("SELECT p.email FROM person p JOIN consultant c ON c.person_id = p.id WHERE c.id = :id"),
            {"id": consultant_id},
        )
    yield "/admin/topics", None
    yield "/admin/topics/new", None
    yield f"/admin/topics/{topic_id}", None
    yield "/admin/outcomes", None
    yield "/admin/consultants", None
    yield f"/admin/consultants/new?person={person_id}", None
    yield f"/admin/consultants/{consultant_id}", None
    yield "/admin/consultants/rooms", None
    hours = f"/admin/consultants/{consultant_id}/hours"
    yield hours, None
    yield f"{hours}/off/new", None
    yield f"{hours}/overrides/new", None
    yield f"{hours}/overrides/{_override(portal, email)}", None


def _override(portal: Portal, email: str | None) -> int:
    """Other hours for some far days of a consultant's."""
    with portal.engine.begin() as connection:
        number = connection.scalar(
            text(
                "INSERT INTO hours_override (resource_id, from_date, until_date)"
                " SELECT c.id, current_date + 200, current_date + 206 FROM consultant c JOIN person p ON p.id = c.person_id"
                " WHERE p.email = :email AND NOT EXISTS (SELECT FROM hours_override o WHERE o.resource_id = c.id"
                "   AND o.until_date >= current_date + 200) RETURNING id"
            ),
            {"email": email},
        ) or connection.scalar(
            text(
                "SELECT max(o.id) FROM hours_override o JOIN consultant c ON c.id = o.resource_id"
                " JOIN person p ON p.id = c.person_id WHERE p.email = :email"
            ),
            {"email": email},
        )
    assert number is not None
    return int(number)


def refused_form(page: Page) -> None:
    """Sent as it is: empty."""
    page.locator("main form .button[type=submit]").last.click()
    page.locator(".summary").wait_for()


def take_first(page: Page) -> None:
    """The first of the soonest times: the page that checks it."""
    page.locator(".soon a").first.click()
    page.locator(".kept").wait_for()
