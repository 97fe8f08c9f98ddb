"""Consultations under rivals, through the services and over HTTP on two hosts. Each ends by counting overlaps: 0."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.actor import Actor
from portal.accounts.models import ApiToken
from portal.accounts.tokens import new_token, token_hash
from portal.bookings.booked import Booked
from portal.bookings.services import Book, book
from portal.clock import now
from portal.config import Settings
from portal.consultations import refusals
from portal.consultations.appointments import services
from portal.consultations.appointments.services import Arranged, Move, Request
from portal.consultations.consultants.hours.services import TakeOff, take_off
from portal.consultations.topics.models import Mode
from portal.db import db, unit_of_work
from portal.errors import PortalError
from portal.resources.models import State
from portal.resources.refusals import SlotTaken
from portal.resources.services import CloseCommand, Target, TargetKind, close
from tests.concurrency.hosts import ask, serving
from tests.concurrency.race import overlaps, race
from tests.factories import (
    ConsultantFactory,
    OpeningHoursFactory,
    PersonFactory,
    SiteFactory,
    TopicFactory,
    consultation_room,
    words,
)

AT = datetime(2026, 9, 7, 1, tzinfo=UTC)
"""A Monday, 08.00 WIB."""
RIVALS = 40
HOUR = timedelta(hours=1)

ORPHANS = text(
    """
    SELECT count(*) FROM reservation v LEFT JOIN claim ON claim.reservation_id = v.id AND claim.released_at IS NULL
    LEFT JOIN appointment a ON a.id = v.id
    WHERE v.kind = 'appointment' AND (v.state IN ('requested', 'confirmed')) <> (claim.id IS NOT NULL)
    """
)
"""Consultations that stand without holding anything, or hold something though they are over."""
ROOMS_LEFT_BEHIND = text(
    """
    SELECT count(*) FROM appointment a JOIN reservation v ON v.id = a.id
    WHERE v.state IN ('requested', 'confirmed') AND (SELECT array_agg(c.resource_id ORDER BY c.resource_id) FROM claim c
        WHERE c.reservation_id = a.id AND c.released_at IS NULL)
      IS DISTINCT FROM (SELECT array_agg(id ORDER BY id) FROM unnest(ARRAY[a.consultant_id, a.room_id]) id WHERE id IS NOT NULL)
    """
)
"""Consultations that hold another consultant or room than they say."""


def tuesday(hour: int, minute: int = 0, days: int = 0) -> datetime:
    return datetime(2026, 9, 8, hour, minute, tzinfo=ZoneInfo("Asia/Jakarta")) + timedelta(days=days)


class Street:
    """A site with some consultants and rooms, and as many entrepreneurs as there are rivals."""

    def __init__(self, session: Session, *, consultants: int = 1, rooms: int = 1, **topic: Any) -> None:
        self.session = session
        self.site = SiteFactory()
        self.topic = TopicFactory(**{"confirms_itself": True} | topic)
        self.rooms = [consultation_room(self.site).id for _ in range(rooms)]
        found = [ConsultantFactory(site=self.site, topics=[self.topic]) for _ in range(consultants)]
        self.consultants = [one.id for one in found]
        self.advisers = {one.id: one.person_id for one in found}
        session.commit()

    def people(self, count: int) -> list[int]:
        found = [PersonFactory().id for _ in range(count)]
        self.session.commit()
        return found

    def another_topic(self, **values: Any) -> int:
        made = TopicFactory(**{"confirms_itself": True} | values)
        for id_ in self.consultants:
            self.session.execute(
                text("INSERT INTO consultant_topic (consultant_id, topic_id) VALUES (:one, :topic)"),
                {"one": id_, "topic": made.id},
            )
        self.session.commit()
        return int(made.id)

    def request(
        self,
        person_id: int,
        starts_at: datetime,
        consultant_id: int | None = None,
        *,
        mode: Mode = Mode.VIDEO,
        topic_id: int | None = None,
    ) -> Arranged:
        command = Request(
            actor=Actor(id=person_id),
            person_id=person_id,
            topic_id=topic_id or self.topic.id,
            consultant_id=consultant_id,
            starts_at=starts_at,
            mode=mode,
        )
        with unit_of_work() as session:
            return services.request(session, command, at=AT)

    def move(
        self,
        arranged: Arranged,
        starts_at: datetime,
        consultant_id: int | None = None,
        *,
        drags: bool = False,
    ) -> Arranged:
        """By the entrepreneur, or dragged by the consultant."""
        actor = Actor(id=self.advisers[arranged.consultant_id], is_staff=True) if drags else None
        command = Move(
            actor=actor or Actor(id=self.owner(arranged)),
            reservation_id=arranged.id,
            starts_at=starts_at,
            consultant_id=consultant_id,
        )
        with unit_of_work() as session:
            return services.move(session, command, at=AT)

    def do(self, verb: Callable[..., Any], arranged: Arranged, *more: Any, at: datetime = AT) -> Any:
        """By the consultant."""
        with unit_of_work() as session:
            adviser = Actor(id=self.advisers[arranged.consultant_id], is_staff=True)
            return verb(session, adviser, arranged.id, *more, at=at)

    def lapse(self, arranged: Arranged, at: datetime) -> bool:
        with unit_of_work() as session:
            return services.lapse(session, arranged.id, at=at)

    def owner(self, arranged: Arranged) -> int:
        with db.engine.connect() as connection:
            found = connection.scalar(
                text("SELECT person_id FROM reservation WHERE id = :id"), {"id": arranged.id}
            )
        return int(found)

    def state(self, arranged: Arranged) -> State:
        with db.engine.connect() as connection:
            found = connection.scalar(
                text("SELECT state FROM reservation WHERE id = :id"), {"id": arranged.id}
            )
        return State(found)


@pytest.fixture
def street(session: Session) -> Iterator[Callable[..., Street]]:
    yield lambda **options: Street(session, **options)
    assert overlaps() == 0
    with db.engine.connect() as connection:
        assert connection.scalar(ORPHANS) == 0
        assert connection.scalar(ROOMS_LEFT_BEHIND) == 0


def won(results: list[Any]) -> list[Arranged]:
    """Everything else must be a refusal that somebody can read."""
    others = [one for one in results if not isinstance(one, Arranged | PortalError)]
    assert not others, others
    return [one for one in results if isinstance(one, Arranged)]


class TestOneConsultant:
    def test_one_slot_many_rivals(self, app: Flask, street: Callable[..., Street]) -> None:
        trasa = street()
        people = trasa.people(RIVALS)
        for hour in (9, 11, 14):
            results = race(
                app,
                [partial(trasa.request, one, tuesday(hour), trasa.consultants[0]) for one in people],
            )
            assert len(won(results)) == 1
            assert sum(isinstance(one, refusals.ConsultantTaken) for one in results) == RIVALS - 1

    def test_partial_overlaps_of_topics_of_different_length(
        self, app: Flask, street: Callable[..., Street]
    ) -> None:
        """Half an hour, an hour and an hour and a half, each begun on every half hour of a morning."""
        trasa = street(minutes=60)
        topics = [trasa.topic.id, trasa.another_topic(minutes=30), trasa.another_topic(minutes=90)]
        rivals = [
            partial(
                trasa.request, person, tuesday(9 + n // 2, 30 * (n % 2)), trasa.consultants[0], topic_id=topic
            )
            for n in range(6)
            for topic, person in zip(topics, trasa.people(3), strict=True)
        ]
        assert 2 <= len(won(race(app, rivals))) <= 6

    def test_buffers_keep_apart_what_people_see_as_touching(
        self, app: Flask, street: Callable[..., Street]
    ) -> None:
        """An hour with a quarter after it: of seven hours that touch at most four are had."""
        trasa = street(minutes=60, buffer_after_minutes=15)
        rivals = [
            partial(trasa.request, person, tuesday(9 + n), trasa.consultants[0])
            for n, person in enumerate(trasa.people(7))
        ]
        hours = sorted(one.starts_at for one in won(race(app, rivals)))
        assert 3 <= len(hours) <= 4
        assert all(later - earlier >= 2 * HOUR for earlier, later in pairwise(hours))

    def test_the_day_s_limit_holds_under_rivals(
        self, app: Flask, session: Session, street: Callable[..., Street]
    ) -> None:
        trasa = street(minutes=30)
        session.execute(text("UPDATE consultant SET day_limit = 3, week_limit = 5"))
        session.commit()
        rivals = [
            partial(
                trasa.request,
                person,
                tuesday(9 + n // 2 % 7, 30 * (n % 2), days=n // 14),
                trasa.consultants[0],
            )
            for n, person in enumerate(trasa.people(28))
        ]
        by_day = Counter(one.starts_at.date() for one in won(race(app, rivals)))
        assert max(by_day.values()) == 3
        assert sum(by_day.values()) == 5

    def test_one_person_cannot_be_at_two_consultations(
        self, app: Flask, street: Callable[..., Street]
    ) -> None:
        trasa = street(consultants=5)
        (siti,) = trasa.people(1)
        results = race(app, [partial(trasa.request, siti, tuesday(10), one) for one in trasa.consultants])
        assert len(won(results)) == 1
        assert sum(isinstance(one, refusals.OneAtATime) for one in results) == 4


class TestAnyone:
    @pytest.mark.parametrize("count", [2, 5])
    def test_as_many_are_had_as_there_are_consultants(
        self, app: Flask, street: Callable[..., Street], count: int
    ) -> None:
        trasa = street(consultants=count)
        results = race(app, [partial(trasa.request, person, tuesday(10)) for person in trasa.people(RIVALS)])
        assert sorted(one.consultant_id for one in won(results)) == sorted(trasa.consultants)
        assert sum(isinstance(one, refusals.NobodyFree) for one in results) == RIVALS - count

    def test_over_a_week_loads_differ_by_at_most_one(self, app: Flask, street: Callable[..., Street]) -> None:
        """All are free at every one of the moments: whoever has the fewest gets the next."""
        trasa = street(consultants=4, minutes=30)
        moments = [tuesday(9 + n % 7, days=n // 7) for n in range(27)]
        people = trasa.people(len(moments))
        results = race(app, [partial(trasa.request, *each) for each in zip(people, moments, strict=True)])
        loads = Counter(one.consultant_id for one in won(results))
        assert sorted(loads.values()) == [6, 7, 7, 7]

    def test_named_and_any_together(self, app: Flask, street: Callable[..., Street]) -> None:
        trasa = street(consultants=3)
        wishes = [None, None, *trasa.consultants] * 5
        people = trasa.people(len(wishes))
        results = race(
            app,
            [
                partial(trasa.request, person, tuesday(10), wish)
                for person, wish in zip(people, wishes, strict=True)
            ],
        )
        assert sorted(one.consultant_id for one in won(results)) == sorted(trasa.consultants)


class TestRooms:
    def test_one_room_and_five_consultants(self, app: Flask, street: Callable[..., Street]) -> None:
        """Whoever they ask for, one pair can meet; all others are told that it is the room."""
        trasa = street(consultants=5, rooms=1)
        for hour, wishes in ((10, [None] * 5), (13, trasa.consultants)):
            rivals = [
                partial(trasa.request, person, tuesday(hour), wish, mode=Mode.IN_PERSON)
                for person, wish in zip(trasa.people(RIVALS), wishes * (RIVALS // 5), strict=True)
            ]
            results = race(app, rivals)
            assert len(won(results)) == 1
            taken = sum(isinstance(one, refusals.NoRoomFree | refusals.ConsultantTaken) for one in results)
            assert taken == RIVALS - 1

    def test_two_rooms_hold_two_pairs(self, app: Flask, street: Callable[..., Street]) -> None:
        trasa = street(consultants=5, rooms=2)
        rivals = [
            partial(trasa.request, person, tuesday(10), mode=mode)
            for mode in (Mode.IN_PERSON, Mode.VIDEO)
            for person in trasa.people(RIVALS // 2)
        ]
        found = won(race(app, rivals))
        assert len(found) == 5
        assert len([one for one in found if one.room_id]) <= 2

    def test_a_booking_of_the_room_against_consultations(
        self, app: Flask, street: Callable[..., Street]
    ) -> None:
        trasa = street(consultants=3, rooms=1)

        def take(person_id: int, starts_at: datetime) -> Booked:
            command = Book(
                actor=Actor(id=person_id),
                person_id=person_id,
                resource_id=trasa.rooms[0],
                starts_at=starts_at,
                ends_at=starts_at + HOUR,
            )
            with unit_of_work() as session:
                return book(session, command, at=AT)

        for hour in (9, 11, 13, 15):
            meets = [
                partial(trasa.request, person, tuesday(hour), mode=Mode.IN_PERSON)
                for person in trasa.people(8)
            ]
            works = [
                partial(take, person, tuesday(hour) - n * timedelta(minutes=30))
                for person, n in zip(trasa.people(8), (0, 1) * 4, strict=True)
            ]
            results = race(app, [rival for pair in zip(meets, works, strict=True) for rival in pair])
            assert not [one for one in results if not isinstance(one, Arranged | Booked | PortalError)]
            met = [one for one in results if isinstance(one, Arranged)]
            worked = [one for one in results if isinstance(one, Booked)]
            assert (len(met), len(worked)) in {(1, 0), (0, 1)}, results


class TestChanges:
    def test_confirm_against_cancel(self, app: Flask, street: Callable[..., Street]) -> None:
        """Whichever comes first: in the end it is cancelled, and the time is free."""
        trasa = street(confirms_itself=False)
        for hour, person in zip(range(9, 15), trasa.people(6), strict=True):
            asked = trasa.request(person, tuesday(hour), trasa.consultants[0])

            def give_up(asked: Arranged = asked, person: int = person) -> None:
                with unit_of_work() as session:
                    services.cancel(session, Actor(id=person), asked.id, at=AT)

            results = race(app, [partial(trasa.do, services.confirm, asked), give_up])
            assert all(one is None or isinstance(one, refusals.NotOpen) for one in results), results
            assert trasa.state(asked) == State.CANCELLED
            trasa.request(person, tuesday(hour), trasa.consultants[0])

    def test_confirm_against_decline(self, app: Flask, street: Callable[..., Street]) -> None:
        """Two windows of one consultant: one of the two answers counts, the other one is refused."""
        trasa = street(confirms_itself=False)
        for hour, person in zip(range(9, 15), trasa.people(6), strict=True):
            asked = trasa.request(person, tuesday(hour), trasa.consultants[0])
            results = race(
                app,
                [
                    partial(trasa.do, services.confirm, asked),
                    partial(trasa.do, services.decline, asked, "Rapat dinas"),
                ],
            )
            assert sum(one is None for one in results) == 1
            assert sum(isinstance(one, refusals.NotOpen) for one in results) == 1

    def test_confirm_against_lapse(self, app: Flask, street: Callable[..., Street]) -> None:
        """In the very minute in which the request lapses."""
        trasa = street(confirms_itself=False, answer_hours=2)
        late = AT + 2 * HOUR
        for hour, person in zip(range(9, 15), trasa.people(6), strict=True):
            asked = trasa.request(person, tuesday(hour), trasa.consultants[0])
            confirmed, lapsed = race(
                app, [partial(trasa.do, services.confirm, asked, at=late), partial(trasa.lapse, asked, late)]
            )
            if lapsed is True:
                assert isinstance(confirmed, refusals.NotOpen)
                assert trasa.state(asked) == State.DECLINED
            else:
                assert (confirmed, lapsed) == (None, False)
                assert trasa.state(asked) == State.CONFIRMED

    def test_two_lapse_at_once(self, app: Flask, street: Callable[..., Street]) -> None:
        trasa = street(confirms_itself=False, answer_hours=2)
        (person,) = trasa.people(1)
        asked = trasa.request(person, tuesday(10), trasa.consultants[0])
        late = AT + 2 * HOUR
        assert Counter(race(app, [partial(trasa.lapse, asked, late)] * 6)) == {True: 1, False: 5}

    @pytest.mark.parametrize("drags", [True, False])
    def test_a_drag_against_a_request(self, app: Flask, street: Callable[..., Street], drags: bool) -> None:
        trasa = street()
        (one,) = trasa.consultants
        for day in range(4):
            mine, rival = trasa.people(2)
            held = trasa.request(mine, tuesday(10, days=day if day < 4 else 0), one)
            results = race(
                app,
                [
                    partial(trasa.move, held, tuesday(13, days=day), drags=drags),
                    partial(trasa.request, rival, tuesday(13, days=day), one),
                ],
            )
            assert len(won(results)) == 1
            assert sum(isinstance(result, SlotTaken) for result in results) == 1

    def test_two_consultants_swap_without_deadlock(self, app: Flask, street: Callable[..., Street]) -> None:
        """Each wants what the other holds, room and all: neither has it, and both keep what they have."""
        trasa = street(consultants=2, rooms=2)
        first, second = trasa.consultants
        for hour in (9, 11, 13, 15):
            mine, theirs = (
                trasa.request(person, tuesday(hour), who, mode=Mode.IN_PERSON)
                for person, who in zip(trasa.people(2), trasa.consultants, strict=True)
            )
            results = race(
                app,
                [
                    partial(trasa.move, mine, tuesday(hour), second),
                    partial(trasa.move, theirs, tuesday(hour), first),
                ],
            )
            assert all(isinstance(one, SlotTaken) for one in results), results

    def test_two_hours_are_swapped_without_deadlock(self, app: Flask, street: Callable[..., Street]) -> None:
        trasa = street()
        (one,) = trasa.consultants
        for day in range(4):
            early, late = (
                trasa.request(person, tuesday(hour, days=day), one, mode=Mode.IN_PERSON)
                for person, hour in zip(trasa.people(2), (10, 13), strict=True)
            )
            results = race(
                app,
                [
                    partial(trasa.move, early, tuesday(13, days=day)),
                    partial(trasa.move, late, tuesday(10, days=day)),
                ],
            )
            assert all(isinstance(result, SlotTaken) for result in results), results

    def test_everything_at_once(self, app: Flask, street: Callable[..., Street]) -> None:
        """Requests, drags, moves to colleagues, cancellations, all over one another."""
        trasa = street(consultants=3, rooms=2)
        held = [
            trasa.request(person, tuesday(9 + 2 * n), who, mode=Mode.IN_PERSON)
            for who in trasa.consultants[:2]
            for n, person in enumerate(trasa.people(3))
        ]
        rivals: list[Callable[[], Any]] = [
            partial(trasa.request, person, tuesday(9 + n % 7), mode=mode)
            for n, person in enumerate(trasa.people(21))
            for mode in (Mode.IN_PERSON if n % 2 else Mode.PHONE,)
        ]
        rivals += [partial(trasa.move, one, tuesday(9 + n), drags=True) for n, one in enumerate(held)]
        rivals += [
            partial(trasa.move, one, one.starts_at, trasa.consultants[(n + 1) % 3])
            for n, one in enumerate(held)
        ]
        rivals += [partial(trasa.do, services.cancel, one, "Sakit") for one in held[::3]]
        results = race(app, rivals)
        odd = [one for one in results if not isinstance(one, Arranged | PortalError | None)]
        assert not odd, odd


class TestHoursMeanwhile:
    def test_time_off_against_requests(self, app: Flask, street: Callable[..., Street]) -> None:
        """Whoever asked before is there to be told; whoever comes after is refused. Nobody falls between."""
        trasa = street()
        (one,) = trasa.consultants

        def leave(day: datetime) -> set[int]:
            """Answers with what stood when it was decided."""
            command = TakeOff(
                actor_id=trasa.advisers[one], consultant_id=one, first=day.date(), last=day.date()
            )
            with unit_of_work() as session:
                take_off(session, command, at=AT)
                standing = text(
                    "SELECT reservation_id FROM claim WHERE resource_id = :id AND starts_at >= :day"
                    " AND released_at IS NULL"
                )
                return set(session.scalars(standing, {"id": one, "day": day.replace(hour=0)}))

        for days in range(4):
            rivals = [
                partial(trasa.request, person, tuesday(9 + n, days=days), one)
                for n, person in enumerate(trasa.people(5))
            ]
            *results, known = race(app, [*rivals, partial(leave, tuesday(9, days=days))])
            assert isinstance(known, set), known
            assert {arranged.id for arranged in won(results)} == known & {
                arranged.id for arranged in won(results)
            }
            assert all(isinstance(result, Arranged | refusals.Away) for result in results), results

    @pytest.mark.parametrize("visits", [False, True], ids=["at home", "as a guest"])
    def test_a_site_that_closes_against_requests(
        self, app: Flask, session: Session, street: Callable[..., Street], visits: bool
    ) -> None:
        """A guest's calls take place there too: nobody is promised an hour in a house that is shut."""
        trasa = street()
        (one,) = trasa.consultants
        house = trasa.site
        if visits:
            house = SiteFactory()
            session.execute(text("DELETE FROM opening_hours WHERE resource_id = :id"), {"id": one})
            for weekday in range(5):
                OpeningHoursFactory(
                    resource_id=one, weekday=weekday, opens=time(9), closes=time(16), at_site_id=house.id
                )
            session.commit()

        def shut(day: datetime) -> set[int]:
            command = CloseCommand(
                target=Target(TargetKind.SITE, house.id),
                starts_at=day.replace(hour=0),
                ends_at=day.replace(hour=23),
                reason=words("Listrik"),
                actor_id=None,
            )
            with unit_of_work() as session:
                return {row.reservation_id for row in close(session, command, at=AT).affected}

        for days in range(4):
            rivals = [
                partial(trasa.request, person, tuesday(9 + n, days=days), one)
                for n, person in enumerate(trasa.people(5))
            ]
            *results, told = race(app, [*rivals, partial(shut, tuesday(9, days=days))])
            assert isinstance(told, set), told
            assert {arranged.id for arranged in won(results)} == told


@pytest.fixture(scope="module")
def hosts(migrated_app: Flask, settings: Settings) -> Iterator[list[int]]:
    with serving(settings) as one, serving(settings) as other:
        yield [one, other]


class TestOverHttp:
    """POST, PATCH and DELETE /api/v1/appointments, on two hosts with eight threads each."""

    def test_forty_rivals_for_one_slot(
        self, session: Session, street: Callable[..., Street], hosts: list[int]
    ) -> None:
        trasa = street()
        tokens = self.tokens(session, trasa, RIVALS)
        for hour in (9, 11, 14):
            body = self.body(trasa, hour, trasa.consultants[0])
            answers = self.send(hosts, tokens, [body] * RIVALS)
            assert Counter(status for status, _ in answers) == {201: 1, 409: RIVALS - 1}
            assert all(answer["type"].endswith("/slot-taken") for status, answer in answers if status == 409)

    def test_anyone_gives_each_consultant_once(
        self, session: Session, street: Callable[..., Street], hosts: list[int]
    ) -> None:
        trasa = street(consultants=5)
        tokens = self.tokens(session, trasa, RIVALS)
        for hour in (9, 11):
            answers = self.send(hosts, tokens, [self.body(trasa, hour, "any")] * RIVALS)
            assert Counter(status for status, _ in answers) == {201: 5, 409: RIVALS - 5}
            had = sorted(answer["consultant_id"] for status, answer in answers if status == 201)
            assert had == sorted(trasa.consultants)

    def test_loads_over_a_week(
        self, session: Session, street: Callable[..., Street], hosts: list[int]
    ) -> None:
        trasa = street(consultants=4, minutes=30)
        tokens = self.tokens(session, trasa, RIVALS // 2)
        bodies = [self.body(trasa, 9 + n % 7, "any", days=n // 7) for n in range(RIVALS // 2)]
        answers = self.send(hosts, tokens, bodies)
        assert Counter(status for status, _ in answers) == {201: RIVALS // 2}
        loads = Counter(answer["consultant_id"] for _, answer in answers)
        assert sorted(loads.values()) == [5, 5, 5, 5]

    def test_one_room_for_five_consultants(
        self, session: Session, street: Callable[..., Street], hosts: list[int]
    ) -> None:
        trasa = street(consultants=5, rooms=1)
        tokens = self.tokens(session, trasa, RIVALS)
        body = self.body(trasa, 10, "any") | {"mode": "in_person"}
        answers = self.send(hosts, tokens, [body] * RIVALS)
        assert Counter(status for status, _ in answers) == {201: 1, 409: RIVALS - 1}

    def test_moving_and_cancelling_meanwhile(
        self, session: Session, street: Callable[..., Street], hosts: list[int]
    ) -> None:
        trasa = street(consultants=2)
        first, second = trasa.consultants
        mine, theirs = self.tokens(session, trasa, 2)
        for hour in (9, 11, 14):
            _, made = ask(hosts[0], "POST", "/api/v1/appointments", mine, self.body(trasa, hour, first))
            where = f"/api/v1/appointments/{made['reference']}"
            answers = self.at_once(
                [
                    partial(ask, hosts[0], "PATCH", where, mine, {"consultant_id": second}),
                    partial(ask, hosts[1], "DELETE", where, mine),
                    partial(
                        ask, hosts[1], "POST", "/api/v1/appointments", theirs, self.body(trasa, hour, second)
                    ),
                    partial(ask, hosts[0], "GET", where, mine),
                ]
            )
            assert all(status in {200, 201, 204, 409, 422} for status, _ in answers), answers
            assert ask(hosts[0], "GET", where, mine)[1]["status"] == "cancelled"

    def test_one_key_asks_once(
        self, session: Session, street: Callable[..., Street], hosts: list[int]
    ) -> None:
        trasa = street(consultants=3)
        (token,) = self.tokens(session, trasa, 1)
        send = partial(
            ask, method="POST", path="/api/v1/appointments", token=token, body=self.body(trasa, 10, "any")
        )
        answers = self.at_once(
            [partial(send, hosts[n % 2], **{"Idempotency-Key": "once"}) for n in range(12)]
        )
        assert {status for status, _ in answers} == {201}
        assert len({answer["reference"] for _, answer in answers}) == 1

    @staticmethod
    def tokens(session: Session, trasa: Street, count: int) -> list[str]:
        made = [new_token() for _ in range(count)]
        for token, person in zip(made, trasa.people(count), strict=True):
            session.add(ApiToken(person_id=person, token_hash=token_hash(token), created_at=now()))
        session.commit()
        return made

    @staticmethod
    def body(trasa: Street, hour: int, consultant: int | str, days: int = 0) -> dict[str, Any]:
        """In the week after this one, from Monday on."""
        today = now().astimezone(ZoneInfo("Asia/Jakarta"))
        monday = today + timedelta(days=7 - today.weekday())
        starts_at = monday.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
        return {
            "consultant_id": consultant,
            "topic_id": trasa.topic.id,
            "starts_at": starts_at.isoformat(),
            "mode": "video",
        }

    def send(
        self, hosts: list[int], tokens: list[str], bodies: list[dict[str, Any]]
    ) -> list[tuple[int, Any]]:
        return self.at_once(
            [
                partial(ask, hosts[n % 2], "POST", "/api/v1/appointments", token, body)
                for n, (token, body) in enumerate(zip(tokens, bodies, strict=True))
            ]
        )

    @staticmethod
    def at_once(requests: list[Any]) -> list[tuple[int, Any]]:
        with ThreadPoolExecutor(len(requests)) as pool:
            return [answer.result() for answer in [pool.submit(request) for request in requests]]
