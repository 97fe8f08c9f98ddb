"""What crosses bookings, consultations and programmes: the start page, the front desk, one's own agenda."""

from flask import Flask

from portal.accounts import entering
from portal.agenda.feed import services as feed
from portal.agenda.feed import views as feed_views
from portal.agenda.front_desk import views as front_desk
from portal.agenda.front_desk.mistyped import views as mistyped
from portal.agenda.front_desk.walk_in import views as walk_in
from portal.agenda.mine import views as mine
from portal.agenda.views import blueprint

PAGES = (front_desk, walk_in, mistyped, mine, feed_views)
"""Modules whose views stand on the blueprint."""


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    entering.hooks(app).erasing.append(feed.close)
