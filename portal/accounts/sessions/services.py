"""Sign in, sign out, and the devices on which somebody is signed in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from portal.accounts.demo_only import is_shut
from portal.accounts.logins import Login
from portal.accounts.models import Credential, UserSession
from portal.accounts.passwords import TRIES
from portal.accounts.throttling import (
    SIGN_IN_ACCOUNT,
    SIGN_IN_ADDRESS,
    SIGN_IN_DEVICE,
    SIGN_IN_HERE,
    Charge,
    TooManyTries,
    charge,
    refund,
)
from portal.accounts.tokens import new_token, token_hash
from portal.audit.services import record
from portal.errors import N_, NotFound, RuleBroken

LASTS = timedelta(hours=12)
"""A session of a browser that was not asked to remember: a day at the space."""
LASTS_REMEMBERED = timedelta(days=60)
SEEN_EVERY = timedelta(minutes=15)
"""How exactly it is known when a device was last seen; more would cost a write for each page."""


class WrongPassword(RuleBroken):
    """One answer for an unknown name and for a wrong password."""

    code = "sign-in"
    message = N_("That name and that password do not belong together. Look at both once more.")


class UnknownDevice(NotFound):
    code = "device"
    message = N_("That device is signed out already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    login: Login | None
    """None: what was typed is no sign-in name, which is answered just like an unknown one."""
    typed: str
    network: str
    """Whence it comes, see `throttling.network_of`."""
    known_people: frozenset[int]
    """Who signed in from this device before."""


@dataclass(frozen=True, slots=True)
class Candidate:
    person_id: int
    password_hash: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try that may be made: first compare the password with the candidates', outside of any transaction."""

    candidates: tuple[Candidate, ...]
    charges: tuple[Charge, ...]

    @property
    def password_hashes(self) -> list[str]:
        return [candidate.password_hash for candidate in self.candidates]


_CANDIDATES = text(
    """
    SELECT p.id, c.password_hash FROM person p JOIN credential c ON c.person_id = p.id
    WHERE (cast(:email AS text) IS NOT NULL AND lower(p.email) = lower(:email))
       OR (cast(:phone AS text) IS NOT NULL AND p.phone = :phone)
    ORDER BY CASE WHEN cast(:email AS text) IS NOT NULL THEN p.email_confirmed_at IS NOT NULL
                  ELSE p.phone_confirmed_at IS NOT NULL END DESC,
        p.id = ANY(cast(:known AS int[])) DESC, p.met_at IS NOT NULL DESC, p.id DESC
    LIMIT :tries
    """
)
"""Whose name it is comes first, then whom this device knows; of the rest the newest, as old ones that nobody came
back to are only swept out after a while."""


def begin_sign_in(session: Session, command: SignIn, *, at: datetime) -> Attempt:
    """Charges the try and says with whose passwords it may be compared.

    Somebody's own device is counted by itself: it goes on being heard, for that person alone, while
    strangers' failures hold back everybody else.

    Raises:
        TooManyTries: neither way is open now.
    """
    key = command.login.key if command.login else command.typed.strip().lower()
    candidates = _candidates(session, command)
    own = next((one for one in candidates if one.person_id in command.known_people), None)
    charges: list[Charge] = []
    if own is not None:
        charges += _try_charge(session, [Charge(SIGN_IN_DEVICE, str(own.person_id))], at) or []
    is_known = bool(charges)
    try:
        open_to_all = _charge_stranger(session, key, command.network, at)
    except TooManyTries:
        if not is_known:
            raise
        return Attempt(tuple(one for one in candidates if one is own), tuple(charges))
    return Attempt(candidates, (*charges, *open_to_all))


def _charge_stranger(session: Session, key: str, network: str, at: datetime) -> list[Charge]:
    """One try from a device that nobody knows; answers with what was charged.

    The account's own count, and that of the account as tried from this network: one of them must be open. By the
    first alone, who tries every second from elsewhere would always be there first when the wait ends.

    Raises:
        TooManyTries: neither is, or many tried from this network.
    """
    charged: list[Charge] = []
    waits: list[int] = []
    with session.begin_nested():
        charge(session, [Charge(SIGN_IN_ADDRESS, network)], at=at)
        for one in (Charge(SIGN_IN_ACCOUNT, key), Charge(SIGN_IN_HERE, f"{key} {network}")):
            try:
                charge(session, [one], at=at)
            except TooManyTries as closed:
                waits.append(closed.seconds)
            else:
                charged.append(one)
        if not charged:
            raise TooManyTries(min(waits))
    return [*charged, Charge(SIGN_IN_ADDRESS, network)]


def _candidates(session: Session, command: SignIn) -> tuple[Candidate, ...]:
    login = command.login
    if login is None or is_shut(login.email):
        return ()
    parameters = {
        "email": login.email,
        "phone": login.phone,
        "known": sorted(command.known_people),
        "tries": TRIES,
    }
    return tuple(Candidate(row.id, row.password_hash) for row in session.execute(_CANDIDATES, parameters))


def _try_charge(session: Session, charges: list[Charge], at: datetime) -> list[Charge] | None:
    try:
        charge(session, charges, at=at)
    except TooManyTries:
        return None
    return charges


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    device: str
    remember: bool


def complete_sign_in(
    session: Session,
    attempt: Attempt,
    candidate: Candidate,
    command: OpenSession,
    *,
    new_hash: str | None,
    at: datetime,
) -> str:
    """Opens the session of whom the password fits; answers with its token, the only time it is known.

    `new_hash` replaces one made with outdated parameters.

    Raises:
        WrongPassword: the password was changed since it was compared.
    """
    unchanged = select(Credential.person_id).where(
        Credential.person_id == candidate.person_id, Credential.password_hash == candidate.password_hash
    )
    if session.scalar(unchanged.with_for_update()) is None:
        raise WrongPassword()
    if new_hash is not None:
        session.execute(
            update(Credential)
            .where(Credential.person_id == candidate.person_id)
            .values(password_hash=new_hash)
        )
    refund(session, attempt.charges)
    return open_session(session, candidate.person_id, command, at=at)


def open_session(
    session: Session, person_id: int, command: OpenSession, *, at: datetime, token: str | None = None
) -> str:
    """A new token at every sign-in, so that none that somebody planted before is worth anything."""
    token = token or new_token()
    session_id = session.scalar(
        insert(UserSession)
        .values(
            person_id=person_id,
            token_hash=token_hash(token),
            device=command.device,
            created_at=at,
            last_seen_at=at,
            expires_at=at + (LASTS_REMEMBERED if command.remember else LASTS),
        )
        .returning(UserSession.id)
    )
    assert session_id is not None  # noqa: S101 (an insert answers with its key)
    record(
        session,
        "accounts.sign_in",
        ("user_session", session_id),
        at=at,
        actor_id=person_id,
        person_id=person_id,
    )
    return token


def touch_session(session: Session, session_id: int, *, at: datetime) -> None:
    """The device was seen. Does nothing where another request of the same moment did it already."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.last_seen_at <= at - SEEN_EVERY)
        .values(last_seen_at=at)
    )


def close_session(session: Session, person_id: int, session_id: int, *, at: datetime) -> None:
    """Signs one device out; whoever copied its cookie is out as well.

    Raises:
        UnknownDevice: it is nobody's, or somebody else's.
    """
    closed = session.scalar(
        delete(UserSession)
        .where(UserSession.id == session_id, UserSession.person_id == person_id)
        .returning(UserSession.id)
    )
    if closed is None:
        raise UnknownDevice()
    record(
        session,
        "accounts.sign_out",
        ("user_session", session_id),
        at=at,
        actor_id=person_id,
        person_id=person_id,
    )


def close_other_sessions(session: Session, person_id: int, keep_id: int | None) -> int:
    """Signs out everywhere but on the device `keep_id`; answers on how many devices."""
    ended = delete(UserSession).where(UserSession.person_id == person_id)
    if keep_id is not None:
        ended = ended.where(UserSession.id != keep_id)
    return len(session.scalars(ended.returning(UserSession.id)).all())
