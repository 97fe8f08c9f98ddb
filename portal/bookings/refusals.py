"""Why a booking is refused although the time itself could be had."""

from portal.errors import N_, Conflict, NotFound, RuleBroken


class NoSuchBooking(NotFound):
    message = N_("We cannot find this booking under your name.")


class DayQuotaReached(RuleBroken):
    """Facts: held and limit, in hours."""

    code = "day-quota"
    message = N_(
        "That would be more than %(limit)s hours on one day; you hold %(held)s. Choose a shorter time or another day."
    )


class WeekQuotaReached(RuleBroken):
    """Facts: held and limit, in hours."""

    code = "week-quota"
    message = N_(
        "That would be more than %(limit)s hours in that week; you hold %(held)s. Choose a shorter time or another week."
    )


class OneDeskAtATime(RuleBroken):
    code = "one-desk"
    message = N_("You already hold a desk at that time. Move or cancel that one, or choose another time.")


class AlreadyOver(Conflict):
    code = "state"
    message = N_("This booking is not open any more: it was cancelled, used or missed.")


class NotToday(RuleBroken):
    code = "not-today"
    message = N_("This booking is for another day.")
