"""What is done for accounts outside of requests."""

from flask import current_app

from portal.accounts.entering import hooks
from portal.accounts.erasing.services import erase_unused
from portal.accounts.profile.services import mail_new_address
from portal.accounts.recovery.services import mail_reset
from portal.accounts.registration.services import mail_confirmation
from portal.accounts.sweeping import sweep
from portal.clock import now
from portal.db import unit_of_work
from portal.jobs import job


@job("accounts.mail_confirmation")
def send_confirmation(person_id: int) -> None:
    with unit_of_work() as session:
        mail_confirmation(session, person_id, at=now())


@job("accounts.mail_reset")
def send_reset(login: str) -> None:
    with unit_of_work() as session:
        mail_reset(session, login, at=now())


@job("accounts.mail_new_address")
def send_new_address(person_id: int, address: str) -> None:
    with unit_of_work() as session:
        mail_new_address(session, person_id, address, at=now())


@job("accounts.sweep", every="41 * * * *")
def sweep_out() -> None:
    at = now()
    with unit_of_work() as session:
        sweep(session, at=at)
    with unit_of_work() as session:
        erase_unused(session, at=at, let_go=hooks(current_app).on_erased)
