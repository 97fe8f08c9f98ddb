"""The seven accounts of a demonstration: confirmed, one for each role and a second entrepreneur."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.demo_only import DOMAIN
from portal.accounts.models import Credential
from portal.accounts.passwords import fits, hash_password
from portal.accounts.services import CreateAccount, confirmed_owner, create_account, grant_role, set_password
from portal.accounts.sessions.services import close_other_sessions
from portal.permissions import Role


@dataclass(frozen=True, slots=True)
class DemoAccount:
    email: str
    name: str
    role: Role


DEMO_ACCOUNTS = tuple(
    DemoAccount(f"{who}{DOMAIN}", name, role)
    for who, name, role in (
        ("entrepreneur", "Siti Nuraeni", Role.ENTREPRENEUR),
        ("entrepreneur2", "Bagus Prakoso", Role.ENTREPRENEUR),
        ("consultant", "Ratna Dewi", Role.CONSULTANT),
        ("frontdesk", "Dewi Lestari", Role.FRONTDESK),
        ("manager", "Hendra Saputra", Role.MANAGER),
        ("official", "Sri Mulyaningsih", Role.OFFICIAL),
        ("admin", "Agus Wibowo", Role.ADMIN),
    )
)


def ensure_demo_accounts(
    session: Session, password: str, at: datetime, agency_id: int | None = None
) -> dict[str, int]:
    """Makes what is missing and lets all have `password`; answers with the person's id for each address.

    A password that is theirs already changes nothing; another one ends their sessions. `agency_id` is the
    manager's and the official's.
    """
    people: dict[str, int] = {}
    for account in DEMO_ACCOUNTS:
        agency = agency_id if account.role in {Role.MANAGER, Role.OFFICIAL} else None
        person_id = confirmed_owner(session, account.email)
        if person_id is None:
            command = CreateAccount(
                email=account.email,
                name=account.name,
                password_hash=hash_password(password),
                roles=frozenset({account.role}),
                agency_id=agency,
            )
            person_id = create_account(session, command, at=at)
        else:
            grant_role(session, person_id, account.role, agency_id=agency, at=at)
            _let_have(session, person_id, password, at)
        people[account.email] = person_id
    return people


def _let_have(session: Session, person_id: int, password: str, at: datetime) -> None:
    held = session.scalar(select(Credential.password_hash).where(Credential.person_id == person_id))
    if held is None or not fits(password, held):
        set_password(session, person_id, hash_password(password), at=at)
        close_other_sessions(session, person_id, None)
