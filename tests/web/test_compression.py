"""What goes compressed over the wire, and what had better not."""

import gzip
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.clock import now
from tests.bookings.house import House
from tests.client import Visitor

Visit = Callable[..., Visitor]
UNPACK: dict[str | None, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    None: bytes,
}


@pytest.fixture
def house(session: Session) -> House:
    return House(session)


def ask(visitor: Visitor, path: str = "", **headers: str) -> TestResponse:
    """As it comes over the wire; a visitor looks at pages only as they are read."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return FlaskClient.open(visitor, path or f"/spaces/1/day/{now().date()}", headers=named)


@pytest.mark.parametrize(
    ("accepted", "way"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, br;q=0", "gzip"),
        ("gzip", "gzip"),
        ("*", "br"),
        ("identity", None),
        ("", None),
        ("br;q=0", None),
        ("zstd", None),
    ],
)
def test_pages_as_the_browser_takes_them(
    house: House, visitor: Visit, accepted: str, way: str | None
) -> None:
    whole, answer = ask(visitor()), ask(visitor(), accept_encoding=accepted)
    assert answer.headers.get("Content-Encoding") == way
    assert UNPACK[way](answer.data) == whole.data
    assert answer.content_length == len(answer.data)
    assert answer.headers["ETag"] == whole.headers["ETag"]
    for headers in (answer.headers, whole.headers):
        assert {"Cookie", "Accept-Encoding"} <= set(", ".join(headers.getlist("Vary")).split(", "))


def test_not_modified_whatever_it_was_packed_with(house: House, visitor: Visit) -> None:
    tag = ask(visitor(), accept_encoding="br").headers["ETag"]
    answer = ask(visitor(), accept_encoding="gzip", if_none_match=tag)
    assert answer.status_code == 304
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("site", "is_packed"),
    [("cross-site", False), ("same-site", False), ("same-origin", True), ("none", True)],
)
def test_what_another_site_asks_for_on_behalf_of_somebody(
    house: House, visitor: Visit, site: str, is_packed: bool
) -> None:
    somebody = ask(visitor(house.person), accept_encoding="br", sec_fetch_site=site)
    nobody = ask(visitor(), accept_encoding="br", sec_fetch_site=site)
    assert ("Content-Encoding" in somebody.headers) == is_packed
    assert "Content-Encoding" in nobody.headers


def test_what_fits_into_a_packet_stays_as_it_is(house: House, visitor: Visit) -> None:
    assert "Content-Encoding" not in ask(visitor(), "/healthz", accept_encoding="br").headers
