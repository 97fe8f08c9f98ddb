"""Why the front desk cannot do something."""

from portal.errors import N_, NotFound, RuleBroken


class NoSuchDuty(NotFound):
    code = "booking"
    message = N_("There is no such booking at your sites. Look for the name or the number once more.")


class NotAtYourSites(RuleBroken):
    code = "not-your-site"
    message = N_("That would take place at a site of another front desk. Choose another time.")
