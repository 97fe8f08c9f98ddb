"""`/admin/outcomes`: how consultations may end. The list is one form, with a line more for a new one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from portal.audit.services import record
from portal.clock import now
from portal.consultations.cases.models import Outcome
from portal.consultations.stamp import fingerprint
from portal.consultations.topics.refusals import ChangedMeanwhile
from portal.consultations.topics.views import blueprint
from portal.db import Reader, Words, reading, unit_of_work
from portal.permissions import permit
from portal.web.errors import status_of, words

MOST = 60
LONGEST = 80
LAST = 32_000
_NAME = re.compile(r"o(\d{1,3})-id", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """`key` None: one that is not kept yet."""

    key: int | None
    id: str
    en: str
    position: int
    is_active: bool


def outcome_lines(reader: Reader) -> list[Line]:
    """In their order, those no longer offered too."""
    rows = reader.execute(
        select(Outcome.id, Outcome.name, Outcome.position, Outcome.is_active).order_by(
            Outcome.position, Outcome.id
        )
    )
    return [Line(id_, name.id, name.en, position, is_active) for id_, name, position, is_active in rows]


def save_outcomes(session: Session, lines: Sequence[Line], *, seen: str, actor_id: int, at: datetime) -> None:
    """Keeps the list as it was typed; lines of outcomes that are not there are passed over.

    Raises:
        ChangedMeanwhile: it is not the list that was shown.
    """
    session.execute(text("LOCK TABLE outcome IN SHARE ROW EXCLUSIVE MODE"))
    kept = outcome_lines(session)
    if {line for line in lines if line.key is not None} == set(kept) and len(lines) == len(kept):
        return
    if fingerprint(kept) != seen:
        raise ChangedMeanwhile()
    known = {line.key: line for line in kept}
    changed = []
    for line in lines:
        values = {
            "name": Words(line.id, line.en or line.id),
            "position": line.position,
            "is_active": line.is_active,
        }
        if line.key is None:
            changed.append(session.execute(insert(Outcome).values(values).returning(Outcome.id)).scalar_one())
        elif known.get(line.key, line) != line:
            session.execute(update(Outcome).where(Outcome.id == line.key).values(values))
            changed.append(line.key)
    for id_ in changed:
        record(session, "consultations.save-outcome", ("outcome", id_), at=at, actor_id=actor_id)


@blueprint.get("/admin/outcomes", endpoint="outcomes")
@permit("administer")
def show_outcomes() -> Response:
    with reading() as connection:
        kept = outcome_lines(connection)
    return _page(kept, seen=fingerprint(kept))


@blueprint.post("/admin/outcomes")
@permit("administer")
def set_outcomes() -> Response:
    lines, wrong = _typed(request.form)
    seen = request.form.get("seen", "")[:64]
    if wrong:
        return _page(lines, seen=seen, wrong=wrong, status=422)
    try:
        with unit_of_work() as session:
            wanted = [line for line in lines if line.key is not None or line.id]
            save_outcomes(session, wanted, seen=seen, actor_id=current_user.id, at=now())
    except ChangedMeanwhile as refusal:
        with reading() as connection:
            seen = fingerprint(outcome_lines(connection))
        return _page(lines, seen=seen, status=status_of(refusal), refusal=refusal)
    flash(gettext("Saved."), "good")
    return make_response(redirect(url_for("topics.outcomes"), 303))


def _typed(form: Mapping[str, str]) -> tuple[list[Line], list[tuple[str, str]]]:
    """The lines, and what is wrong with them by the id of the field."""
    numbers = sorted({int(match[1]) for name in form if (match := _NAME.fullmatch(name))})[:MOST]
    lines, wrong = [], []
    for place, number in enumerate(numbers):
        field = f"o{number}-"
        indonesian, english = (
            " ".join(form.get(field + language, "").replace("\0", "").split()) for language in ("id", "en")
        )
        key = _number(form.get(field + "key", ""))
        position = _number(form.get(field + "at", ""))
        is_active = bool(form.get(field + "on"))
        lines.append(
            Line(
                key,
                indonesian,
                english or indonesian,
                min(place if position is None else position, LAST),
                is_active,
            )
        )
        if max(len(indonesian), len(english)) > LONGEST:
            wrong.append(
                (f"o{place}-id", gettext("That is too long: at most %(most)s letters.", most=LONGEST))
            )
        elif not indonesian and (key is not None or english):
            wrong.append((f"o{place}-id", gettext("Type a name")))
    return lines, wrong


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None


def _page(
    lines: Sequence[Line],
    *,
    seen: str,
    wrong: Sequence[tuple[str, str]] = (),
    status: int = 200,
    refusal: ChangedMeanwhile | None = None,
) -> Response:
    has_new = bool(lines) and lines[-1].key is None
    more = [] if has_new else [Line(None, "", "", 10 * (len(lines) + 1), True)]
    body = render_template(
        "consultations/settings/outcomes.html",
        rows=[*lines, *more],
        seen=seen,
        wrong=list(wrong),
        refusal=refusal,
        words=words,
    )
    return make_response(body, status)
