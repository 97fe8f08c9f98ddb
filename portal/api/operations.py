"""An operation of the API: its address, what it takes and what it gives, checked and told by the document alike."""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NoReturn, TypeVar

from flask import Request, request
from flask_smorest.blueprint import Blueprint
from marshmallow import RAISE, Schema
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, UnsupportedMediaType

from portal.api.languages import name_language, speak_their_language
from portal.api.problems import Invalid, NotJson
from portal.errors import N_

View = TypeVar("View", bound=Callable[..., Any])

LARGEST_BODY = 2**20
TWICE = N_("Give this once.")


class Parser(FlaskParser):
    """Takes a body for JSON only if it says so and is; refuses what is not asked for, in addresses too."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "json": RAISE, "query": RAISE}  # noqa: RUF012

    def load_querystring(self, req: Request, schema: Schema) -> Any:
        """Each name once: of two values one would be dropped in silence."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise Invalid({name: [TWICE] for name in twice})
        return super().load_querystring(req, schema)

    def load_json(self, req: Request, schema: Schema) -> Any:
        if not is_json_request(req):
            raise UnsupportedMediaType()
        try:
            body = req.get_data(cache=True)
        except HTTPException:
            raise
        except Exception as error:
            # The server's own: chunks that are none, a sender that hung up.
            raise BadRequest() from error
        if len(body) >= LARGEST_BODY:
            raise RequestEntityTooLarge()  # sent in chunks, it was cut off here in silence
        return parsed(body)


def parsed(body: bytes) -> Any:
    """
    Raises:
        NotJson: it is none, or nested so deeply that Python gives up.
    """
    try:
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson() from error


def _refuse(constant: str) -> NoReturn:
    """NaN and Infinity are Python's, not JSON's."""
    raise ValueError(constant)


class Operations(Blueprint):
    ARGUMENTS_PARSER = Parser()


blueprint: Any = Operations("api", __name__, url_prefix="/api/v1")  # type: ignore[no-untyped-call]


def begin(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Before anything else: errors too speak the caller's language."""
    request.max_content_length = LARGEST_BODY
    speak_their_language()


blueprint.url_value_preprocessor(begin)
blueprint.after_request(name_language)

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": (
        "Of your own choosing, new for each new request: repeated within 24 hours, the request is done once and "
        "its answer given again, with Idempotency-Replayed. With another body: 422."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
}


def operation(
    method: str,
    rule: str,
    *,
    tag: str,
    gives: type[Schema] | Schema | dict[str, Any] | None,
    status: int = 200,
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    problems: tuple[int, ...] = (),
    headers: dict[str, Any] | None = None,
) -> Callable[[View], View]:
    """Puts a view at an address. It is called with what `query` or `body` made of the request, then the address's
    parts; its docstring becomes summary and description. It carries `@permit` or `@public` below this.
    A POST answers through `idempotency.made_once`.
    """

    def register(view: View) -> View:
        told = {HTTPStatus.UNPROCESSABLE_ENTITY} if query or body else set()
        told |= {HTTPStatus(problem) for problem in problems}
        manual: dict[str, Any] = {"operationId": view.__name__}
        if view.permission is None:  # type: ignore[attr-defined]
            manual["security"] = []
        else:
            told |= {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if body:
            told |= {
                HTTPStatus.BAD_REQUEST,
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            }
        if method == "POST":
            manual["parameters"] = [IDEMPOTENCY_KEY]
        wrapped: Any = blueprint.response(status, gives, headers=headers)(view)
        for problem in sorted(told):
            wrapped = blueprint.alt_response(problem.value, problem.name)(wrapped)
        wrapped = blueprint.doc(**manual)(wrapped)
        if body:
            wrapped = blueprint.arguments(body())(wrapped)  # of a class, one would be made each time
        if query:
            wrapped = blueprint.arguments(query(), location="query")(wrapped)
        blueprint.add_url_rule(rule, view.__name__, wrapped, methods=[method], tags=[tag])
        return view

    return register
