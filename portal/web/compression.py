"""Pages and JSON go compressed over the wire; built files lie compressed on the disk already.

A page holds the token of its forms beside what an address may put into it. Who can make a browser ask for pages
again and again, and sees how long the answers are, could guess such a token letter by letter (BREACH). Only another
site's page can make a browser do that, so what it asks for on behalf of somebody signed in isn't compressed.
"""

import zlib
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
from flask import Flask, Response, current_app, request

SMALLEST = 600
"""Bytes below which it isn't worth it: one packet is one packet."""
TYPES = frozenset(
    {"text/html", "text/plain", "text/csv", "application/json", "application/problem+json", "image/svg+xml"}
)


def _brotli(body: bytes) -> bytes:
    # Half a millisecond and a thirteenth of the bytes for a day page; one level less saves no time to speak of.
    packed: bytes = brotli.compress(body, quality=2)
    return packed


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(level=1, wbits=31)
    return packer.compress(body) + packer.flush()


WAYS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (("br", _brotli), ("gzip", _gzip))
"""What we would rather use first."""


def init_app(app: Flask) -> None:
    """Before every other extension: what is registered first sees the answer last."""
    app.after_request(compressed)


def compressed(response: Response) -> Response:
    if response.mimetype not in TYPES or response.is_streamed:
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or _is_asked_for_by_another_site():
        return response
    accepted = request.accept_encodings
    way = next(((name, pack) for name, pack in WAYS if accepted.quality(name) > 0), None)
    if way is None or (response.content_length or 0) < SMALLEST:
        return response
    response.set_data(way[1](response.get_data()))
    response.headers["Content-Encoding"] = way[0]
    return response


def _is_asked_for_by_another_site() -> bool:
    cookie = current_app.config["SESSION_COOKIE_NAME"]
    return cookie in request.cookies and request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}
