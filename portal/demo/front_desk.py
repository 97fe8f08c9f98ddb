"""The demonstration's front desk and consultants never sleep.

Imported in demonstration mode only: elsewhere there is no such job.
"""

from portal.clock import now
from portal.db import unit_of_work
from portal.demo.consultations.asking import let_ask_again
from portal.demo.consultations.present import play_consultants
from portal.demo.present import play_front_desk
from portal.jobs import job


@job("demo.play", every="* * * * *")
def play() -> None:
    with unit_of_work() as session:
        play_front_desk(session, at=now())
        play_consultants(session, at=now())
    # Apart: who asks is locked first, and above rows of others are held already.
    with unit_of_work() as session:
        let_ask_again(session, at=now())
