"""Who calls: the person of a bearer token. A browser's cookie does nothing here, so nothing here needs a CSRF token."""

from flask import Flask, Request

from portal.accounts.queries import CurrentPerson, api_caller
from portal.accounts.tokens import token_hash
from portal.db import reading


def init_app(app: Flask) -> None:
    app.login_manager.request_loader(caller)  # type: ignore[attr-defined]


def caller(request: Request) -> CurrentPerson | None:
    """One statement; None for no token, a wrong one and a revoked one, and for pages."""
    if request.blueprint != "api":
        return None
    # Not by `request.authorization`: it decodes other schemes too, and fails at what they may hold.
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        return None
    with reading() as connection:
        return api_caller(connection, token_hash(token))
