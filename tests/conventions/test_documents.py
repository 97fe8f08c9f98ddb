"""What the documents point at is there."""

import re

import pytest

from portal.config import ROOT

TABLES = ("docs/security.md",)


@pytest.mark.parametrize("document", TABLES)
def test_the_places_that_a_table_names_exist(document: str) -> None:
    rows = [line for line in (ROOT / document).read_text("utf-8").splitlines() if line.startswith("| ")]
    named = {place for row in rows for place in re.findall(r"`([\w*/.]+(?:/|\.py))`", row.split(" | ")[-1])}
    assert named
    gone = {place for place in named if not any([*(ROOT / "portal").glob(place), *ROOT.glob(place)])}
    assert not gone, f"{document} names {sorted(gone)}"
