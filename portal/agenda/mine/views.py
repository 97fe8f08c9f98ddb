"""`/agenda`: what is coming, and how to have it in the calendar of one's phone."""

from urllib.parse import quote

from flask import current_app, render_template, url_for
from flask_login import current_user

from portal.agenda.feed.address import secret
from portal.agenda.feed.queries import generation
from portal.agenda.mine.days import agenda
from portal.agenda.mine.queries import coming
from portal.agenda.views import blueprint
from portal.clock import now
from portal.db import reading
from portal.permissions import permit

GOOGLE = "https://calendar.google.com/calendar/r?cid="


@blueprint.get("/agenda")
@permit("account")
def mine() -> str:
    at = now()
    with reading() as connection:
        found = coming(connection, current_user.id, at=at)
        feed = secret(current_user.id, generation(connection, current_user.id))
    base_url = current_app.config["SETTINGS"].base_url
    address = base_url + url_for("agenda.calendar_feed", secret=feed)
    subscribe = "webcal://" + address.split("://", 1)[1]
    return render_template(
        "agenda/mine.html",
        agenda=agenda(found, current_user.id, at=at),
        at=at,
        address=address,
        subscribe=subscribe,
        google=GOOGLE + quote(subscribe, safe=""),
    )
