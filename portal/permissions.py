"""Who may call which view. Which rows one sees is said in each package's queries.

Every view carries `@permit("...")` or `@public`; one that carries neither is refused (and a test fails).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import abort, current_app, request
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., Any])


class Role(StrEnum):
    ENTREPRENEUR = "entrepreneur"
    CONSULTANT = "consultant"
    FRONTDESK = "frontdesk"
    MANAGER = "manager"
    OFFICIAL = "official"
    ADMIN = "admin"


STAFF = frozenset({Role.CONSULTANT, Role.FRONTDESK, Role.MANAGER, Role.OFFICIAL, Role.ADMIN})

PERMISSIONS: dict[str, frozenset[Role]] = {
    "account": frozenset(Role),
    "book": frozenset(Role),
    "book-for-others": frozenset({Role.FRONTDESK, Role.ADMIN}),
    "front-desk": frozenset({Role.FRONTDESK, Role.ADMIN}),
    "advise": frozenset({Role.CONSULTANT}),
    "confirm-person": frozenset({Role.FRONTDESK, Role.ADMIN}),
    "administer": frozenset({Role.ADMIN}),
}


def permit(permission: str) -> Callable[[View], View]:
    """Only signed-in people with this permission reach the view."""
    if permission not in PERMISSIONS:
        raise ValueError(f"unknown permission {permission!r}")

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Anyone reaches the view, signed in or not."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def guard() -> Any:
    """Before each request: lets through, asks to sign in, or refuses."""
    if request.endpoint is None or request.method == "OPTIONS":
        return None
    view = current_app.view_functions[request.endpoint]
    permission = permission_of(view, request.method)
    if permission is None:
        return None
    if not current_user.is_authenticated:
        return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
    if not current_user.can(permission):
        abort(403)
    return None


def permission_of(view: Any, method: str) -> str | None:
    """The permission a view (or this method of a view class) asks for; None when it is public.

    Raises:
        LookupError: it says neither.
    """
    for candidate in (
        getattr(getattr(view, "view_class", None), method.lower(), None),
        view,
        getattr(view, "view_class", None),
    ):
        if candidate is not None and hasattr(candidate, "permission"):
            return candidate.permission  # type: ignore[no-any-return]
    raise LookupError(f"{view.__module__}.{view.__qualname__} carries neither @permit nor @public")
