"""Who looks at the pages that are measured."""

from sqlalchemy import text

from portal.accounts.passwords import hash_password
from portal.accounts.services import set_password
from portal.clock import now
from portal.db import unit_of_work
from tests.bench.browser import Browser
from tests.bench.servers import Server
from tests.bench.stage import inside

PASSWORD = "tujuh-teko-teh-poci"
WITH_MOST_BOOKINGS = text(
    """
    SELECT person.id, person.email FROM person JOIN reservation ON reservation.person_id = person.id
    WHERE person.email_confirmed_at IS NOT NULL AND person.email NOT LIKE '%@demo.example'
      AND NOT EXISTS (SELECT FROM role_grant WHERE person_id = person.id AND role <> 'entrepreneur')
    GROUP BY person.id ORDER BY count(*) DESC, person.id LIMIT :count
    """
)
_CALLED = text("SELECT id FROM person WHERE email = :email AND email_confirmed_at IS NOT NULL")


def regulars(url: str, count: int) -> list[str]:
    """Addresses of the entrepreneurs who have booked most."""
    with inside(url), unit_of_work() as session:
        return [email for _, email in session.execute(WITH_MOST_BOOKINGS, {"count": count})]


def signed_in(server: Server, url: str, email: str) -> dict[str, str]:
    """Headers of somebody whose browser has seen a page already; they sign in with `PASSWORD` from now on."""
    with inside(url), unit_of_work() as session:
        person_id = session.execute(_CALLED, {"email": email}).scalar_one()
        set_password(session, person_id, hash_password(PASSWORD), at=now())
    browser = Browser(server.port).sign_in(email, PASSWORD)
    browser.open("/bookings", with_parts=False)
    return browser.headers
