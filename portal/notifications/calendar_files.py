"""Calendar files (RFC 5545) that Google Calendar, Outlook and Apple Calendar take as one event throughout.

One event keeps its `uid` and organizer for life; each change raises `sequence`. Times are written in UTC,
which every calendar shows in its reader's own zone, so that no VTIMEZONE can be misread. Pure functions.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from icalendar import Calendar, Event, vCalAddress, vDuration, vText

from portal.clock import now
from portal.db import Words

PRODUCER = "-//Portal Bos Muda//Portal Bos Muda//ID"
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]+")


class Method(StrEnum):
    """What the receiving calendar shall do (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"
    """A copy to keep: the download behind "add to calendar", and the feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    uid: str
    """The same for every file about this event, such as `TRS7K4M2W@bosmuda.tegalkab.go.id`."""
    sequence: int
    method: str = Method.REQUEST
    """One of `Method`."""
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    """IANA name of the zone in which the event takes place."""
    summary: str | Words
    location: str | Words = ""
    description: str | Words = ""
    path: str = ""
    """Where in the portal it is looked at and changed."""
    organizer: str = ""
    """Who invites, such as the site's name; the address is that of the portal's mails."""

    def to_json(self) -> dict[str, Any]:
        return {name: _plain(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "CalendarEvent":
        values: dict[str, Any] = {
            name: Words(**value) if isinstance(value, dict) else value for name, value in stored.items()
        }
        values |= {name: datetime.fromisoformat(stored[name]) for name in ("starts_at", "ends_at")}
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody in a calendar file: organizer or attendee."""

    name: str
    address: str


def calendar_file(
    event: CalendarEvent,
    *,
    language: str = "id",
    base_url: str = "",
    stamp: datetime | None = None,
    organizer: Party | None = None,
    attendee: Party | None = None,
) -> bytes:
    """The file of one event, with CRLF line ends, in UTF-8.

    `stamp` is when this state of the event was made (else now). Without `base_url` the event carries no link.
    A REQUEST or CANCEL needs an organizer and an attendee.
    """
    return calendar([component(event, language, base_url, stamp or now(), organizer, attendee)], event.method)


def calendar(
    components: list[Event], method: str, *, name: str = "", refresh: timedelta | None = None
) -> bytes:
    """Several events in one file, such as a feed, which has a name and says how often it is worth a look (RFC 7986)."""
    file = Calendar()
    file.add("version", "2.0")
    file.add("prodid", PRODUCER)
    file.add("calscale", "GREGORIAN")
    file.add("method", str(method))
    if name:
        file.add("name", name)
        file.add("x-wr-calname", name)
    if refresh is not None:
        file.add("refresh-interval", refresh, parameters={"value": "DURATION"})
        file.add("x-published-ttl", vDuration(refresh))
    for event in components:
        file.add_component(event)
    return bytes(file.to_ical())


def component(
    event: CalendarEvent,
    language: str,
    base_url: str,
    stamp: datetime,
    organizer: Party | None = None,
    attendee: Party | None = None,
) -> Event:
    made = Event()
    made.add("uid", _line(event.uid))
    made.add("sequence", event.sequence)
    made.add("dtstamp", stamp.astimezone(UTC))
    made.add("last-modified", stamp.astimezone(UTC))
    made.add("dtstart", event.starts_at.astimezone(UTC))
    made.add("dtend", event.ends_at.astimezone(UTC))
    made.add("summary", _line(_in(event.summary, language)))
    for name, words in (("location", event.location), ("description", event.description)):
        if text := _in(words, language):
            made.add(name, _CONTROL.sub(" ", text.replace("\r\n", "\n")))
    if event.path and base_url:
        made.add("url", _line(base_url + event.path))
    made.add("status", "CANCELLED" if event.method == Method.CANCEL else "CONFIRMED")
    made.add("transp", "TRANSPARENT" if event.method == Method.CANCEL else "OPAQUE")
    made.add("class", "PRIVATE")
    if organizer is not None:
        made.add("organizer", _address(organizer))
    if attendee is not None:
        made.add("attendee", _attendee(attendee))
    return made


def day_component(uid: str, day: date, summary: str, description: str, url: str, stamp: datetime) -> Event:
    """A whole day, during which one is free for other things."""
    made = Event()
    made.add("uid", _line(uid))
    made.add("dtstamp", stamp.astimezone(UTC))
    made.add("dtstart", day)
    made.add("dtend", day + timedelta(days=1))
    made.add("summary", _line(summary))
    made.add("description", _line(description))
    made.add("url", _line(url))
    made.add("transp", "TRANSPARENT")
    made.add("class", "PRIVATE")
    return made


def _address(party: Party) -> vCalAddress:
    address = vCalAddress("mailto:" + _line(party.address))
    # A quotation mark has no escape in a parameter (RFC 5545, 3.1).
    address.params["CN"] = vText(_line(party.name).replace('"', "'") or party.address)
    return address


def _attendee(party: Party) -> vCalAddress:
    """Who has booked is coming: nobody is asked for an answer, which no one would read."""
    address = _address(party)
    address.params["CUTYPE"] = vText("INDIVIDUAL")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText("ACCEPTED")
    address.params["RSVP"] = vText("FALSE")
    return address


def _in(words: str | Words, language: str) -> str:
    return words if isinstance(words, str) else words.in_(language)


def _line(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _plain(value: Any) -> Any:
    if isinstance(value, Words):
        return {"id": value.id, "en": value.en}
    return value.isoformat() if isinstance(value, datetime) else value
