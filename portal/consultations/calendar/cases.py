"""`/calendar/cases`: whom the consultant has advised, and of whom it is still open what came of it."""

from flask import render_template, request, url_for
from flask_babel import gettext, ngettext

from portal.accounts.names import initials
from portal.clock import now
from portal.consultations.calendar import wording
from portal.consultations.calendar.listing import case_counts
from portal.consultations.calendar.listing import cases as case_rows
from portal.consultations.calendar.views import blueprint, own_diary
from portal.db import reading
from portal.permissions import permit

PAGE = 20


@blueprint.get("/calendar/cases")
@permit("advise")
def cases() -> str:
    at = now()
    with reading() as connection:
        whose = own_diary(connection, at.date())
        count, open_count = case_counts(connection, whose.id, at=at)
        pages = max(-(-count // PAGE), 1)
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        rows = case_rows(connection, whose.id, at=at, limit=PAGE, offset=(page - 1) * PAGE)
    return render_template(
        "consultations/calendar/cases.html",
        groups=[
            (heading, group)
            for heading, group in (
                (gettext("Say what came of it"), [row for row in rows if row.is_open]),
                (gettext("Written up"), [row for row in rows if not row.is_open]),
            )
            if group
        ],
        heading=_heading(count, open_count),
        initials=initials,
        state_of=wording.tag_of,
        page=page,
        pages=pages,
        page_url=lambda number: url_for("calendar.cases", page=number),
    )


def _heading(count: int, open_count: int) -> str:
    if open_count:
        return ngettext(
            "One consultation has no outcome yet", "%(num)d consultations have no outcome yet", open_count
        )
    return gettext("Every consultation has its outcome") if count else gettext("No consultations yet")
