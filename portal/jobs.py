"""The Procrastinate application. A job is a row of the transaction that defers it.

A domain's jobs are functions in its `jobs.py`, registered with `@job(...)`; services defer them with
`defer(session, "package.job", **arguments)`, so that a rolled-back booking leaves no mail and a committed one
always has it. `flask jobs work` runs them: each in a thread, inside its own application context.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

import click
import procrastinate
from flask import Flask
from flask.cli import AppGroup
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.jobs import Job as QueuedJob
from psycopg.conninfo import make_conninfo
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session
from structlog import get_logger

Job = TypeVar("Job", bound=Callable[..., Any])

MODULES = (
    "portal.notifications.jobs",
    "portal.bookings.visits.jobs",
    "portal.consultations.appointments.jobs",
    "portal.consultations.cases.jobs",
    "portal.consultations.consultants.jobs",
    "portal.accounts.jobs",
    "portal.api.jobs",
)
"""Where jobs are registered; a test sees that none is forgotten."""

GRACE_SECONDS = 10
"""What a stopping worker gives its jobs to finish. What is cut off then is taken up again later."""
HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 30
"""A worker that was silent for so long is dead; what it was doing goes back into the queue."""
MOST_ATTEMPTS = 60
DAYS_FAILED_JOBS_ARE_KEPT = 14

log = get_logger("portal.jobs")
app = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
"""What a worker runs; there its connector is an asynchronous one."""

_HAND_IN = text(
    """
    SELECT procrastinate_defer_jobs_v1(ARRAY[
        ROW('default', CAST(:name AS text), 0, CAST(:in_order_of AS text), NULL, CAST(:arguments AS jsonb), NULL)
            ::procrastinate_job_to_defer_v1
    ])
    """
)
"""Procrastinate's own function. By way of its Python a job costs a fifth of a booking: it is written out and escaped,
sign by sign, within an array of composites.
"""


class FinalError(Exception):
    """Raised by a job whose failure will be the same next time; the text must not hold personal data."""


class GrowingWaits(procrastinate.BaseRetryStrategy):
    """Tries again after 30 s, 1, 2, 4 … minutes, at most an hour apart, for about two days."""

    def get_retry_decision(
        self, *, exception: BaseException, job: QueuedJob
    ) -> procrastinate.RetryDecision | None:
        if isinstance(exception, FinalError) or job.attempts >= MOST_ATTEMPTS:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": min(30 * 2**job.attempts, 3600)})


def job(name: str, *, every: str | None = None, **options: Any) -> Callable[[Job], Job]:
    """Registers a function as the job `name` (`package.verb`), retried with growing waits.

    `every` is a cron line in UTC, such as "*/5 * * * *": the job then comes round by itself, once for all
    workers, takes no arguments, and isn't retried in between.
    """

    def register(function: Job) -> Job:
        if every is None:
            app.task(name=name, **{"retry": GrowingWaits(), **options})(function)  # type: ignore[no-untyped-call]
        else:

            def on_time(timestamp: int) -> None:
                function()

            task = app.task(name=name, **{"queueing_lock": name, **options})(on_time)  # type: ignore[no-untyped-call]
            app.periodic(cron=every)(task)
        return function

    return register


def defer(session: Session, name: str, /, *, in_order_of: str | None = None, **arguments: Any) -> None:
    """Puts a job into the session's own transaction; costs one statement. Arguments must be JSON.

    Jobs that share an `in_order_of` run one after the other, in the order in which they were deferred.
    """
    session.execute(_HAND_IN, {"name": name, "in_order_of": in_order_of, "arguments": json.dumps(arguments)})


@app.periodic(cron="* * * * *")
@app.task(name="jobs.take_up", queueing_lock="jobs.take_up", priority=100, pass_context=True)
async def take_up(context: procrastinate.JobContext, timestamp: int) -> None:
    """Back into the queue with what killed workers were doing: Procrastinate leaves it "doing" for ever."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            if stalled.attempts >= MOST_ATTEMPTS:
                await manager.finish_job(stalled, status=Status.FAILED, delete_job=False)
            else:
                await manager.retry_job(stalled)
        except ConnectorException:
            continue  # somebody else was quicker
        log.warning("job taken up again", task=stalled.task_name, job=stalled.id)
    await manager.prune_stalled_workers(seconds_since_heartbeat=STALLED_SECONDS)


@app.periodic(cron="17 * * * *")
@app.task(name="jobs.tidy", queueing_lock="jobs.tidy", pass_context=True)
async def tidy(context: procrastinate.JobContext, timestamp: int) -> None:
    """Done jobs are deleted at once; failed ones stay for a while, to be looked at."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=24 * DAYS_FAILED_JOBS_ARE_KEPT,
        include_failed=True,
        include_cancelled=True,
        include_aborted=True,
    )


def work(flask_app: Flask, *, wait: bool = True) -> bool:
    """Runs jobs until told to stop (SIGTERM, SIGINT), or with `wait=False` until none is due.

    Returns whether it ended as wished; False when it lost its database.
    """
    for module in MODULES:
        import_module(module)
    logging.getLogger("procrastinate").setLevel(logging.INFO)
    threads: int = flask_app.config["SETTINGS"].pool_size

    def inside_context(call: Callable[[], Any], context: procrastinate.JobContext, worker: Any) -> Any:
        with flask_app.app_context():
            return call()

    async def run() -> bool:
        # Without waiting, periodic jobs that are due stay out of it as well.
        app.periodic_defaults = {} if wait else {"max_delay": -1}
        async with app.open_async():
            working = asyncio.create_task(
                app.run_worker_async(
                    concurrency=threads if wait else 1,
                    wait=wait,
                    listen_notify=wait,
                    delete_jobs=DeleteJobCondition.SUCCESSFUL,
                    update_heartbeat_interval=HEARTBEAT_SECONDS,
                    stalled_worker_timeout=STALLED_SECONDS,
                    install_signal_handlers=False,
                    task_middleware=[inside_context],
                )
            )
            if wait:
                _stop_on_signals(working)
            try:
                await working
            except asyncio.CancelledError:
                return True
            return not wait

    with app.replace_connector(
        procrastinate.PsycopgConnector(conninfo=_conninfo(flask_app), min_size=1, max_size=3)
    ):
        return asyncio.run(run())


def _stop_on_signals(working: asyncio.Task[None]) -> None:
    loop = asyncio.get_running_loop()

    def stop() -> None:
        log.info("worker stops")
        working.cancel()
        loop.call_later(GRACE_SECONDS, _leave)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


def _leave() -> None:
    """A job in a thread cannot be interrupted; the process can."""
    log.warning("worker leaves unfinished jobs behind")
    sys.stderr.flush()
    os._exit(0)


def _conninfo(flask_app: Flask) -> str:
    """The web's database as libpq writes it; a direct connection, as LISTEN finds no way through a pool."""
    url = make_url(flask_app.config["SETTINGS"].database_url)
    _, parts = url.get_dialect()().create_connect_args(url)
    return make_conninfo(**{**parts, "application_name": "portal worker"})


class _Log(logging.Handler):
    """Procrastinate's own lines hold a job's arguments: addresses, links with tokens. These don't."""

    TOLD = frozenset({"start_worker", "stop_worker", "job_error", "job_error_retry", "job_aborted_retry"})

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING and getattr(record, "action", None) not in self.TOLD:
            return
        known = getattr(record, "job", None) or {}
        log.log(
            record.levelno,
            getattr(record, "action", "procrastinate"),
            task=known.get("task_name"),
            job=known.get("id"),
            attempts=known.get("attempts"),
            exc_info=record.exc_info if record.levelno >= logging.ERROR else None,
        )


def init_app(flask_app: Flask) -> None:
    logger = logging.getLogger("procrastinate")
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    if not any(isinstance(handler, _Log) for handler in logger.handlers):
        logger.addHandler(_Log())
    commands = AppGroup("jobs", help="Jobs that wait in the database.")
    flask_app.cli.add_command(commands)

    @commands.command("work")
    @click.option("--once", is_flag=True, help="Stop when no job is due.")
    def work_command(once: bool) -> None:
        """Run jobs until told to stop."""
        if not work(flask_app, wait=not once):
            raise SystemExit(1)
