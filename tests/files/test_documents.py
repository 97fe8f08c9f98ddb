"""PDF: whole, with a page, open to whoever gets it; read in bounded time and memory."""

import time

import pytest

from portal.files import refusals
from portal.files.checks import checked
from portal.files.kinds import PDF
from tests.files import made

CATALOG, PAGE = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"
HEAD = b"%PDF-1.7\n"
END = b"startxref\n9\n%%EOF"


def test_it_stays_as_it_is() -> None:
    """A signature would break otherwise."""
    for data in (made.pdf(), made.pdf() + b"\n<script>alert(1)</script>\n"):
        assert checked("a.pdf", data).data == data
    by_hand = made.pdf_of(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", PAGE)
    assert checked("a.pdf", by_hand).kind is PDF


def test_with_a_password_nobody_here_could_read_it() -> None:
    with pytest.raises(refusals.Locked):
        checked("a.pdf", made.pdf(user="rahasia", owner="juga"))


def test_what_only_restricts_printing_can_be_read() -> None:
    assert checked("a.pdf", made.pdf(user="", owner="bank")).kind is PDF


@pytest.mark.parametrize(
    "data",
    [
        HEAD,
        HEAD + made.HTML,
        made.pdf()[:-200],
        made.pdf_of(CATALOG, b"<</Type/Pages/Kids[]/Count 0>>"),
        made.pdf_of(CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
        made.pdf_of(CATALOG, b"[" * 100_000),
        made.pdf_of(b"<</Type/Catalog>>"),
        made.pdf_of(CATALOG, *(b"<</Type/Pages/Kids[%d 0 R]>>" % (n + 3) for n in range(2_000))),
    ],
    ids=["nothing", "html", "cut off", "no page", "a circle", "deep", "no tree", "a long way down"],
)
def test_without_a_page_it_is_none(data: bytes) -> None:
    with pytest.raises(refusals.Damaged):
        checked("a.pdf", data)


@pytest.mark.parametrize(
    "data",
    [
        HEAD + b"1 0 obj\n<<>>\nendobj\n" * 400_000,
        HEAD + b"1 0 obj\n<<>>\nendobj\n" * 400_000 + END,
        HEAD + b"1 0 obj\n" + b"<</a" * 2_000_000 + END,
        HEAD + b"1 0 obj\n" + b"(" * 8_000_000 + END,
        HEAD + b"startxref\n" * 800_000,
        HEAD + b"startxref\n" * 800_000 + END,
        HEAD + b"trailer<</Root 1 0 R>>\n" * 400_000 + END,
        HEAD + b"xref\n0 1\n0000000000 65535 f \ntrailer<</Root 1 0 R/Size 1/Prev 9>>\n" + END,
        made.xref_bomb(300_000_000),
    ],
    ids=[
        "objects",
        "objects, ended",
        "dictionaries",
        "brackets",
        "starts",
        "starts, ended",
        "trailers",
        "circle",
        "bomb",
    ],
)
def test_what_is_made_to_take_long_does_not(data: bytes) -> None:
    before = time.process_time()
    with pytest.raises(refusals.Damaged):
        checked("a.pdf", data)
    assert time.process_time() - before < 5, "minutes, if it were mended first"
