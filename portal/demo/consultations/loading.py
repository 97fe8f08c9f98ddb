"""Consultations as a whole: who advises on what and when, and what has come of it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.topics.models import Topic
from portal.db import Reader
from portal.demo.consultations.consultants import CONSULTANTS, make_consultants, open_rooms
from portal.demo.consultations.topics import make_topics
from portal.demo.places import calendar_of


def has_house(reader: Reader) -> bool:
    return reader.execute(select(Topic.id).limit(1)).first() is not None


def make_house(session: Session, site_id: int, *, at: datetime) -> None:
    """Topics, consultants with their weeks, and the rooms where they receive people."""
    calendar = calendar_of(session, site_id, at.date(), at.date())
    open_rooms(session, site_id)
    make_consultants(session, site_id, make_topics(session), calendar, CONSULTANTS, at=at)
