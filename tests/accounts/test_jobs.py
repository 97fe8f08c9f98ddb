"""What requests leave to the worker."""

from collections.abc import Callable

from flask import Flask

from portal import jobs as queue_of_jobs
from portal.accounts import jobs
from portal.accounts.models import Person
from portal.accounts.profile.services import ask_new_address
from portal.accounts.recovery.services import forgot
from portal.accounts.registration.services import ask_to_confirm
from portal.db import unit_of_work
from tests.accounts.conftest import Queue

Member = Callable[..., Person]


def test_each_deferred_job_is_registered_and_runs(app: Flask, member: Member, queue: Queue) -> None:
    person = member(unconfirmed=True)
    with unit_of_work() as unit:
        ask_to_confirm(unit, person.id)
        forgot(unit, str(person.email))
        ask_new_address(unit, person.id, "new@example.id")
    for name in ("accounts.mail_confirmation", "accounts.mail_reset", "accounts.mail_new_address"):
        (arguments,) = queue(name)
        queue_of_jobs.app.tasks[name].func(**arguments)
    sent = [(mail["template"], mail["address"]) for mail in queue("notifications.mail")]
    assert sent == [
        ("accounts/confirm", person.email),
        ("accounts/reset", person.email),
        ("accounts/confirm_new", "new@example.id"),
    ]


def test_somebody_who_is_gone_gets_nothing(app: Flask, queue: Queue) -> None:
    jobs.send_confirmation(person_id=999_999)
    jobs.send_new_address(person_id=999_999, address="new@example.id")
    jobs.send_reset(login="nobody@example.id")
    jobs.sweep_out()
    assert queue("notifications.mail") == []
