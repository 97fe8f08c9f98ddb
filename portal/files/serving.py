"""A file as an answer. Who may see it, the view that calls this has made sure of."""

import re
import unicodedata
from urllib.parse import quote

from flask import Response, make_response, request

from portal.db import Reader
from portal.files.kinds import PDF
from portal.files.queries import FileFacts, file_bytes, file_facts

_LOCKED_UP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 ._()+-]")
_ATTR_CHARS = "!#$&+-.^_`|~"
"""What RFC 8187 lets stand unescaped beside letters and digits."""


def file_response(reader: Reader, file_id: int, *, inline: bool = False) -> Response:
    """The file to be saved or, with `inline` and if browsers can, to be shown.

    Raises:
        NoSuchFile
    """
    facts = file_facts(reader, file_id)
    if request.if_none_match.contains_weak(facts.sha256):
        response = make_response(b"", 304)
    else:
        response = make_response(file_bytes(reader, file_id))
    response.headers["Content-Type"] = facts.media_type
    response.headers["Content-Disposition"] = disposition(
        facts.name, inline=inline and facts.kind.opens_in_browser
    )
    response.headers["Content-Security-Policy"] = _policy(facts)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "private, no-store"
    response.set_etag(facts.sha256)
    return response


def disposition(name: str, *, inline: bool) -> str:
    """RFC 6266: the name in plain letters for whoever knows no better, and whole beside it."""
    plain = _NOT_PLAIN.sub("_", unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode())
    way = "inline" if inline else "attachment"
    if plain == name:
        return f'{way}; filename="{plain}"'
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"


def _policy(facts: FileFacts) -> str:
    """Whatever a file turns out to be, it runs and loads nothing, and belongs to no site."""
    # Chromium shows no PDF at all in a sandbox; its viewer runs apart from the page anyway.
    return _LOCKED_UP if facts.kind is PDF else f"sandbox; {_LOCKED_UP}"
