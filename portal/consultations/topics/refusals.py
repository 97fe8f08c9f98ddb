"""Why a topic or its questions cannot be kept as they were typed."""

from portal.errors import N_, Conflict, NotFound


class TopicUnknown(NotFound):
    code = "topic"
    message = N_("This topic is not there.")


class ChangedMeanwhile(Conflict):
    code = "changed-meanwhile"
    message = N_(
        "Somebody changed this while you typed. Look at it in another window; save once more to put yours in its place."
    )
