from dataclasses import replace
from datetime import UTC, datetime

import pytest

from portal.db import Words
from portal.notifications.calendar_files import CalendarEvent, Method, Party, calendar_file
from tests.notifications.rfc5545 import parse

STAMP = datetime(2026, 9, 1, 2, 30, tzinfo=UTC)
HOST = Party("Trasa", "portal@portal.test")
GUEST = Party("Siti Nuraeni", "siti@example.id")
EVENT = CalendarEvent(
    uid="trs7k4m2w@portal-bos-muda",
    sequence=0,
    starts_at=datetime.fromisoformat("2026-09-08T10:00+07:00"),
    ends_at=datetime.fromisoformat("2026-09-08T12:00+07:00"),
    time_zone="Asia/Jakarta",
    summary=Words(id="Meja A07, Trasa", en="Desk A07, Trasa"),
    location="Trasa; Jl. A. Yani 7, Slawi",
    description="Kode TRS 7K4 M2W\nSebutkan di meja depan",
    path="/bookings/TRS7K4M2W",
)


def make(event: CalendarEvent, language: str = "id") -> bytes:
    return calendar_file(
        event, language=language, base_url="https://portal.test", stamp=STAMP, organizer=HOST, attendee=GUEST
    )


def test_an_invitation_says_what_calendars_need_to_take_it_as_one_event() -> None:
    calendar = parse(make(EVENT))
    assert calendar.one("VERSION").value == "2.0"
    assert calendar.one("METHOD").value == "REQUEST"
    (event,) = calendar.parts
    assert event.name == "VEVENT"
    assert event.one("UID").value == "trs7k4m2w@portal-bos-muda"
    assert event.one("SEQUENCE").value == "0"
    assert event.one("DTSTAMP").value == "20260901T023000Z"
    assert event.one("DTSTART").value == "20260908T030000Z"
    assert event.one("DTEND").value == "20260908T050000Z"
    assert event.one("SUMMARY").text == "Meja A07, Trasa"
    assert event.one("LOCATION").text == "Trasa; Jl. A. Yani 7, Slawi"
    assert event.one("DESCRIPTION").text == "Kode TRS 7K4 M2W\nSebutkan di meja depan"
    assert event.one("URL").value == "https://portal.test/bookings/TRS7K4M2W"
    assert event.one("STATUS").value == "CONFIRMED"
    assert event.one("ORGANIZER").value == "mailto:portal@portal.test"
    attendee = event.one("ATTENDEE")
    assert attendee.value == "mailto:siti@example.id"
    assert attendee.parameters == {
        "CN": "Siti Nuraeni",
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "ACCEPTED",
        "RSVP": "FALSE",
    }


def test_move_and_cancellation_concern_the_same_event_with_a_rising_sequence() -> None:
    first, moved, gone = (
        parse(make(event)).parts[0]
        for event in (
            EVENT,
            replace(EVENT, sequence=1, starts_at=datetime(2026, 9, 9, 3, tzinfo=UTC)),
            replace(EVENT, sequence=2, method=Method.CANCEL),
        )
    )
    assert first.one("UID") == moved.one("UID") == gone.one("UID")
    assert first.one("ORGANIZER") == moved.one("ORGANIZER") == gone.one("ORGANIZER")
    assert [int(event.one("SEQUENCE").value) for event in (first, moved, gone)] == [0, 1, 2]
    assert moved.one("DTSTART").value == "20260909T030000Z"
    assert gone.one("STATUS").value == "CANCELLED"
    assert parse(make(replace(EVENT, method=Method.CANCEL))).one("METHOD").value == "CANCEL"


def test_a_copy_to_keep_invites_nobody() -> None:
    calendar = parse(calendar_file(replace(EVENT, method=Method.PUBLISH), stamp=STAMP))
    assert calendar.one("METHOD").value == "PUBLISH"
    assert not {"ATTENDEE", "ORGANIZER", "URL"} & calendar.parts[0].properties.keys()


def test_the_language_is_the_readers() -> None:
    assert parse(make(EVENT, "en")).parts[0].one("SUMMARY").text == "Desk A07, Trasa"


def test_the_same_state_makes_the_same_file() -> None:
    assert make(EVENT) == make(EVENT)


@pytest.mark.parametrize(
    "nasty",
    [
        "A\r\nATTENDEE:mailto:evil@example.com",
        "A\nEND:VEVENT\nBEGIN:VEVENT",
        'quote " caret ^ colon : semicolon ; comma , backslash \\n',
        "Tab\tand\x00NUL\x0bVT\u2028LS",
        "é漢字🎉" * 60,
        "\u202eevil",
    ],
)
def test_no_name_or_text_breaks_the_file(nasty: str) -> None:
    event = replace(EVENT, summary=nasty, location=nasty, description=nasty, path="/" + nasty, uid=nasty)
    data = calendar_file(
        event,
        base_url="https://portal.test",
        stamp=STAMP,
        organizer=Party(nasty, "portal@portal.test"),
        attendee=Party(nasty, "siti@example.id"),
    )
    (made,) = parse(data).parts
    assert made.name == "VEVENT"
    for name in ("ATTENDEE", "ORGANIZER", "SUMMARY", "LOCATION", "DESCRIPTION", "URL", "UID"):
        made.one(name)
    assert made.one("ATTENDEE").value == "mailto:siti@example.id"


def test_it_survives_the_way_through_a_job() -> None:
    assert CalendarEvent.from_json(EVENT.to_json()) == EVENT
