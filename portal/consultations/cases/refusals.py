"""Why something about a case is refused. Each names the next thing to do."""

from portal.errors import N_, Conflict, NotFound, RuleBroken


class NoSuchFollowUp(NotFound):
    code = "follow-up"
    message = N_("We cannot find this follow-up.")


class NoteChanged(Conflict):
    code = "note-changed"
    message = N_(
        "The note was saved from another window in the meantime. Both texts are below: keep what is right."
    )


class OutcomeUnknown(RuleBroken):
    code = "outcome"
    message = N_("Choose an outcome from the list.")


class TaskMissing(RuleBroken):
    code = "task"
    message = N_("Write in a few words what is to be done, at most 500 characters.")


class DueInThePast(RuleBroken):
    code = "due"
    message = N_("Choose a day from today on, within two years.")


class TooManyFilesKept(RuleBroken):
    """Facts: limit."""

    code = "files"
    message = N_("A consultation keeps at most %(limit)s files. Delete one first.")


class NotHeld(RuleBroken):
    code = "not-held"
    message = N_("Only a consultation that took place can be rated.")


class StarsMissing(RuleBroken):
    code = "stars"
    message = N_("Choose one to five stars.")
