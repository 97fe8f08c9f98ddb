from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text, update

from portal.accounts.models import Person
from portal.bookings import messages
from portal.bookings.models import Booking
from portal.notifications.models import Message
from portal.resources.models import Claim, Reservation, Resource
from tests.api.conftest import Caller, House, at, count, problem, statements
from tests.factories import PersonFactory

# Somebody else's


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("who", ["rival", "consultant"])
def test_somebody_elses_booking_is_not_there(
    method: str, who: str, house: House, api: Callable[..., Caller]
) -> None:
    made = api(house.person).book(house.desk, at(10), at(11)).json
    stranger = api(getattr(house, who))
    change = {"starts_at": at(9, 30)} if method == "PATCH" else None
    theirs = stranger(method, f"/bookings/{made['reference']}", change)
    nobodys = stranger(method, "/bookings/TRS222222", change)
    assert problem(theirs, 404, "not-found") == problem(nobodys, 404, "not-found")
    assert api(house.person).get(f"/bookings/{made['reference']}").json == made


def test_the_front_desk_sees_and_changes_anyones(house: House, api: Callable[..., Caller]) -> None:
    made = api(house.person).book(house.desk, at(10), at(11)).json
    desk, path = api(house.frontdesk), f"/bookings/{made['reference']}"
    assert desk.get(path).json == made
    assert desk("PATCH", path, {"ends_at": at(12)}).json["ends_at"] == at(12)
    assert desk("DELETE", path).status_code == 204


REFERENCES = ["%00", "TRS%00222", "%F0%9F%98%80", "'", "x" * 10_000, "%2e%2e", "-1", "%D9%A1", "%80"]


def test_references_that_are_none(
    house: House, api: Callable[..., Caller], subtests: pytest.Subtests
) -> None:
    caller = api(house.person)
    for reference in REFERENCES:
        with subtests.test(reference=reference[:20]):
            problem(caller.get(f"/bookings/{reference}"), 404, "not-found")


# Booking


def test_a_booking(house: House, api: Callable[..., Caller]) -> None:
    response = api(house.person).book(house.desk, at(10), at(11))
    assert response.status_code == 201
    made = response.json
    assert made == {
        "reference": made["reference"],
        "status": "confirmed",
        "resource_id": house.desk.id,
        "starts_at": at(10),
        "ends_at": at(11),
    }
    assert response.headers["Location"] == f"/api/v1/bookings/{made['reference']}"
    assert api(house.person).get(response.headers["Location"]).json == made
    kept = house.session.scalars(select(Reservation)).one()
    assert (kept.person_id, kept.created_by_id) == (house.person.id, house.person.id)
    assert kept.reference == made["reference"]
    assert house.session.scalars(select(Message.person_id)).all() == [house.person.id]


def test_a_reference_as_people_write_it(house: House, api: Callable[..., Caller]) -> None:
    reference = api(house.person).book(house.desk, at(10), at(11)).json["reference"]
    spoken = f"{reference[:3].lower()}-{reference[3:6]} {reference[6:]}"
    assert api(house.person).get(f"/bookings/{spoken}").json["reference"] == reference


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-09-07T03:00:00Z", "2026-09-07T04:00:00Z"),
        ("2026-09-07T10:00+07:00", "2026-09-07T11:00+07:00"),
        ("2026-09-07T10:00:00+0700", "2026-09-07T11:00:00.000+07:00"),
        ("2026-09-07t03:00:00z", "2026-09-07T04:00:00,0Z"),
        ("2026-09-07T11:00:00+08:00", "2026-09-07T00:00:00-04:00"),
    ],
)
def test_any_offset_will_do(start: str, end: str, house: House, api: Callable[..., Caller]) -> None:
    made = api(house.person).book(house.desk, start, end).json
    assert (made["starts_at"], made["ends_at"]) == (at(10), at(11))


def test_a_room(house: House, api: Callable[..., Caller]) -> None:
    assert api(house.person).book(house.room, at(10), at(11)).status_code == 201


def test_taken(house: House, api: Callable[..., Caller]) -> None:
    api(house.rival).book(house.desk, at(10), at(11))
    refused = problem(api(house.person).book(house.desk, at(10), at(11)), 409, "slot-taken")
    assert "A01" in refused["detail"]
    another_desk = {"resource_id": house.other.id, "name": "A02", "starts_at": at(10), "ends_at": at(11)}
    another_time = {"resource_id": house.desk.id, "name": "A01", "starts_at": at(11), "ends_at": at(12)}
    assert another_desk in refused["alternatives"]
    assert another_time in refused["alternatives"]
    first = refused["alternatives"][0]
    taken = api(house.person).book(first["resource_id"], first["starts_at"], first["ends_at"])
    assert taken.status_code == 201
    assert count(house) == 2


def test_taken_in_part_and_touching(house: House, api: Callable[..., Caller]) -> None:
    api(house.rival).book(house.desk, at(10), at(12))
    caller = api(house.person)
    for start, end in ((at(9, 30), at(10, 30)), (at(11), at(13)), (at(10, 30), at(11)), (at(9, 30), at(13))):
        problem(caller.book(house.desk, start, end), 409, "slot-taken")
    assert caller.book(house.desk, at(12), at(13)).status_code == 201


RULES = [
    ("rule-past", at(8), at(9)),
    ("rule-past", at(9), at(10)),
    ("rule-past", "0001-01-01T00:00:00+14:00", "0001-01-01T01:00:00+14:00"),
    ("rule-past", "0001-01-01T00:00:00Z", at(10)),
    ("rule-order", at(11), at(10)),
    ("rule-order", at(10), at(10)),
    ("rule-order", at(10), "0001-01-01T00:00:00+07:00"),
    ("rule-order", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"),
    ("rule-grid", at(10, 10), at(11, 10)),
    ("rule-grid", "2026-09-07T10:00:01+07:00", at(11)),
    ("rule-grid", "2026-09-07T10:00:00.000001+07:00", at(11)),
    ("rule-too-long", at(10), at(18)),
    ("rule-too-long", at(10), at(10, days=1)),
    ("rule-too-long", at(19), at(1, days=1)),
    ("rule-hours", at(19), at(21)),
    ("rule-hours", at(22), at(23)),
    ("rule-hours", at(23), at(0, 30, days=1)),
    ("rule-hours", at(5, days=1), at(6, days=1)),
    ("rule-horizon", at(10, days=31), at(11, days=31)),
    ("rule-horizon", "9999-12-31T22:00:00-14:00", "9999-12-31T23:00:00-14:00"),
    ("rule-horizon", "9999-12-31T22:00:00Z", "9999-12-31T23:00:00Z"),
    ("rule-horizon", at(10), "9999-12-31T23:59:59Z"),
]


def test_against_a_rule(house: House, api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    caller = api(house.person)
    for name, start, end in RULES:
        body = {"resource_id": house.desk.id, "starts_at": start, "ends_at": end}
        for language in ("id", "en"):
            with subtests.test(name, start=start, end=end, language=language):
                response = caller("POST", "/bookings", body, headers={"Accept-Language": language})
                assert "%(" not in problem(response, 422, name)["detail"]
    assert count(house) == 0


def test_a_resource_that_cannot_be_booked(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    problem(caller.book(2**31 - 1, at(10), at(11)), 422, "rule-resource")
    house.session.execute(update(Resource).where(Resource.id == house.desk.id).values(is_active=False))
    house.session.commit()
    problem(caller.book(house.desk, at(10), at(11)), 422, "rule-resource")


def test_quotas_and_the_one_desk(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    caller.book(house.desk, at(10), at(13))
    problem(caller.book(house.other, at(11), at(12)), 422, "rule-one-desk")
    problem(caller.book(house.desk, at(14), at(16)), 422, "rule-day-quota")
    for day in (1, 2):
        assert caller.book(house.desk, at(9, days=day), at(12, 30, days=day)).status_code == 201
    problem(caller.book(house.desk, at(9, days=3), at(10, days=3)), 422, "rule-week-quota")


@pytest.mark.parametrize("who", ["frontdesk", "consultant"])
def test_staff_have_neither(who: str, house: House, api: Callable[..., Caller]) -> None:
    caller = api(getattr(house, who))
    for resource in (house.desk, house.other):
        for hour in (10, 14, 16):
            assert caller.book(resource, at(hour), at(hour + 2)).status_code == 201


def test_an_unconfirmed_person_holds_one(house: House, api: Callable[..., Caller]) -> None:
    newcomer: Person = PersonFactory(unconfirmed=True)
    house.session.commit()
    caller = api(newcomer)
    assert caller.book(house.desk, at(10), at(11)).status_code == 201
    problem(caller.book(house.desk, at(12), at(13)), 422, "rule-confirm-first")


NOT_A_KEY = [True, False, "1", 1.5, -1, -1.0, 0, 2**31, 10**30, 1e30, None, [], {}, [1], "true", "1\0", ""]


def test_resources_that_are_none(house: House, api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    caller = api(house.person)
    made = caller.book(house.other, at(14), at(15)).json
    for value in NOT_A_KEY:
        body = {"resource_id": value, "starts_at": at(10), "ends_at": at(11)}
        with subtests.test(value=value):
            for response in (
                caller("POST", "/bookings", body),
                caller("PATCH", f"/bookings/{made['reference']}", {"resource_id": value}),
            ):
                assert list(problem(response, 422, "validation")["errors"]) == ["resource_id"]


NOT_A_MOMENT = [
    "2026-09-07T10:00:00",
    "2026-09-07",
    "2026-06-31T10:00:00+07:00",
    "2026-02-29T10:00:00+07:00",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "2026-09-07T24:00:00+07:00",
    "2026-09-07T10:60:00+07:00",
    "2026-09-07T10:00:00+07:00\0",
    "\0" + "2026-09-07T10:00:00+07:00",
    "2026-09-07T10:00:00+07:00 ",
    "2026-09-07T10:00:00+25:00",
    "2026-09-07T10:00:00 WIB",
    "٢٠٢٦-09-07T10:00:00+07:00",
    "tomorrow",
    "",
    "x" * 10_000,
    "\u200f2026-09-07T10:00:00+07:00",
    "\ud800",
    "😀",
    1788750000,
    True,
    None,
    [],
    {},
]


def test_times_that_are_none(house: House, api: Callable[..., Caller], subtests: pytest.Subtests) -> None:
    caller = api(house.person)
    for value in NOT_A_MOMENT:
        for field in ("starts_at", "ends_at"):
            body = {"resource_id": house.desk.id, "starts_at": at(10), "ends_at": at(11), field: value}
            with subtests.test(field=field, value=ascii(value)[:40]):
                response = caller("POST", "/bookings", body)
                assert list(problem(response, 422, "validation")["errors"]) == [field]
    assert count(house) == 0


def test_a_naive_time_is_told_apart(house: House, api: Callable[..., Caller]) -> None:
    body = {"resource_id": house.desk.id, "starts_at": "2026-09-07T10:00:00", "ends_at": at(11)}
    response = api(house.person)("POST", "/bookings", body, headers={"Accept-Language": "en"})
    assert "offset" in problem(response, 422, "validation")["errors"]["starts_at"][0]


MORE: list[dict[str, Any]] = [
    {"role": "admin"},
    {"user_id": 1},
    {"person_id": 1},
    {"status": "confirmed"},
    {"": 1},
    {"n" * 10_000: 1},
    {"\0": 1},
    {"_schema": 1},
]


def test_extra_fields_are_refused(
    house: House, api: Callable[..., Caller], subtests: pytest.Subtests
) -> None:
    caller = api(house.person)
    for more in MORE:
        with subtests.test(more=ascii(more)[:40]):
            response = caller.book(house.desk, at(10), at(11), **more)
            assert len(problem(response, 422, "validation")["errors"]) == 1
    assert count(house) == 0


def test_messages_of_fields_in_both_languages(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    english = caller("POST", "/bookings", {"x": 1}, headers={"Accept-Language": "en"})
    assert problem(english, 422, "validation")["errors"] == {
        "resource_id": ["This field is missing."],
        "starts_at": ["This field is missing."],
        "ends_at": ["This field is missing."],
        "x": ["There is no such field."],
    }
    indonesian = caller("POST", "/bookings", {"x": 1})
    assert problem(indonesian, 422, "validation")["errors"]["x"] == ["Isian ini tidak dikenal."]


# What it costs


@pytest.mark.parametrize(("key", "most"), [(None, 8), ("a key", 9)])
def test_statements_of_a_booking(
    key: str | None, most: int, house: House, api: Callable[..., Caller]
) -> None:
    caller, desk_id = api(house.person), house.desk.id
    caller.book(desk_id, at(16), at(17))
    with statements() as sent:
        assert caller.book(desk_id, at(10), at(11), key=key).status_code == 201
    assert sum("procrastinate_defer" in statement for statement in sent) == 1
    assert len(sent) <= most, sent


def test_statements_of_a_look(house: House, api: Callable[..., Caller]) -> None:
    caller = api(house.person)
    queries = {
        "/sites": 2,
        "/resources": 2,
        f"/resources?site={house.site.id}": 2,
        f"/availability?site={house.site.id}&date=2026-09-08": 3,
    }
    for path, most in queries.items():
        with statements() as sent:
            assert caller("GET", path).status_code == 200
        assert len(sent) <= most, (path, sent)


def test_a_booking_is_all_or_nothing(
    house: House, api: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **options: Any) -> None:
        raise RuntimeError("no message")

    monkeypatch.setattr(messages, "confirmed", fail)
    problem(api(house.person).book(house.desk, at(10), at(11), key="k"), 500, "internal-error")
    assert [count(house, model) for model in (Reservation, Claim, Booking, Message)] == [0, 0, 0, 0]
    assert house.session.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0
