"""Words that all pages about consultations use. Moments are local."""

from datetime import datetime, timedelta

from flask_babel import gettext

from portal.consultations.topics.models import Field, Mode
from portal.errors import N_
from portal.web import filters

MODES = {Mode.IN_PERSON: N_("In person"), Mode.VIDEO: N_("Video call"), Mode.PHONE: N_("By phone")}
MODE_ICONS = {Mode.IN_PERSON: "door", Mode.VIDEO: "video", Mode.PHONE: "phone"}
FIELD_ICONS = {
    Field.INSTITUTION: "clipboard",
    Field.HUMAN_RESOURCES: "crowd",
    Field.PRODUCTION: "board",
    Field.FINANCE: "coin",
    Field.MARKETING: "flag",
    Field.INFORMATION_TECHNOLOGY: "monitor",
    Field.NETWORKS: "globe",
}
LANGUAGES = {
    "id": N_("Indonesian"),
    "jv": N_("Javanese"),
    "su": N_("Sundanese"),
    "en": N_("English"),
    "ar": N_("Arabic"),
    "zh": N_("Mandarin"),
}


def mode_name(mode: Mode) -> str:
    return gettext(MODES[mode])


def language_name(code: str) -> str:
    return gettext(LANGUAGES[code]) if code in LANGUAGES else code


def when(moment: datetime, at: datetime) -> str:
    """ "hari ini 13.30", "besok 09.00", "Kamis 10 September, 09.00"; seen from `at`, of any zone."""
    today, clock = at.astimezone(moment.tzinfo).date(), filters.clock_time(moment)
    if moment.date() == today:
        return gettext("today at %(time)s", time=clock)
    if moment.date() == today + timedelta(days=1):
        return gettext("tomorrow at %(time)s", time=clock)
    return gettext("%(day)s, %(time)s", day=filters.day_short(moment), time=clock)


def day_name(moment: datetime, at: datetime) -> str:
    """ "Hari ini", "Besok", "Kamis 10 September"; seen from `at`, of any zone."""
    days = (moment.date() - at.astimezone(moment.tzinfo).date()).days
    return {0: gettext("Today"), 1: gettext("Tomorrow")}.get(days) or filters.day_short(moment)
