"""Whether a consultation may still be moved or cancelled: what its page offers and what the services allow."""

from datetime import datetime

from portal.consultations.refusals import NotOpen
from portal.resources.models import COMING, State
from portal.resources.refusals import TooLateToChange


def refusal_to_change(
    state: State, starts_at: datetime, until: datetime, *, at: datetime, by_staff: bool
) -> NotOpen | TooLateToChange | None:
    """Why not, or None. People may until a local moment before it begins, staff until it does.

    A request that nobody has agreed to keeps nobody waiting: people may until it begins.
    """
    if state not in COMING or at >= starts_at:
        return NotOpen()
    if by_staff or state == State.REQUESTED or at <= until:
        return None
    return TooLateToChange(day=until.date(), until=until)
