"""May a stretch of time be booked at all? Rules, hours, closures; who else is there is the guard's business."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from portal.resources import refusals
from portal.resources.calendar import FOR_EVER, Place, SiteCalendar
from portal.resources.free_time import Stretch, covers, difference, epoch_minutes, intersection, on_grid


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of a `BookingRules`. Lengths in minutes."""

    slot_minutes: int
    shortest_minutes: int
    longest_minutes: int
    notice_minutes: int
    horizon_days: int
    day_minutes: int
    week_minutes: int
    cancel_minutes: int
    late_minutes: int


LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Beyond, local time arithmetic may overflow; nothing there can be booked anyway."""


def check(
    rules: Rules,
    calendar: SiteCalendar,
    place: Place,
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
) -> None:
    """Passes for a stretch that may be booked.

    Raises:
        RuleBroken: the first rule that it breaks, in the order in which a person would mend them.
    """
    if ends_at <= starts_at:
        raise refusals.Reversed()
    if starts_at <= now:
        raise refusals.InThePast()
    last = calendar.today(now) + timedelta(days=rules.horizon_days)
    if ends_at > LATEST or starts_at.astimezone(calendar.zone).date() > last:
        raise refusals.TooFar(days=rules.horizon_days, last=last)
    day = starts_at.astimezone(calendar.zone).date()
    start, end, midnight = epoch_minutes(starts_at), epoch_minutes(ends_at), calendar.midnight(day)
    is_whole = not (starts_at.second or starts_at.microsecond or ends_at.second or ends_at.microsecond)
    if not is_whole or (start - midnight) % rules.slot_minutes or (end - midnight) % rules.slot_minutes:
        raise refusals.NotOnGrid(slot_minutes=rules.slot_minutes)
    if starts_at < now + timedelta(minutes=rules.notice_minutes):
        raise refusals.TooSoon(minutes=rules.notice_minutes)
    if end - start < rules.shortest_minutes:
        raise refusals.TooShort(minutes=rules.shortest_minutes)
    if end - start > rules.longest_minutes:
        raise refusals.TooLong(hours=rules.longest_minutes / 60)
    if not covers(calendar.hours_on(day, place), (start, end)):
        raise refusals.OutsideHours()
    if not covers(calendar.open_on(day, place), (start, end)):
        raise refusals.ClosedThen()


def earliest_start(notice_minutes: int, now: datetime) -> int:
    """The first whole minute, since 1970, at which something may begin that asks for notice; seconds count too."""
    after_notice = now + timedelta(minutes=notice_minutes, microseconds=59_999_999)
    return max(epoch_minutes(now) + 1, epoch_minutes(after_notice))


def bookable(
    rules: Rules,
    calendar: SiteCalendar,
    place: Place,
    day: date,
    taken: Iterable[Stretch[int]],
    *,
    now: datetime,
) -> list[Stretch[int]]:
    """The longest stretches of a local day, on the slot grid, within which `check` passes and nobody holds a claim.

    Epoch minutes; each at least the shortest booking long. A booking may be shorter than the stretch, and must be
    where the stretch is longer than the longest booking.
    """
    if not calendar.today(now) <= day <= calendar.today(now) + timedelta(days=rules.horizon_days):
        return []
    open_ = intersection(
        calendar.open_on(day, place), [(earliest_start(rules.notice_minutes, now), FOR_EVER)]
    )
    return on_grid(
        difference(open_, taken), calendar.midnight(day), rules.slot_minutes, rules.shortest_minutes
    )
