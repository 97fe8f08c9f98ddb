"""What a service may refuse, and why.

A domain exception subclasses one of the four below, names its reason in a stable `code`, says it in English in
`message` (the id of its translation, with `%(fact)s` where a fact goes) and carries the facts themselves.
`portal.web.errors` turns them into pages and problem+json; nothing here knows HTTP.
"""

from typing import Any, ClassVar


def N_(message: str) -> str:
    """Marks `message` for translation without translating it here."""
    return message


class PortalError(Exception):
    code: ClassVar[str] = "error"
    message: ClassVar[str] = N_("That did not work.")

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.code}: {self.facts}"


class NotFound(PortalError):
    code = "not-found"
    message = N_("We cannot find that.")


class NotAllowed(PortalError):
    code = "not-allowed"
    message = N_("This page is not for your account.")


class Conflict(PortalError):
    """Somebody else was first, or the thing has moved on since it was looked at."""

    code = "conflict"
    message = N_("Something changed in the meantime. Look again and choose anew.")


class RuleBroken(PortalError):
    """Understood, but against a rule. `code` becomes `rule-<code>` outside."""

    code = "rule"
    message = N_("That is against the rules of the place.")
