"""Why somebody cannot be a consultant like that."""

from portal.errors import N_, Conflict, RuleBroken


class NameTaken(RuleBroken):
    code = "name-taken"
    message = N_("Somebody at this place has that name already. Add what tells them apart.")


class PlaceUnknown(RuleBroken):
    code = "site"
    message = N_("Choose a place from the list.")


class ConsultantAlready(Conflict):
    code = "consultant-already"
    message = N_("This person is a consultant already.")
