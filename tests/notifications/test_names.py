"""No name breaks a header, and none lures a stranger."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.notifications.letters import addressed
from portal.notifications.wording import greetable, worded
from tests.notifications.conftest import PostOffice
from tests.notifications.test_send import FACTS, recipient, tell


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Siti Nuraeni", "Siti Nuraeni"),
        ("Nur'aini Dwi-Lestari", "Nur'aini Dwi-Lestari"),
        ("M. Rizky, S. Kom.", "M. Rizky, S. Kom."),
        ("I Gusti Ngurah Agung 🌺 Ünïcode", "I Gusti Ngurah Agung 🌺 Ünïcode"),
        ("Evil\r\nBcc: everyone@example.com", ""),
        ("Menang di judi.example", ""),
        ("http //evil", ""),
        ("Hubungi 081234567890", ""),
        ("x" * 10_000, ""),
        ("", ""),
    ],
)
def test_a_name_greets_unless_it_could_be_a_lure(name: str, shown: str) -> None:
    assert greetable(name) == shown


@pytest.mark.parametrize(
    "name",
    [
        "Siti\r\nBcc: all@example.com",
        "Siti\nX-Evil: 1",
        "Siti\x01\x7f",
        "Siti\u2028X-Evil: 1",
        "Siti\r\nX-Evil",
        '"<a@b>,',
    ],
)
def test_a_name_adds_no_header_and_no_recipient(
    name: str, session: Session, post_office: PostOffice, run_jobs: Callable[[], None]
) -> None:
    to = recipient(session)
    tell(type(to)(to.person_id, to.language, name, to.email))
    run_jobs()
    (mail,) = post_office.received
    assert post_office.recipients == ["siti@example.id"]
    assert mail["Bcc"] is None
    assert mail["X-Evil"] is None
    assert mail.defects == []


def test_names_and_subjects_beyond_ascii_arrive(
    session: Session, post_office: PostOffice, run_jobs: Callable[[], None]
) -> None:
    tell(recipient(session, name="Ni Luh Ayu Sāraswatī"))
    run_jobs()
    (mail,) = post_office.received
    assert mail["To"].addresses[0].display_name == "Ni Luh Ayu Sāraswatī"
    assert "–" in mail["Subject"]


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b\r\nBcc: c@d", "a b@c.id", "é@example.id", "a@b@c", "@x"]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        addressed("Siti", address)


def test_an_international_domain_is_written_in_ascii() -> None:
    assert addressed("Siti", "siti@bücher.example").addr_spec == "siti@xn--bcher-kva.example"


def test_facts_are_escaped_in_html_and_plain_in_text(app: Flask) -> None:
    facts = {**FACTS, "resource_name": "<b>&\nX", "kind": "room", "site_name": "A & B", "zone_name": "Zona"}
    said = worded("bookings/confirmed", facts, language="id", name="Siti")
    assert "<b>&" in said.text
    assert "&lt;b&gt;&amp;" in (said.html or "")
    assert "A &amp; B" in (said.html or "")
    assert "<b>" not in (said.html or "")
    assert "\n" not in said.subject
