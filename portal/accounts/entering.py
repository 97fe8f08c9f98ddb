"""What a higher room may add to signing in, registering and leaving: a choice kept in sight, and what follows.

`next` is opaque here. A room that puts a choice into it says at its `init_app` what becomes of it:

    hooks = entering.hooks(app)
    hooks.keeping.append(...)   # shows what was chosen beside the form
    hooks.following.append(...)   # books it, once the person is known
    hooks.erasing.append(...)   # cancels what somebody who is erased still has before them
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from portal.accounts.queries import CurrentPerson

KEY = "portal.accounts.entering"


@dataclass(frozen=True, slots=True)
class KeptChoice:
    """A choice that waits for its person, in the reader's language."""

    title: str
    """Such as "Meja A07, pukul 10.00–12.00"."""
    note: str
    """What becomes of it."""
    change_url: str
    change_label: str
    button: str
    """What the button of the registration form says, such as "Buat akun dan pesan meja"."""
    sign_in_button: str
    """The same for the sign-in form."""
    back_label: str | None = None
    """Words of the link back to where the choice was made."""
    sign: str = "desk"
    """The icon beside it."""


@dataclass(frozen=True, slots=True)
class Hooks:
    """Each room knows its own choices and answers None to the others'."""

    keeping: list[Callable[[str], KeptChoice | None]] = field(default_factory=list)
    """Called with the checked `next` when a form is shown; changes nothing."""
    following: list[Callable[[CurrentPerson, str], str | None]] = field(default_factory=list)
    """Called after somebody signed in or registered, outside any unit of work, with the checked `next`.

    It may open its own unit of work and flash a message; answers with the address to go to, or None for
    `next`. It deals with its own refusals: the person is signed in by then.
    """
    erasing: list[Callable[[Session, int, int | None, datetime], None]] = field(default_factory=list)
    """Called with (session, person_id, by, at) under the person's lock, within the erasing unit of work.

    The resources of all that is to come are locked by whoever is first: see `resources.reservations.lock_coming`.
    """

    def kept_choice(self, next_path: str) -> KeptChoice | None:
        return next((kept for keep in self.keeping if (kept := keep(next_path))), None)

    def on_entered(self, person: CurrentPerson, next_path: str) -> str | None:
        return next((target for follow in self.following if (target := follow(person, next_path))), None)

    def on_erased(self, session: Session, person_id: int, by: int | None, at: datetime) -> None:
        for erase in self.erasing:
            erase(session, person_id, by, at)


def hooks(app: Flask) -> Hooks:
    return app.extensions.setdefault(KEY, Hooks())  # type: ignore[no-any-return]
