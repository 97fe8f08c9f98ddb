"""What a higher room may add to signing in, registering and leaving: a choice kept in sight, and what follows.

`next` is opaque here. `bookings` puts the chosen desk and time into it, and sets at its `init_app`:

    hooks = entering.hooks(app)
    hooks.kept_choice = ...   # shows what was chosen beside the form
    hooks.on_entered = ...    # books it, once the person is known
    hooks.on_erased = ...     # cancels what somebody who is erased still has before them
"""

from collections.abc import Callable
from dataclasses import dataclass
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


def _nothing_kept(next_path: str) -> KeptChoice | None:
    return None


def _nothing_follows(person: CurrentPerson, next_path: str) -> str | None:
    return None


def _nothing_to_come(session: Session, person_id: int, by: int | None, at: datetime) -> None:
    return None


@dataclass(slots=True)
class Hooks:
    kept_choice: Callable[[str], KeptChoice | None] = _nothing_kept
    """Called with the checked `next` when a form is shown; changes nothing."""
    on_entered: Callable[[CurrentPerson, str], str | None] = _nothing_follows
    """Called after somebody signed in or registered, outside any unit of work, with the checked `next`.

    It may open its own unit of work and flash a message; answers with the address to go to, or None for
    `next`. It deals with its own refusals: the person is signed in by then.
    """
    on_erased: Callable[[Session, int, int | None, datetime], None] = _nothing_to_come
    """Called with (session, person_id, by, at) under the person's lock, within the erasing unit of work."""


def hooks(app: Flask) -> Hooks:
    return app.extensions.setdefault(KEY, Hooks())  # type: ignore[no-any-return]
