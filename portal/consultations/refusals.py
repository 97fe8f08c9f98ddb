"""Why a consultation cannot be had, or not be changed. Each names the next thing to do."""

from portal.errors import N_, Conflict, NotFound, RuleBroken
from portal.resources.refusals import SlotTaken


class NoSuchAppointment(NotFound):
    code = "appointment"
    message = N_("We cannot find this consultation under your name.")


class NoSuchTopic(RuleBroken):
    code = "topic"
    message = N_("This topic is not offered. Choose another one.")


class NoSuchConsultant(RuleBroken):
    code = "consultant"
    message = N_(
        "This consultant does not advise on that topic. Choose another one, or the first who is free."
    )


class ModeNotOffered(RuleBroken):
    code = "mode"
    message = N_("This topic is not offered that way. Choose another way to meet.")


class ConsultantTaken(SlotTaken):
    """Facts: name."""

    message = N_("%(name)s has just been taken at that time.")


class NobodyFree(SlotTaken):
    message = N_("Nobody is free at that time any more.")


class NoRoomFree(SlotTaken):
    message = N_("No consultation room is free at that time. Choose another time, or meet by video or phone.")


class NotWorking(RuleBroken):
    """Facts: name."""

    code = "hours"
    message = N_("%(name)s does not work at that time. Choose one of the times shown.")


class NobodyWorking(RuleBroken):
    code = "hours"
    message = N_("Nobody works at that time. Choose one of the times shown.")


class Away(RuleBroken):
    """Facts: name."""

    code = "closed"
    message = N_("%(name)s is away at that time. Choose one of the times shown.")


class ConsultantFull(RuleBroken):
    """Facts: name."""

    code = "consultant-full"
    message = N_(
        "%(name)s has enough appointments that day or week. Choose another day or another consultant."
    )


class OneAtATime(RuleBroken):
    code = "one-consultation"
    message = N_(
        "You already have a consultation at that time. Move or cancel that one, or choose another time."
    )


class EnoughToCome(RuleBroken):
    """Facts: limit."""

    code = "enough-to-come"
    message = N_(
        "You hold %(limit)s consultations to come. Cancel one you can do without, then ask for this one."
    )


class ReasonMissing(RuleBroken):
    code = "reason"
    message = N_("Say why, in a few words: the other person reads it.")


class NotOpen(Conflict):
    code = "state"
    message = N_("This consultation is not open any more: it was declined, cancelled or held.")


class NotYetHeld(RuleBroken):
    code = "not-yet"
    message = N_("This consultation has not begun yet.")
