"""Who calls: the person of a bearer token. A browser's cookie does nothing here, so nothing here needs a CSRF token."""

from flask import Flask, Request

from portal.accounts.queries import CurrentPerson, api_caller
from portal.accounts.tokens import token_hash
from portal.db import reading


def init_app(app: Flask) -> None:
    app.login_manager.request_loader(caller)  # type: ignore[attr-defined]


def caller(request: Request) -> CurrentPerson | None:
    """One statement; None for no token, a wrong one and a revoked one, and for pages."""
    given = request.authorization
    if request.blueprint != "api" or given is None or given.type != "bearer" or not given.token:
        return None
    with reading() as connection:
        return api_caller(connection, token_hash(given.token))
