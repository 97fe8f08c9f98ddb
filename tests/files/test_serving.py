"""A file as an answer: a type of ours, a name that breaks no header, and nothing that runs."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Person
from portal.clock import now
from portal.files.services import store
from tests.client import Visitor
from tests.files import made


def answer(
    wider: Flask, session: Session, person: Person, name: str, data: bytes, query: str = ""
) -> TestResponse:
    file_id = store(session, name, data, by_id=person.id, at=now())
    session.commit()
    return Visitor(wider).get(f"/try/{file_id}{query}")


def test_headers(wider: Flask, session: Session, person: Person) -> None:
    said = answer(wider, session, person, "Kas Désember.csv", made.CSV)
    assert said.status_code == 200
    assert said.data == made.CSV
    assert said.headers["Content-Type"] == "text/csv"
    assert said.headers["Content-Disposition"] == (
        "attachment; filename=\"Kas Desember.csv\"; filename*=UTF-8''Kas%20D%C3%A9sember.csv"
    )
    assert said.headers["X-Content-Type-Options"] == "nosniff"
    assert said.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none';")
    assert said.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert said.headers["Cache-Control"] == "private, no-store"
    assert said.headers["Content-Length"] == str(len(made.CSV))


@pytest.mark.parametrize(
    ("name", "data", "way"),
    [
        ("a.pdf", made.pdf(), "inline"),
        ("a.png", made.picture("PNG"), "inline"),
        ("a.csv", made.CSV, "attachment"),
        ("a.xlsx", made.zipped(made.XLSX), "attachment"),
    ],
)
def test_only_what_browsers_show_is_shown(
    wider: Flask, session: Session, person: Person, name: str, data: bytes, way: str
) -> None:
    said = answer(wider, session, person, name, data, "?inline")
    assert said.headers["Content-Disposition"].startswith(f'{way}; filename="{name}"')
    assert "default-src 'none'" in said.headers["Content-Security-Policy"]


def test_a_name_writes_no_header(wider: Flask, session: Session, person: Person) -> None:
    said = answer(wider, session, person, 'a"\r\nSet-Cookie: x=1\r\n\r\n<b>.pdf', made.pdf())
    assert "Set-Cookie" not in said.headers
    assert said.headers["Content-Disposition"].startswith('attachment; filename="a_Set-Cookie_ x_1_b_.pdf";')


def test_what_is_held_already_is_not_sent_again(wider: Flask, session: Session, person: Person) -> None:
    first = answer(wider, session, person, "a.csv", made.CSV)
    held = {"If-None-Match": first.headers["ETag"]}
    again = Visitor(wider).get(first.request.path, headers=held)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-store"


def test_no_such_file(wider: Flask, session: Session) -> None:
    assert Visitor(wider).get("/try/99").status_code == 404
