"""`/bookings`: one's own, and a new one; the house rules."""

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from portal.accounts.actor import Actor
from portal.bookings.forms import EmptyForm, StretchForm
from portal.bookings.once import book_once
from portal.bookings.queries import coming_bookings, past_bookings
from portal.bookings.refused import malformed, refused
from portal.clock import now
from portal.db import reading
from portal.errors import PortalError
from portal.permissions import permit, public
from portal.resources.queries import booking_rules, resource_facts

blueprint = Blueprint("bookings", __name__)

PAGE = 20
"""Past bookings a page."""


def actor() -> Actor:
    """The signed-in person, as services know them."""
    return Actor(id=current_user.id, is_staff=current_user.is_staff)


@blueprint.get("/bookings")
@permit("book")
def mine() -> str:
    at = now()
    page = max(request.args.get("page", 1, type=int), 1)
    if page > 10_000:
        abort(404)
    with reading() as connection:
        coming = coming_bookings(connection, current_user.id, at=at)
        past = past_bookings(connection, current_user.id, at=at, limit=PAGE + 1, offset=(page - 1) * PAGE)
    return render_template(
        "bookings/mine.html",
        coming=coming,
        past=past[:PAGE],
        page=page,
        has_more=len(past) > PAGE,
        at=at,
        form=EmptyForm(),
    )


@blueprint.get("/bookings/new")
@public
def new() -> BaseResponse | str:
    """The choice once more, with the one button; whoever is not signed in registers first, the choice in hand."""
    form = StretchForm(request.args, meta={"csrf": False})
    if not form.validate():
        return redirect(url_for("spaces.today"))
    if not current_user.is_authenticated:
        return redirect(url_for("accounts.register", next=request.full_path))
    with reading() as connection:
        resource = resource_facts(connection, form.wanted[0])
    if resource is None:
        abort(404)
    return render_template("bookings/new.html", resource=resource, form=form, confirm=EmptyForm())


@blueprint.post("/bookings")
@permit("book")
def create() -> BaseResponse | Response:
    """Leads to the ticket, a second click too; a refusal shows what else can be had."""
    form = StretchForm()
    if not form.validate():
        return malformed(form)
    try:
        reference = book_once(actor(), current_user.id, *form.wanted)
    except PortalError as refusal:
        return refused(refusal, *form.wanted, action=url_for("bookings.create"))
    return redirect(url_for("bookings.ticket", reference=reference, new=1))


@blueprint.get("/house-rules")
@public
def house_rules() -> str:
    with reading() as connection:
        rules = booking_rules(connection)
    return render_template("bookings/house_rules.html", rules=rules)
