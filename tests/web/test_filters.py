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


def test_headings_keep_the_name_of_a_place_whole(session: Session, visitor: Callable[..., Visitor]) -> None:
    site = SiteFactory(name="Trasa Co-Working <i>Space")
    ResourceFactory(site=site)
    session.commit()
    today = datetime.astimezone(now(), ZoneInfo(site.time_zone)).date()
    for path in ("/", f"/spaces/{site.id}/day/{today}"):
        page = visitor().get(path).text
        assert 'Trasa <span class="nb">Co-Working</span> &lt;i&gt;Space</h' in page, path
