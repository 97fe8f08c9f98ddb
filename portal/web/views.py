"""Health for machines, and the pages that belong to no domain."""

from flask import Blueprint, Response, abort, current_app, render_template
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger

from portal.db import reading
from portal.permissions import public
from portal.web import metrics, sample_calendar
from portal.web.health import health
from portal.web.samples import sample_form

blueprint = Blueprint("web", __name__)
log = get_logger("portal")


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    return _plain("ok")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """Database reachable, migrated to this code's head, and its guards in place, the one against overlaps first."""
    try:
        with reading() as connection:
            found = health(connection, current_app.config["MIGRATIONS"])
    except SQLAlchemyError:
        log.warning("not ready", exc_info=True)
        return _plain("the database does not answer", 503)
    if not found.migrated:
        return _plain("the migrations do not fit", 503)
    if found.missing:
        return _plain("the constraint " + ", ".join(found.missing) + " is missing or changed", 503)
    return _plain("ready")


@blueprint.get("/metrics")
@public
def prometheus() -> Response:
    return metrics.exposition()


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    return render_template("web/accessibility.html")


@blueprint.get("/dev/components")
@public
def components() -> str:
    """Every part of the visual language in all its states; in demonstration mode only."""
    if not current_app.config["SETTINGS"].demo:
        abort(404)
    return render_template("web/components.html", sample_form=sample_form, calendar=sample_calendar)


def _plain(words: str, status: int = 200) -> Response:
    response = Response(words + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
