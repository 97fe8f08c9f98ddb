"""Every mail about accounts, in both languages."""

from pathlib import Path

import pytest
from flask import Flask

from portal.config import ROOT
from portal.notifications.wording import worded

FACTS = {
    "confirm": {"confirm_path": "/confirm/abc"},
    "confirm_new": {"confirm_path": "/confirm/abc"},
    "reset": {"reset_path": "/reset/abc"},
}
NAMES = sorted(path.stem for path in Path(ROOT / "templates/messages/accounts").glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_it_says_the_same_in_text_and_html(app: Flask, name: str) -> None:
    subjects = set()
    for language in ("id", "en"):
        mail = worded(f"accounts/{name}", FACTS.get(name, {}), language=language, name="Siti")
        subjects.add(mail.subject)
        assert mail.subject
        assert mail.html is not None
        assert "Siti" in mail.text
        for path in FACTS.get(name, {}).values():
            assert f"http://portal.test{path}" in mail.text
            assert f"http://portal.test{path}" in mail.html
    assert len(subjects) == 2, "translated"


def test_there_is_a_pair_of_each() -> None:
    assert {path.stem for path in Path(ROOT / "templates/messages/accounts").glob("*.html")} == set(NAMES)
