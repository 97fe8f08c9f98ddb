"""Whether a booking may still be moved or cancelled: what its page offers and what the services allow."""

from datetime import datetime

from portal.bookings.refusals import AlreadyOver
from portal.resources.models import COMING, State
from portal.resources.refusals import TooLateToChange


def refusal_to_change(
    state: State, ends_at: datetime, until: datetime, *, at: datetime, by_staff: bool
) -> AlreadyOver | TooLateToChange | None:
    """Why not, or None. People may until a local moment before it begins, staff until it ends."""
    if state not in COMING or at >= ends_at:
        return AlreadyOver()
    if by_staff or at <= until:
        return None
    return TooLateToChange(day=until.date(), until=until)
