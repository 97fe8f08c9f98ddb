"""Every refusal as `application/problem+json` (RFC 9457). Types are stable: callers branch on them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, make_response, request
from flask_babel import gettext
from marshmallow import Schema, fields
from werkzeug.exceptions import BadRequest, HTTPException, UnprocessableEntity

from portal.api.fields import NOT_AN_OBJECT, UNKNOWN_FIELD
from portal.api.languages import name_language, speak_their_language
from portal.bookings import refusals as booking_refusals
from portal.consultations import refusals as consultation_refusals
from portal.errors import N_, Conflict, NotAllowed, NotFound, PortalError, RuleBroken
from portal.resources import refusals as resource_refusals
from portal.web.errors import answer_under, status_of, words

MEDIA_TYPE = "application/problem+json"
TYPES = "/api/v1/problems/"
"""What every type begins with; a name, not an address."""
MOST_ERRORS = 30
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of problem: its status, what it is called, and what to do about it."""

    status: int
    title: str
    detail: str


KINDS = {
    "bad-request": Kind(400, N_("Request cannot be read"), N_("The request cannot be read.")),
    "not-json": Kind(400, N_("Body is not JSON"), N_("The body is not JSON, or nested too deeply.")),
    "unauthorized": Kind(
        401, N_("No valid token"), N_("Send a valid token: Authorization: Bearer, a space, the token.")
    ),
    "not-allowed": Kind(403, N_("Not for your account"), N_("Your account may not do that.")),
    "not-found": Kind(404, N_("Nothing there"), N_("There is nothing at this address.")),
    "method-not-allowed": Kind(
        405, N_("Method not known here"), N_("This address does not know that method.")
    ),
    "conflict": Kind(409, N_("Something has changed"), N_("Something else happened first.")),
    "slot-taken": Kind(409, N_("That time is taken"), N_("Somebody else holds that time.")),
    "too-large": Kind(413, N_("Body too large"), N_("The body is too large: at most 1 MB.")),
    "unsupported-media-type": Kind(
        415, N_("Body not sent as JSON"), N_("Send JSON, with Content-Type: application/json.")
    ),
    "validation": Kind(
        422, N_("Some values cannot be right"), N_("See errors: what is wrong with which field.")
    ),
    "idempotency-key-reused": Kind(
        422,
        N_("Key used already"),
        N_("This Idempotency-Key belongs to another request. Use a new one for each new request."),
    ),
    "too-many-requests": Kind(
        429, N_("Too many requests"), N_("Too many requests. Wait for as long as Retry-After says.")
    ),
    "internal-error": Kind(
        500, N_("Broken on our side"), N_("Something broke on our side. It is noted; nothing was saved.")
    ),
    "unavailable": Kind(503, N_("Busy at the moment"), N_("The portal is busy. Try again in a moment.")),
}
AGAINST_A_RULE = N_("Against a rule of the place")
BY_STATUS = {
    400: "bad-request",
    401: "unauthorized",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    415: "unsupported-media-type",
    422: "validation",
    429: "too-many-requests",
    500: "internal-error",
    503: "unavailable",
}


class NotJson(BadRequest):
    kind = "not-json"


class KeyReused(UnprocessableEntity):
    kind = "idempotency-key-reused"


class Invalid(UnprocessableEntity):
    """Values outside the body that are not as they must be; `messages` by name."""

    def __init__(self, messages: Mapping[str, list[str]]) -> None:
        super().__init__()
        self.data = {"messages": {"request": messages}}


class Alternative(Schema):
    """A free time that could be had instead."""

    resource_id = fields.Integer(required=True)
    name = fields.String(required=True)
    starts_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)


class Problem(Schema):
    """Why not (RFC 9457)."""

    type = fields.String(required=True, metadata={"format": "uri-reference"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(
        required=True, metadata={"description": "In the language of Accept-Language: id or en."}
    )
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "With /validation: what is wrong with which field."},
    )
    alternatives = fields.List(
        fields.Nested(Alternative),
        metadata={"description": "With /slot-taken: the nearest free times, perhaps none."},
    )


def init_app(app: Flask) -> None:
    answer_under(app, "/api/", answer)


def answer(error: Exception, **members: Any) -> Response:
    """The answer to a refusal of any kind; `members` are added to it as they are."""
    speak_their_language()
    if isinstance(error, PortalError):
        name, status = type_of(error), status_of(error)
        title = AGAINST_A_RULE if isinstance(error, RuleBroken) else KINDS[_known(name, status)].title
        return _response(name, status, gettext(title), words(error), members)
    if not isinstance(error, HTTPException) or error.code is None:
        return _of_status(500, None, members)
    if error.code < 400:
        return make_response(error.get_response())
    messages = getattr(error, "data", {}).get("messages")
    if messages:
        members["errors"] = errors_by_field(messages)
    response = _of_status(error.code, getattr(error, "kind", None), members)
    for header, value in error.get_headers():
        if header in {"Allow", "Retry-After"}:
            response.headers[header] = value
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


def type_of(error: PortalError | type[PortalError]) -> str:
    """What the type of a domain refusal ends with."""
    kind = error if isinstance(error, type) else type(error)
    return f"rule-{kind.code}" if issubclass(kind, RuleBroken) else kind.code


def known_types() -> Iterator[tuple[str, int, str]]:
    """Every type with its status and what it means, in English, for the document."""
    for name, kind in KINDS.items():
        yield name, kind.status, kind.detail
    seen: set[str] = set(KINDS)
    for module in (resource_refusals, booking_refusals, consultation_refusals):
        for refusal in vars(module).values():
            is_of_it = isinstance(refusal, type) and refusal.__module__ == module.__name__
            if is_of_it and issubclass(refusal, PortalError) and type_of(refusal) not in seen:
                seen.add(type_of(refusal))
                yield type_of(refusal), _status(refusal), refusal.message


def _status(refusal: type[PortalError]) -> int:
    return next(
        status
        for kind, status in ((NotFound, 404), (NotAllowed, 403), (Conflict, 409), (RuleBroken, 422))
        if issubclass(refusal, kind)
    )


def _known(name: str, status: int) -> str:
    return name if name in KINDS else BY_STATUS.get(status, "bad-request")


def _of_status(status: int, name: str | None, members: Mapping[str, Any]) -> Response:
    """HTTP's own refusals; those we have no words for say what HTTP calls them (RFC 9457, about:blank)."""
    name = name or BY_STATUS.get(status)
    if name is None:
        phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else str(status)
        return _response(None, status, phrase, phrase, members)
    kind = KINDS[name]
    return _response(name, status, gettext(kind.title), gettext(kind.detail), members)


def _response(name: str | None, status: int, title: str, detail: str, members: Mapping[str, Any]) -> Response:
    body = {
        "type": "about:blank" if name is None else TYPES + name,
        "title": title,
        "status": status,
        "detail": detail,
        **members,
    }
    response = Response(current_app.json.dumps(body), status, content_type=MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    name_language(response)
    if status == 401:
        response.headers["WWW-Authenticate"] = (
            'Bearer realm="portal", error="invalid_token"'
            if "Authorization" in request.headers
            else 'Bearer realm="portal"'
        )
    return response


MARSHMALLOWS_OWN = {"Unknown field.": UNKNOWN_FIELD, "Invalid input type.": NOT_AN_OBJECT}


def errors_by_field(messages: Mapping[str, Any]) -> dict[str, list[str]]:
    """Messages of webargs (location, field, …) as sentences by field; not without end, whatever was sent."""
    found: dict[str, list[str]] = {}
    for inside in messages.values():
        for name, texts in _leaves(inside):
            if len(found) < MOST_ERRORS:
                found[name[:LONGEST_NAME]] = [gettext(MARSHMALLOWS_OWN.get(text, text)) for text in texts]
    return found


def _leaves(messages: Any, path: str = "") -> Iterator[tuple[str, Iterable[str]]]:
    if isinstance(messages, Mapping):
        for name, inside in messages.items():
            yield from _leaves(
                inside, "body" if name == "_schema" else f"{path}.{name}" if path else str(name)
            )
    elif isinstance(messages, list):
        yield path or "body", messages
