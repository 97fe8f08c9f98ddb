"""How things are written."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from portal.clock import now
from portal.web.filters import whole
from tests.client import Visitor
from tests.factories import ResourceFactory, SiteFactory


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Trasa Co-Working Space", 'Trasa <span class="nb">Co-Working</span> Space'),
        ("Trasa", "Trasa"),
        ("A-<b>", '<span class="nb">A-&lt;b&gt;</span>'),
        ("<b>", "&lt;b&gt;"),
        ("Pusat-Layanan-Usaha-Terpadu", "Pusat-Layanan-Usaha-Terpadu"),
        ("", ""),
    ],
)
def test_a_word_with_a_hyphen_stays_whole(name: str, written: str) -> None:
    assert whole(name) == written


def test_headings_of_refusals_and_forms_keep_doubled_words_whole(visitor: Callable[..., Visitor]) -> None:
    nobody = visitor()
    page = nobody.get("/nothing/here").text
    assert '<h1>Tidak ada <span class="nb">apa-apa</span> di alamat ini.</h1>' in page
    assert "<title>Tidak ada apa-apa di alamat ini. · Portal Bos Muda</title>" in page
    assert "<h1>Masuk</h1>" in nobody.get("/sign-in").text


def test_headings_keep_the_name_of_a_place_whole(session: Session, visitor: Callable[..., Visitor]) -> None:
    site = SiteFactory(name="Trasa Co-Working <i>Space")
    ResourceFactory(site=site)
    session.commit()
    today = datetime.astimezone(now(), ZoneInfo(site.time_zone)).date()
    for path in ("/", f"/spaces/{site.id}/day/{today}"):
        page = visitor().get(path).text
        assert 'Trasa <span class="nb">Co-Working</span> &lt;i&gt;Space</h' in page, path
