"""send(recipient, …): inbox, mail, calendar file; knows no other domain."""

from flask import Flask

from portal.notifications import post, views


def init_app(app: Flask) -> None:
    post.init_app(app)
    app.register_blueprint(views.blueprint)
