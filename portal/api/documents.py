"""The OpenAPI document: made from the operations themselves."""

import hashlib
import re
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, request
from flask_smorest import Api

from portal.api.operations import operation
from portal.api.problems import MEDIA_TYPE, TYPES, Problem, known_types
from portal.permissions import public

ABOUT = """
Sites, desks and rooms, consultants, when they are free, and what you have booked.

- **Who you are**: a bearer token in `Authorization`. The administrator gives you one.
- **Times** are ISO 8601 with an offset; those without are refused. Answers are in the site's own time zone.
  Dates in queries are days of the site's time zone, inclusive.
- **Fields** that are not described are refused, never ignored.
- **Language** of names and messages: `Accept-Language`, Indonesian (`id`) or English (`en`).
- **Errors** are `application/problem+json` (RFC 9457). Branch on `type`, show `detail`.
- **Sent twice**: with an `Idempotency-Key` a POST is done once.
"""
SECURITY = {"bearer": {"type": "http", "scheme": "bearer", "description": "A token of yours."}}
TAGS = (
    {"name": "Places", "description": "Sites, their desks and rooms, and when these are free."},
    {"name": "Bookings", "description": "Desks and rooms held for you."},
    {"name": "Consultations", "description": "Who gives advice, when, and your consultations with them."},
    {"name": "Document", "description": "What you are reading."},
)
KEPT_SECONDS = 300
_FACT = re.compile(r"%\(\w+\)s")


class Document(Api):
    ERROR_SCHEMA: Any = Problem

    def _register_error_handlers(self) -> None:
        """Left to `problems`: these would answer for pages as well."""

    def _register_responses(self) -> None:
        """Every refusal is a problem; only those that some operation names get into the document."""
        for status in HTTPStatus:
            if status >= 400:
                self.spec.components.response(status.name, _problem(status.phrase, status), lazy=True)
        self.spec.components.response("DEFAULT_ERROR", _problem("Any other refusal"), lazy=True)

    def _register_pagination_header(self) -> None:
        """Lists are short: nothing is paged."""


def _problem(description: str, status: HTTPStatus | None = None) -> dict[str, Any]:
    response: dict[str, Any] = {"description": description, "content": {MEDIA_TYPE: {"schema": Problem}}}
    if status == HTTPStatus.UNAUTHORIZED:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return response


def document() -> Any:
    types = "\n".join(
        f"- `{TYPES}{name}` ({status}): {_FACT.sub('…', meaning)}" for name, status, meaning in known_types()
    )
    return Document(  # type: ignore[no-untyped-call]
        spec_kwargs={
            "title": "Portal Bos Muda",
            "version": "1",
            "openapi_version": "3.1.0",
            "info": {"description": f"{ABOUT}\n## Types of problems\n{types}\n"},
            "servers": [{"url": "/"}],
            "security": [{"bearer": []}],
            "tags": list(TAGS),
        }
    )


def write(app: Flask, made: Any) -> None:
    """Makes the text once: it does not change while the application runs."""
    made.spec.components.security_scheme("bearer", SECURITY["bearer"])
    described = made.spec.to_dict()
    # The blueprint's own name, which flask-smorest adds to the tags.
    described["tags"] = list(TAGS)
    text = app.json.dumps(described, indent=1)
    app.extensions["api_document"] = (text, hashlib.blake2b(text.encode(), digest_size=12).hexdigest())


@operation("GET", "/openapi.json", tag="Document", gives={"type": "object"})
@public
def show_document() -> Response:
    """This document."""
    text, etag = current_app.extensions["api_document"]
    response = Response(text, content_type="application/json")
    response.set_etag(etag)
    response.headers["Content-Language"] = "en"
    response.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    response.make_conditional(request)
    return response
