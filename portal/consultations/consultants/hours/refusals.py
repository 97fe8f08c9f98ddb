"""Why hours cannot stand as they were typed. Each is shown beside the field it is about."""

from dataclasses import dataclass

from portal.errors import N_, Conflict, NotFound, RuleBroken


class UnknownConsultant(NotFound):
    code = "consultant"
    message = N_("There is no consultant here. An administrator can make somebody one.")


class UnknownOverride(NotFound):
    code = "override"
    message = N_("These other hours are not there any more.")


class UnknownAbsence(NotFound):
    code = "absence"
    message = N_("This time off is not there any more.")


class ChangedMeanwhile(Conflict):
    """Somebody else, or another window, was quicker; what was typed is kept and may be saved over it."""

    code = "changed-meanwhile"
    message = N_(
        "These hours were changed while you typed. The picture above shows them as they are now; "
        "save once more to put yours in their place."
    )


class Unreadable(RuleBroken):
    code = "unreadable"
    message = N_("Choose a time.")


class NoSuchSite(RuleBroken):
    code = "site"
    message = N_("Nobody can be received at this place. Choose another one.")


class EndsFirst(RuleBroken):
    code = "order"
    message = N_("These hours end before they start.")


class Overlapping(RuleBroken):
    """Facts: opens, closes (times) of the other stretch."""

    code = "overlap"
    message = N_("These hours run into %(opens)s–%(closes)s.")


class DatesReversed(RuleBroken):
    code = "dates"
    message = N_("The last day comes before the first.")


class DateOver(RuleBroken):
    code = "over"
    message = N_("That day is over. Choose a later one.")


class NoDate(RuleBroken):
    code = "date"
    message = N_("Choose a day.")


class DateTooFar(RuleBroken):
    """Facts: latest (date)."""

    code = "far"
    message = N_("That day is out of reach: choose one until %(latest)s.")


class TooManyDays(RuleBroken):
    """Facts: days."""

    code = "days"
    message = N_("That is too long: at most %(days)s days at a time.")


class TooManyStretches(RuleBroken):
    """Facts: most."""

    code = "stretches"
    message = N_("That is too much: at most %(most)s stretches of hours.")


class OverrideOverlaps(RuleBroken):
    """Facts: first, last (dates) of the other hours."""

    code = "override-overlap"
    message = N_("Other hours are set already for %(first)s to %(last)s. Change those, or choose other days.")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one stretch, and in which part of it: site, opens, closes, from, until."""

    index: int
    part: str
    refusal: RuleBroken


class HoursRefused(RuleBroken):
    """Carries every fault at once, each for its own field."""

    code = "hours"
    message = N_("These hours cannot stand like this.")

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__()
        self.faults = faults
