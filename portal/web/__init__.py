"""What all pages share: language, headers, errors, filters, assets, navigation, health."""

from flask import Flask

from portal.web import (
    assets,
    bodies,
    compression,
    context,
    errors,
    headers,
    hosts,
    locale,
    logging,
    metrics,
    routing,
    views,
)


def init_app(app: Flask) -> None:
    compression.init_app(app)  # first, so that it sees each answer last
    routing.init_app(app)
    logging.init_app(app)
    metrics.init_app(app)
    hosts.init_app(app)
    locale.init_app(app)
    assets.init_app(app)
    context.init_app(app)
    headers.init_app(app)
    bodies.init_app(app)
    errors.init_app(app)
    app.register_blueprint(views.blueprint)
