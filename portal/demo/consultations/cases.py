"""What came of a consultation that took place: note, advice, what is to be done, and how it was liked. By dice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from portal.demo.consultations.fates import HOUR, Consultation
from portal.demo.consultations.topics import OUTCOMES, TOPICS
from portal.demo.consultations.words import (
    ANSWERS,
    ANYTHING,
    BUSINESSES,
    DETAILS,
    GOOD_LINES,
    POOR_LINES,
    PRIVATE,
    TALKED,
    Talked,
)
from portal.resources.calendar import SiteCalendar
from portal.resources.models import State

WRITTEN, WITH_TASK, DONE, RATED, WITH_LINE = 0.7, 0.55, 0.82, 0.48, 0.4
STARS = {5: 56, 4: 30, 3: 9, 2: 3, 1: 2}
PUT_OFF = 10 * 24 * HOUR
"""Minutes for which a consultant may owe the note."""
FORGOTTEN = 45 * 24 * HOUR
"""Minutes; what was due before has been done or struck off since."""
KEYS = {topic.name.id: key for key, topic in TOPICS.items()}
REMINDED_AT = 7 * HOUR
"""Minutes after midnight, on the day before something is due."""


@dataclass(frozen=True, slots=True)
class Question:
    label: Mapping[str, str]
    kind: str
    choices: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Lists:
    """What the administrator keeps: outcomes by their Indonesian name; per topic its name and questions."""

    outcomes: Mapping[str, int]
    topics: Mapping[int, str]
    questions: Mapping[int, Sequence[Question]]

    def outcome(self, key: str) -> int | None:
        return self.outcomes.get(OUTCOMES[key].id)

    def talked(self, topic_id: int) -> Talked:
        return TALKED.get(KEYS.get(self.topics.get(topic_id, ""), ""), ANYTHING)


class Task(NamedTuple):
    owner_id: int
    task: str
    due: date
    created: int
    done: int | None
    reminded: int | None


class Case(NamedTuple):
    """Minutes since 1970."""

    written: int | None
    """None: the consultant has not come to it."""
    note: str
    advice: str
    outcome_id: int | None
    tasks: tuple[Task, ...]
    stars: int | None
    line: str | None
    rated: int


def case_of(seed: int, one: Consultation, lists: Lists, calendar: SiteCalendar, at: int) -> Case | None:
    """None for what has not taken place."""
    if one.state != State.COMPLETED:
        return None
    dice = Random(f"{seed} {one.adviser} {one.starts} case")
    talked = lists.talked(one.topic_id)
    written: int | None = one.ends + dice.randrange(2, 50)
    note, advice, outcome = dice.choice(PRIVATE), dice.choice(talked.advice), dice.choice(talked.outcomes)
    tasks = _tasks(dice, one, talked, written or 0, calendar, at)
    is_put_off = dice.random() > WRITTEN and one.ends > at - PUT_OFF
    if is_put_off or (written or 0) > at:
        written, tasks = None, ()
    rated = one.ends + dice.randrange(30, 48 * HOUR)
    stars: int | None = dice.choices(list(STARS), list(STARS.values()))[0]
    line = dice.choice(GOOD_LINES if (stars or 0) > 3 else POOR_LINES) if dice.random() < WITH_LINE else None
    if dice.random() > RATED or rated > at:
        stars = line = None
    return Case(written, note, advice, lists.outcome(outcome), tasks, stars, line, rated)


def answers(dice: Random, topic_id: int, lists: Lists) -> list[dict[str, object]]:
    """What was asked beforehand and answered, as `Appointment.answers` keeps it."""
    given: list[dict[str, object]] = []
    for question in lists.questions.get(topic_id, ()):
        answer = _answer(dice, question)
        if dice.random() < 0.85:  # few are required
            given.append({"question": dict(question.label), "answer": answer})
    return given


def _answer(dice: Random, question: Question) -> str:
    known = ANSWERS.get(question.label["id"])
    if known:
        return dice.choice(known)
    if question.kind == "choice":
        return dice.choice(question.choices)["id"]
    if question.kind == "yes-no":
        return dice.choice(("Ya", "Tidak"))
    if question.kind == "number":
        return str(dice.randint(1, 30))
    return dice.choice(BUSINESSES if question.kind == "text" else DETAILS)


def _tasks(
    dice: Random, one: Consultation, talked: Talked, written: int, calendar: SiteCalendar, at: int
) -> tuple[Task, ...]:
    tasks = []
    for owner_id, things, share in (
        (one.person_id, talked.tasks, WITH_TASK),
        (one.adviser_id, talked.own_tasks, WITH_TASK / 3),
    ):
        due = calendar.moment(one.ends).date() + timedelta(days=dice.choice((3, 7, 7, 10, 14, 14, 21, 30)))
        thing, is_wanted, is_done = dice.choice(things), dice.random() < share, dice.random() < DONE
        done: int | None = dice.randrange(written + 60, calendar.midnight(due) + 2 * 1440)
        is_forgotten = not is_done and calendar.midnight(due) > at - FORGOTTEN
        if is_forgotten or (done or 0) > at:
            done = None
        reminded: int | None = calendar.midnight(due) - 1440 + REMINDED_AT
        if (reminded or 0) > at or (done is not None and done < (reminded or 0)):
            reminded = None
        if is_wanted:
            tasks.append(Task(owner_id, thing, due, written, done, reminded))
    return tuple(tasks)
