"""`/consultations/consultants/<id>`: who can help, with what, and how soon."""

from datetime import timedelta

from flask import Response, abort, render_template
from sqlalchemy import text

from portal.accounts.names import initials
from portal.clock import now
from portal.consultations.finding.queries import advising, offer_of, topics
from portal.consultations.finding.sheet import photo_url
from portal.consultations.finding.soonest import DAYS, first_of_topics
from portal.consultations.views import blueprint
from portal.consultations.wording import language_name
from portal.db import Reader, reading
from portal.files.serving import file_response
from portal.permissions import public

_PHOTO = text(
    """
    SELECT c.photo_id FROM consultant c JOIN resource r ON r.id = c.id WHERE c.id = :id AND r.is_active
    """
)


@blueprint.get("/consultations/consultants/<int:consultant_id>")
@public
def consultant(consultant_id: int) -> str:
    at = now()
    today = at.date()
    with reading() as connection:
        _photo(connection, consultant_id)
        who = advising(connection)
        offered = [one for one in topics(connection) if consultant_id in who.get(one.id, ())]
        found = offer_of(connection, consultant_id, today, today + timedelta(days=DAYS))
    row = found.consultants[consultant_id]
    only = {one.id: (consultant_id,) for one in offered}
    return render_template(
        "consultations/consultant.html",
        who=row,
        face_of={"id": row.id, "initials": initials(row.name), "photo": photo_url(row)},
        languages=[language_name(code) for code in row.languages],
        topics=offered,
        soon=first_of_topics(found, offered, only, now=at),
        at=at,
    )


@blueprint.get("/consultations/consultants/<int:consultant_id>/photo")
@public
def photo(consultant_id: int) -> Response:
    with reading() as connection:
        photo_id = _photo(connection, consultant_id)
        if photo_id is None:
            abort(404)
        response = file_response(connection, photo_id, inline=True)
    # Another picture has another address: see `photo_url`.
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def _photo(reader: Reader, consultant_id: int) -> int | None:
    """The id of a consultant's picture; 404 for who is none, or not any more."""
    found = reader.execute(_PHOTO, {"id": consultant_id}).one_or_none()
    if found is None:
        abort(404)
    photo_id: int | None = found.photo_id
    return photo_id
