"""The Procrastinate application. A job is a row of the transaction that defers it.

A domain's jobs are functions in its `jobs.py`, registered with `@job(...)`; services defer them with
`defer(session, "package.job", **arguments)`, so that a rolled-back booking leaves no mail and a committed one
always has it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import procrastinate
from sqlalchemy.orm import Session

from portal.db import driver_connection

Job = TypeVar("Job", bound=Callable[..., Any])

MODULES = ("portal.notifications.jobs", "portal.bookings.jobs", "portal.accounts.jobs")
"""Where jobs are registered; the worker imports these."""

app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
"""In web processes it is never opened: jobs are deferred on the session's own connection."""


class GrowingWaits(procrastinate.BaseRetryStrategy):
    """Tries again after 30 s, 1, 2, 4 … minutes, at most an hour apart, for about two days."""

    def get_retry_decision(
        self, *, exception: BaseException, job: procrastinate.jobs.Job
    ) -> procrastinate.RetryDecision | None:
        if job.attempts >= 60:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": min(30 * 2**job.attempts, 3600)})


def job(name: str, **options: Any) -> Callable[[Job], Job]:
    """Registers a function as the job `name` (`package.verb`); retried with growing waits unless told otherwise."""
    options.setdefault("retry", GrowingWaits())

    def register(function: Job) -> Job:
        app.task(name=name, **options)(function)
        return function

    return register


def defer(session: Session, name: str, **arguments: Any) -> None:
    """Puts a job into the session's own transaction. Arguments must be JSON."""
    app.configure_task(name, allow_unknown=True, connection=driver_connection(session)).defer(**arguments)
