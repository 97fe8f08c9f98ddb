"""The signed link in a mail about a consultation: whoever holds it may look, and move or cancel it, without signing in.

It names the reservation and the sequence of the state it was mailed about: a change raises the sequence, so that the
link works once, and it is of no use once the consultation begins. Opening it changes nothing.
"""

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer


class LinkBrokenError(Exception):
    """Altered, cut off, or never ours."""


def signed(reservation_id: int, sequence: int) -> str:
    return _signer().dumps([reservation_id, sequence])


def opened(token: str) -> tuple[int, int]:
    """Reservation id and sequence.

    Raises:
        LinkBrokenError: see there.
    """
    try:
        reservation_id, sequence = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        raise LinkBrokenError() from None
    return int(reservation_id), int(sequence)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(
        current_app.config["SETTINGS"].secret_key, salt="portal.consultations.appointments"
    )
