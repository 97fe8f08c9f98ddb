"""The inbox."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.clock import now
from portal.db import reading, unit_of_work
from portal.notifications.queries import inbox as inbox_of
from portal.notifications.services import mark_all_read, mark_read
from portal.notifications.wording import line
from portal.permissions import permit

blueprint = Blueprint("notifications", __name__)

LAST_PAGE = 10_000


@blueprint.get("/inbox")
@permit("account")
def inbox() -> str:
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= LAST_PAGE:
        abort(404)
    with reading() as connection:
        shown = inbox_of(connection, current_user.id, page)
    if page > shown.pages:
        abort(404)
    lines = [(row, line(row.template, row.facts)) for row in shown.rows]
    return render_template("notifications/inbox.html", inbox=shown, lines=lines, page=page, address=_address)


@blueprint.post("/inbox/<int:message_id>/open")
@permit("account")
def open_message(message_id: int) -> BaseResponse:
    """Marks the message read and goes where it leads."""
    with unit_of_work() as session:
        path = mark_read(session, current_user.id, message_id, at=now())
    return redirect(path or url_for("notifications.inbox"), 303)


@blueprint.post("/inbox/read")
@permit("account")
def read_all() -> BaseResponse:
    with unit_of_work() as session:
        mark_all_read(session, current_user.id, at=now())
    return redirect(url_for("notifications.inbox"), 303)


def _address(page: int) -> str:
    return url_for("notifications.inbox", page=page)
