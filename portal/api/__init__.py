"""/api/v1, one file per noun, over the same services as the pages."""

from flask import Flask

from portal.api import (
    appointments,
    authentication,
    availability,
    bookings,
    consultants,
    consultations,
    documents,
    models,
    problems,
    resources,
    sites,
)
from portal.api.operations import blueprint

NOUNS = (sites, resources, availability, bookings, consultants, consultations, appointments, documents)
"""Modules whose operations stand on the blueprint, in the order of the document."""


TABLES = (models.IdempotencyKey,)
"""Known to the metadata because they are named here; SQL text writes them."""


def init_app(app: Flask) -> None:
    authentication.init_app(app)
    problems.init_app(app)
    # There are no cookies here that a foreign page could make a browser send.
    app.extensions["csrf"].exempt(blueprint)
    document = documents.document()
    document.init_app(app)
    document.register_blueprint(blueprint)
    documents.write(app, document)
