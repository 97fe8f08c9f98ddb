"""`/calendar/feed/<secret>.ics`: no cookie, no session; who knows the address reads."""

from flask import Response, abort, current_app, flash, make_response, redirect, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.agenda.feed.address import read_secret
from portal.agenda.feed.events import feed
from portal.agenda.feed.queries import contents, owner
from portal.agenda.feed.services import renew
from portal.agenda.views import blueprint
from portal.clock import now
from portal.db import reading, unit_of_work
from portal.notifications.post import sender_of
from portal.permissions import permit, public
from portal.web.etag import etag_of, not_modified, tagged


@blueprint.get("/calendar/feed/<secret>.ics")
@public
def calendar_feed(secret: str) -> Response:
    said = read_secret(secret)
    if said is None:
        abort(404)
    with reading() as connection:
        whose = owner(connection, said.person_id)
        if whose is None or not said.is_of(whose.generation):
            abort(404)
        found = contents(connection, whose.id, at=now())
    settings = current_app.config["SETTINGS"]
    tag = etag_of((found, whose))
    response = not_modified(tag)
    if response is None:
        file = feed(
            found,
            whose.id,
            language=whose.language,
            base_url=settings.base_url,
            sender=sender_of(settings).addr_spec,
        )
        response = tagged(make_response(file), tag)
        response.headers["Content-Type"] = "text/calendar; charset=utf-8; method=PUBLISH"
        response.headers["Content-Disposition"] = 'inline; filename="bos-muda.ics"'
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@blueprint.post("/agenda/feed")
@permit("account")
def renew_feed() -> BaseResponse:
    with unit_of_work() as session:
        renew(session, current_user.id, by_id=current_user.id, at=now())
    flash(
        gettext("The address is new. Add it to your calendar again: at the old one there is nothing left."),
        "good",
    )
    return redirect(url_for("agenda.mine", _anchor="feed"))
