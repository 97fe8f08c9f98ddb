"""Why the front desk cannot do something."""

from portal.errors import N_, NotFound


class NoSuchDuty(NotFound):
    code = "booking"
    message = N_("There is no such booking at your sites. Look for the name or the number once more.")
