"""Which names the portal answers to: only its own, so that no address that it makes can lead elsewhere."""

from urllib.parse import urlsplit

from flask import Flask, abort, request

from portal.config import Settings, is_loopback

FOR_MACHINES = {"web.healthz", "web.readyz", "web.prometheus"}
"""Asked for by whatever name or number a load balancer knows this host."""


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    own = urlsplit(settings.base_url).hostname
    # A redirect made of a path such as //e or /x//y would tell of the host that was asked for.
    app.url_map.merge_slashes = False
    if settings.demo:
        return  # shown under whatever name a laptop has in its network

    @app.before_request
    def refuse_other_names() -> None:
        if request.endpoint in FOR_MACHINES:
            return
        asked = _name(request.host)
        if asked != own and not is_loopback(asked):
            abort(400)


def _name(host: str) -> str | None:
    """Without port; None for what cannot be read."""
    try:
        return urlsplit("//" + host).hostname
    except ValueError:
        return None
