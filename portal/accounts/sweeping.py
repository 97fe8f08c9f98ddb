"""Rows that are worth nothing any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.accounts.models import AccountToken, Throttle, UserSession

FORGIVEN = timedelta(days=2)
"""By then every count in the throttle has been forgiven."""


def sweep(session: Session, *, at: datetime) -> None:
    session.execute(delete(UserSession).where(UserSession.expires_at <= at))
    session.execute(delete(AccountToken).where(AccountToken.expires_at <= at))
    session.execute(delete(Throttle).where(Throttle.last_at <= at - FORGIVEN, Throttle.free_at <= at))
