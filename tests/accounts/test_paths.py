"""Nobody is sent out of the portal."""

import pytest

from portal.accounts.paths import local_path


@pytest.mark.parametrize(
    "path", ["/", "/bookings", "/spaces/1/day/2026-09-08?start=10:00&end=12:00", "/a?b=//c"]
)
def test_pages_of_the_portal(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "//e",
        "//e.example/x",
        "///e",
        "/\\e",
        "\\\\e",
        "\\/e",
        "/a\\b",
        "https://e.example",
        "https:/e",
        "javascript:alert(1)",
        "e.example",
        "/\t/e",
        "/\n/e",
        "/\r\nSet-Cookie: a=b",
        "/a\0",
        "/a\x85b",
        "/\u2028e",
        "/\u202ee",
        "\t//e",
        " //e",
        "/" + "a" * 10_000,
    ],
)
def test_everything_else(path: str | None) -> None:
    assert local_path(path) is None
