"""Health for machines, and the pages that belong to no domain."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Response, abort, current_app, render_template
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger

from portal.db import reading
from portal.permissions import public
from portal.web import metrics
from portal.web.samples import sample_form

blueprint = Blueprint("web", __name__)
log = get_logger("portal")

GUARD = text(
    "SELECT count(*) FROM pg_constraint WHERE conname = 'ex_claim_overlap' AND contype = 'x' AND convalidated"
)


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    return _plain("ok")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """Database reachable, migrated to this code's head, and the guard against overlapping claims in place."""
    try:
        with reading() as connection:
            heads = MigrationContext.configure(connection).get_current_heads()
            guarded = connection.scalar(GUARD) == 1
    except SQLAlchemyError:
        log.warning("not ready", exc_info=True)
        return _plain("the database does not answer", 503)
    if set(heads) != set(ScriptDirectory(str(current_app.config["MIGRATIONS"])).get_heads()):
        return _plain("the migrations do not fit", 503)
    if not guarded:
        return _plain("the constraint ex_claim_overlap is missing", 503)
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
    return render_template("web/components.html", sample_form=sample_form)


def _plain(words: str, status: int = 200) -> Response:
    response = Response(words + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
