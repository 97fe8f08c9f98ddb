"""What is done for consultants outside of requests."""

from portal.accounts.actor import Actor
from portal.clock import now
from portal.consultations.appointments.services import cancel
from portal.consultations.consultants.hours.queries import coming_of
from portal.consultations.consultants.leaving import WHY, empty_inbox, retire
from portal.db import reading, unit_of_work
from portal.errors import PortalError
from portal.jobs import job


@job("consultations.let_consultant_go")
def let_consultant_go(consultant_id: int) -> None:
    """Those they were to advise are told, with other times, each in a transaction of its own."""
    at = now()
    with unit_of_work() as session:
        retire(session, consultant_id, at=at)
    with reading() as connection:
        rows = coming_of(connection, consultant_id, at=at)
    for row in rows:
        actor = Actor(id=row.consultant_person_id, is_staff=True)
        try:
            with unit_of_work() as session:
                cancel(session, actor, row.id, WHY.in_(row.person_language), at=at)
        except PortalError:
            continue  # it was answered, moved or cancelled in the meantime
        with unit_of_work() as session:
            empty_inbox(session, row.consultant_person_id)
