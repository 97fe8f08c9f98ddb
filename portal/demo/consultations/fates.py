"""What becomes of a consultation, and how much of that has happened by a moment. Minutes since 1970."""

from random import Random
from typing import NamedTuple

from portal.consultations.finding.queries import TopicRow
from portal.consultations.topics.models import Mode
from portal.demo.consultations.words import CANCELLED_BY_CONSULTANT, CANCELLED_BY_PERSON, DECLINED
from portal.resources.free_time import Stretch
from portal.resources.models import State

DECLINE, LAPSE, CANCEL, MISS = 0.03, 0.02, 0.08, 0.09
BY_PERSON = 0.75
"""Of the cancelled ones."""
HOUR = 60


class Consultation(NamedTuple):
    """An appointment with all that became of it."""

    consultant_id: int
    adviser_id: int
    """The consultant as a person."""
    adviser: str
    person_id: int
    created_by_id: int
    topic_id: int
    mode: Mode
    room_id: int | None
    starts: int
    ends: int
    claimed: Stretch[int]
    """The consultant's time, buffers included."""
    created: int
    state: State = State.CONFIRMED
    answer_by: int | None = None
    ended: int | None = None
    """When it was declined, cancelled, or lapsed."""
    ended_by_id: int | None = None
    reason: str | None = None
    has_lapsed: bool = False
    missed: int | None = None
    """When somebody marked that nobody came."""


class Answer(NamedTuple):
    """What a consultant says to a request, and when; a request that lapses is over at `at` without a word."""

    at: int
    state: State
    has_lapsed: bool = False


def answer_to(created: int, starts: int, answer_by: int) -> Answer:
    """By dice of its own, so that whoever plays the consultant later says the same."""
    dice = Random(f"{created} {starts} answer")
    answered = created + dice.randrange(5, max(int((answer_by - created) * 0.8), 6))
    die = dice.random()
    if die < DECLINE:
        return Answer(answered, State.DECLINED)
    if die < DECLINE + LAPSE:
        return Answer(answer_by, State.DECLINED, has_lapsed=True)
    return Answer(answered, State.CONFIRMED)


def fate(
    dice: Random,
    draft: Consultation,
    topic: TopicRow,
    at: int,
    *,
    waits: bool,
    is_account: bool,
    is_today: bool,
) -> Consultation:
    """As it stands at the minute `at`. `waits`: the consultant has to answer first.

    The demonstration's own consultant has answered everybody, and leaves today's to whoever tries the portal.
    """
    answer_by = min(draft.created + topic.answer_hours * HOUR, draft.starts)
    answer = answer_to(draft.created, draft.starts, answer_by) if waits and not is_account else None
    one = _destiny(dice, draft, answer)
    if answer and answer.at > at:
        return draft._replace(state=State.REQUESTED, answer_by=answer_by)
    if one.ended is not None:
        return one if one.ended <= at else draft
    if one.missed is not None:
        is_seen = one.missed <= at and not (is_account and is_today)
        return one if is_seen else draft
    is_over = draft.ends <= at and not (is_account and is_today)
    return draft._replace(state=State.COMPLETED) if is_over else draft


def _destiny(dice: Random, draft: Consultation, answer: Answer | None) -> Consultation:
    if answer and answer.state == State.DECLINED:
        by_id, reason = (None, None) if answer.has_lapsed else (draft.adviser_id, dice.choice(DECLINED))
        declined = _ended(draft, State.DECLINED, answer.at, by_id, reason)
        return declined._replace(has_lapsed=answer.has_lapsed)
    die = dice.random()
    earliest, latest = (answer.at if answer else draft.created) + 1, draft.starts - HOUR
    if die < CANCEL and earliest < latest:
        ended = dice.randrange(earliest, latest)
        if dice.random() < BY_PERSON:
            reason = dice.choice(CANCELLED_BY_PERSON)
            return _ended(draft, State.CANCELLED, ended, draft.person_id, reason or None)
        return _ended(draft, State.CANCELLED, ended, draft.adviser_id, dice.choice(CANCELLED_BY_CONSULTANT))
    if CANCEL <= die < CANCEL + MISS:
        missed = draft.starts + dice.randrange(15, draft.ends - draft.starts + 60)
        return draft._replace(state=State.NO_SHOW, missed=missed)
    return draft


def _ended(
    draft: Consultation, state: State, ended: int, by_id: int | None, reason: str | None
) -> Consultation:
    return draft._replace(state=state, ended=ended, ended_by_id=by_id, reason=reason)
