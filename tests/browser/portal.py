"""The portal under a browser, and what a test does behind its back."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from playwright.sync_api import Page
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from portal.accounts.links import new_link
from portal.accounts.models import ApiToken, Person, TokenPurpose
from portal.accounts.passwords import hash_password
from portal.accounts.services import CreateAccount, create_account
from portal.accounts.tokens import new_token, token_hash
from portal.clock import now
from portal.config import Settings
from portal.permissions import Role
from tests.browser.post import deliver
from tests.concurrency.hosts import ask, environment

PASSWORD = "teh-poci-gula-batu"
TICKET = re.compile(r"/bookings/TRS[0-9A-Z]{6}(\?|$)")
PHONE = 360
TABLET = 768
LAPTOP = 1280

_numbers = count(1)


@dataclass
class Portal:
    url: str
    engine: Engine
    days: list[str]
    """Addresses of day pages after today on which the house is open all day, soonest first."""
    settings: Settings
    _token: str = field(default="")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def new_person(self) -> str:
        """The e-mail address of a new entrepreneur, confirmed, whose password is `PASSWORD`."""
        email = f"orang{next(_numbers)}@contoh.example"
        command = CreateAccount(
            email=email,
            name="Wulan Ayu",
            password_hash=hash_password(PASSWORD),
            roles=frozenset({Role.ENTREPRENEUR}),
        )
        with Session(self.engine) as session:
            create_account(session, command, at=now())
            session.commit()
        return email

    def new_stranger(self, phone: str) -> None:
        """Somebody with a number that nobody has confirmed yet, and no address."""
        with Session(self.engine) as session:
            session.add(Person(name="Joko Purnomo", phone=phone, language="id", created_at=now()))
            session.commit()

    def reset_link(self, email: str) -> str:
        return f"/reset/{self._link(email, TokenPurpose.RESET_PASSWORD, None)}"

    def confirm_link(self, email: str, new_email: str) -> str:
        return f"/confirm/{self._link(email, TokenPurpose.CHANGE_EMAIL, new_email)}"

    def _link(self, email: str, purpose: TokenPurpose, address: str | None) -> str:
        at = now()
        with Session(self.engine) as session:
            expires_at = at + timedelta(hours=1)
            token = new_link(
                session, _id_of(session, email), purpose, address=address, expires_at=expires_at, at=at
            )
            session.commit()
        return token

    def references(self, email: str, state: str = "confirmed", kind: str = "booking") -> list[str]:
        """Of this person's bookings, or of what `kind` says, the one that begins last first."""
        rows = text(
            "SELECT r.reference FROM reservation r JOIN person p ON p.id = r.person_id"
            " WHERE p.email = :email AND r.state = :state AND r.kind = :kind ORDER BY r.starts_at DESC"
        )
        with self.engine.connect() as connection:
            return list(connection.scalars(rows, {"email": email, "state": state, "kind": kind}))

    def take(self, page: Page) -> None:
        """Somebody else books what stands on the page's confirm bar."""
        bar = page.locator(".confirm")
        body = {
            "resource_id": int(bar.locator("[name=resource_id]").input_value()),
            "starts_at": bar.locator("[name=starts_at]").input_value(),
            "ends_at": bar.locator("[name=ends_at]").input_value(),
        }
        status, answer = ask(self.port, "POST", "/api/v1/bookings", self._rival(), body)
        assert status == 201, answer

    def end(self, reference: str) -> None:
        """As the front desk does when somebody has come and left."""
        with self.engine.begin() as connection:
            over = text("UPDATE reservation SET state = 'completed' WHERE reference = :reference")
            connection.execute(over, {"reference": reference})

    def mail(self) -> str:
        """The page of a mail, which somebody was just sent about a booking."""
        _, _, site, _, day = self.days[-1].split("/")
        status, answer = ask(
            self.port, "GET", f"/api/v1/availability?site={site}&date={day}&kind=room", self._rival()
        )
        assert status == 200, answer
        room = next(one for one in answer["items"] if one["free"])
        starts_at = datetime.fromisoformat(room["free"][0]["starts_at"])
        body = {
            "resource_id": room["resource_id"],
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        }
        status, answer = ask(self.port, "POST", "/api/v1/bookings", self._rival(), body)
        assert status == 201, answer
        name = deliver(environment(self.settings), self.settings.instance)
        return f"/dev/mail/{name}"

    def _rival(self) -> str:
        """The token of somebody without a quota."""
        if not self._token:
            self._token = new_token()
            with Session(self.engine) as session:
                person_id = _id_of(session, "frontdesk@demo.example")
                hashed = token_hash(self._token)
                session.add(ApiToken(person_id=person_id, token_hash=hashed, created_at=now()))
                session.commit()
        return self._token


def _id_of(session: Session, email: str) -> int:
    return session.scalars(select(Person.id).where(Person.email == email)).one()


def choose(page: Page) -> None:
    """The first free time of the day page: a stretch on a wide screen, a row's button on a phone."""
    page.locator(".grid a:visible").first.click()
    page.locator(".confirm").wait_for()
