"""`Idempotency-Key`: a POST sent twice is done once.

Nothing is looked up beforehand. The work is done, and the key is inserted in the same transaction: whoever comes
second, a moment later or at the same time, runs into the key or into what the first one made (its own booking is in
the way), is rolled back, and gets the first one's answer. That costs a first request one statement, and none is done
twice however they are interleaved.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, request
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.api.operations import parsed
from portal.api.problems import Invalid, KeyReused
from portal.clock import now
from portal.db import Reader, reading, unit_of_work
from portal.errors import N_, Conflict, PortalError

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT = timedelta(hours=24)
_PRINTABLE = re.compile(r"[ -~]{1,200}")


@dataclass(frozen=True, slots=True)
class Made:
    """What a POST made: the answer that is given, and given again."""

    status: int
    body: str
    """JSON."""
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A key as one person sent it with one request."""

    person_id: int
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    request_hash: bytes
    made: Made


class AnsweredAlready(Conflict):
    """Somebody was quicker with the same key."""


_KEEP = text(
    """
    INSERT INTO idempotency_key (person_id, key, request_hash, status, body, location, created_at)
    VALUES (:person_id, :key, :request_hash, :status, :body, :location, :at)
    ON CONFLICT (person_id, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
        body = excluded.body, location = excluded.location, created_at = excluded.created_at
        WHERE idempotency_key.created_at <= :expired
    RETURNING status
    """
)
_KEPT = text(
    """
    SELECT request_hash, status, body, location FROM idempotency_key
    WHERE person_id = :person_id AND key = :key AND created_at > :expired
    """
)
_FORGET = text("DELETE FROM idempotency_key WHERE created_at <= :expired")


def keep(session: Session, given: Given, made: Made, *, at: datetime) -> None:
    """
    Raises:
        AnsweredAlready: the key has an answer that is not older than a day.
    """
    values = {
        "person_id": given.person_id,
        "key": given.key,
        "request_hash": given.request_hash,
        "status": made.status,
        "body": made.body,
        "location": made.location,
        "at": at,
        "expired": at - KEPT,
    }
    if session.execute(_KEEP, values).one_or_none() is None:
        raise AnsweredAlready()


def kept(reader: Reader, given: Given, *, at: datetime) -> Kept | None:
    row = reader.execute(
        _KEPT, {"person_id": given.person_id, "key": given.key, "expired": at - KEPT}
    ).one_or_none()
    return Kept(row.request_hash, Made(row.status, row.body, row.location)) if row else None


def forget_old(session: Session, *, at: datetime) -> None:
    session.execute(_FORGET, {"expired": at - KEPT})


def made_once(work: Callable[[Session], Made]) -> Response:
    """Does the work of this POST in one transaction and answers; does it once for each key.

    Raises: what `work` raises; KeyReused, Invalid.
    """
    given = given_key()
    try:
        with unit_of_work() as session:
            made = work(session)
            if given:
                keep(session, given, made, at=now())
    except PortalError:
        first = _first_answer(given) if given else None
        if first is None:
            raise
        return _response(first, is_replayed=True)
    return _response(made)


def given_key() -> Given | None:
    """The signed-in person's key for this request; None without one."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _PRINTABLE.fullmatch(key):
        raise Invalid({HEADER: [N_("Must be 1 to 200 printable ASCII characters.")]})
    what = json.dumps([request.method, request.path, parsed(request.get_data())], sort_keys=True)
    return Given(current_user.id, key, hashlib.sha256(what.encode()).digest())


def _first_answer(given: Given) -> Made | None:
    with reading() as connection:
        first = kept(connection, given, at=now())
    if first is None:
        return None
    if first.request_hash != given.request_hash:
        raise KeyReused()
    return first.made


def _response(made: Made, *, is_replayed: bool = False) -> Response:
    response = Response(made.body, made.status, content_type="application/json")
    if made.location:
        response.headers["Location"] = made.location
    if is_replayed:
        response.headers[REPLAYED] = "true"
    return response
