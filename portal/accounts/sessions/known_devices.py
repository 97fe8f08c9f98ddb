"""A signed cookie that remembers who signed in on this device. It signs nobody in.

Strangers' wrong passwords then don't slow them down.
"""

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeSerializer

DAYS = 400
"""The longest that browsers keep a cookie."""
MOST_PEOPLE = 4
"""A phone that a family shares."""


def _cookie() -> str:
    return "__Host-device" if current_app.config["SETTINGS"].is_https else "device"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SETTINGS"].secret_key, salt="portal.accounts.device")


def _known() -> list[int]:
    try:
        people = _signer().loads(request.cookies.get(_cookie(), ""))
    except BadData:
        return []
    return [one for one in people if isinstance(one, int)][:MOST_PEOPLE] if isinstance(people, list) else []


def known_people() -> frozenset[int]:
    return frozenset(_known())


def remember_device(response: Response, person_id: int) -> None:
    people = [person_id, *(one for one in _known() if one != person_id)][:MOST_PEOPLE]
    response.set_cookie(
        _cookie(),
        str(_signer().dumps(people)),
        max_age=DAYS * 24 * 3600,
        secure=current_app.config["SETTINGS"].is_https,
        httponly=True,
        samesite="Lax",
    )
