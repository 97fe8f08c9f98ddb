"""What comes round by itself."""

from portal.api.idempotency import forget_old
from portal.clock import now
from portal.db import unit_of_work
from portal.jobs import job


@job("api.forget_keys", every="41 * * * *")
def forget_keys() -> None:
    with unit_of_work() as session:
        forget_old(session, at=now())
