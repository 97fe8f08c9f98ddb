"""Why a time cannot be had. Each names the next thing to do."""

from portal.errors import N_, Conflict, RuleBroken


class SlotTaken(Conflict):
    """Facts: name of the resource (may be empty)."""

    code = "slot-taken"
    message = N_("Somebody has just taken %(name)s at that time.")


class UnknownResource(RuleBroken):
    code = "resource"
    message = N_("This desk or room cannot be booked. Choose another one.")


class NotOnGrid(RuleBroken):
    """Facts: slot_minutes."""

    code = "grid"
    message = N_("Times go in steps of %(slot_minutes)s minutes.")


class Reversed(RuleBroken):
    code = "order"
    message = N_("The end must come after the start.")


class TooShort(RuleBroken):
    """Facts: minutes."""

    code = "too-short"
    message = N_("That is too short: at least %(minutes)s minutes.")


class TooLong(RuleBroken):
    """Facts: hours."""

    code = "too-long"
    message = N_("That is too long: at most %(hours)s hours at a time.")


class InThePast(RuleBroken):
    code = "past"
    message = N_("That time is over. Choose a later one.")


class TooSoon(RuleBroken):
    """Facts: minutes."""

    code = "notice"
    message = N_("That is too soon: book at least %(minutes)s minutes ahead.")


class TooFar(RuleBroken):
    """Facts: days, last (date)."""

    code = "horizon"
    message = N_("That is too far ahead: booking is open until %(last)s.")


class OutsideHours(RuleBroken):
    code = "hours"
    message = N_("The place is not open at that time. Choose a time within the opening hours.")


class ClosedThen(RuleBroken):
    code = "closed"
    message = N_("Closed at that time. Choose another time or another desk.")


class ConfirmFirst(RuleBroken):
    code = "confirm-first"
    message = N_("You hold one booking already. Confirm your address or number and you can book more.")


class TooLateToChange(RuleBroken):
    """Facts: day, and until (local moment)."""

    code = "too-late"
    message = N_(
        "It is too late to change this online: that went until %(until)s on %(day)s. Ask at the front desk."
    )
