"""A form with files: refused beside the field, with what else was typed kept, in bodies no larger than needed."""

import html
import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import TestResponse, encode_multipart

from portal.accounts.models import Person
from portal.files.kinds import LARGEST
from portal.files.models import FileContent, StoredFile
from tests.client import Page, Visitor
from tests.files import made


def sent(name: str, data: bytes, claim: str = "application/pdf") -> FileStorage:
    return FileStorage(BytesIO(data), name, content_type=claim)


def post(visitor: Visitor, path: str, fields: dict[str, Any]) -> TestResponse:
    """From memory: the test client leaves a temporary file open for each large body."""
    boundary, body = encode_multipart(MultiDict(fields))
    return visitor.post(path, data=body, content_type=f"multipart/form-data; boundary={boundary}")


def send(wider: Flask, **fields: Any) -> TestResponse:
    visitor = Visitor(wider)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', visitor.get("/try").text)
    assert token
    return post(visitor, "/try", {"csrf_token": token[1], "words": "Bukti omzet"} | fields)


def kept(session: Session) -> list[str]:
    return list(session.scalars(select(StoredFile.name).order_by(StoredFile.id)))


def test_the_field(wider: Flask, session: Session) -> None:
    page = html.unescape(Visitor(wider).get("/try").text)
    field = re.search(r'<input[^>]*id="evidence"[^>]*>', page)
    assert field
    assert 'type="file"' in field[0]
    assert "multiple" not in field[0]
    assert 'accept="application/pdf,.pdf,image/jpeg,.jpg,.jpeg,' in field[0]
    assert 'aria-describedby="evidence-h"' in field[0]
    assert "PDF, JPEG, PNG, WebP; paling besar 10 MB." in page
    assert "Kalau ada. Sampai 2 berkas: PDF, JPEG, PNG, WebP, XLSX, ODS, CSV; masing-masing" in page
    assert re.search(r'<input[^>]*id="more"[^>]* multiple[^>]*>', page)


def test_files_are_kept(wider: Flask, session: Session, person: Person) -> None:
    answer = send(
        wider,
        evidence=sent("surat.pdf", made.pdf(), "text/html"),
        more=[sent("kas.csv", made.CSV), sent("foto.jpg", made.picture())],
    )
    assert answer.status_code == 302
    assert kept(session) == ["surat.pdf", "kas.csv", "foto.jpg"]
    assert session.scalar(select(func.count()).select_from(FileContent)) == 3


def test_none_where_none_is_needed(wider: Flask, session: Session, person: Person) -> None:
    assert send(wider, evidence=sent("a.pdf", made.pdf()), more=sent("", b"")).status_code == 302
    assert kept(session) == ["a.pdf"]


@pytest.mark.parametrize("evidence", [None, sent("", b""), "surat.pdf"])
def test_one_where_one_is_needed(wider: Flask, session: Session, person: Person, evidence: Any) -> None:
    fields = {} if evidence is None else {"evidence": evidence}
    answer = send(wider, more=sent("kas.csv", made.CSV), **fields)
    assert answer.status_code == 422
    assert 'href="#evidence"' in answer.text
    assert "Pilih ulang, yang tadi belum tersimpan: kas.csv." in answer.text
    assert kept(session) == []


def test_a_refused_file(wider: Flask, session: Session, person: Person) -> None:
    answer = send(wider, evidence=sent("<b>surat</b>.pdf", made.HTML))
    assert answer.status_code == 422
    assert 'value="Bukti omzet"' in answer.text
    assert "<b>surat" not in answer.text
    page = html.unescape(answer.text)
    assert (
        "b>.pdf bukan PDF, gambar, atau tabel. Simpan sebagai salah satu dari ini, lalu pilih yang itu: PDF, JPEG, PNG, WebP."
        in page
    )
    assert 'aria-describedby="evidence-h evidence-e evidence-a"' in page
    assert 'id="evidence-e"' in page
    assert "Pilih ulang, yang tadi belum tersimpan: b>.pdf." in page


def test_a_good_file_is_asked_for_again_when_something_else_was_wrong(
    wider: Flask, session: Session, person: Person
) -> None:
    answer = send(wider, words="", evidence=sent("surat.pdf", made.pdf()))
    assert answer.status_code == 422
    assert 'id="evidence-e"' not in answer.text
    assert "Pilih ulang, yang tadi belum tersimpan: surat.pdf." in answer.text


def test_each_refused_file_is_named(wider: Flask, session: Session, person: Person) -> None:
    answer = send(
        wider,
        evidence=sent("kas.csv", made.CSV),
        more=[sent("a.pdf", b""), sent("b.xlsx", made.zipped(made.XLSX | {"xl/vbaProject.bin": "x"}))],
    )
    page = html.unescape(answer.text)
    assert "kas.csv berjenis CSV. Yang bisa dikirim di sini: PDF, JPEG, PNG, WebP." in page
    assert "a.pdf kosong." in page
    assert "b.xlsx berisi makro." in page


def test_more_files_than_asked_for(wider: Flask, session: Session, person: Person) -> None:
    answer = send(
        wider, evidence=sent("a.pdf", made.pdf()), more=[sent(f"{n}.csv", made.CSV) for n in range(3)]
    )
    assert "Itu 3 berkas; paling banyak 2." in answer.text
    assert kept(session) == []


def test_a_file_too_large_is_refused_beside_its_field(wider: Flask, session: Session, person: Person) -> None:
    answer = send(wider, evidence=sent("besar.pdf", made.pdf() + b"\0" * (LARGEST * 3 // 2)))
    assert answer.status_code == 422
    assert "besar.pdf berukuran 15,1 MB; batasnya 10 MB." in answer.text
    assert 'value="Bukti omzet"' in answer.text


def test_more_than_a_form_may_hold(wider: Flask, session: Session, person: Person) -> None:
    answer = send(wider, evidence=sent("besar.pdf", b"\0" * (LARGEST * 6)))
    assert answer.status_code == 413
    assert "Kembali, lalu pilih berkas yang lebih kecil" in answer.text


@pytest.fixture
def unguarded(wider: Flask) -> Iterator[Visitor]:
    wider.config["WTF_CSRF_ENABLED"] = False
    yield Visitor(wider)
    wider.config["WTF_CSRF_ENABLED"] = True


def test_everywhere_else_bodies_stay_small(unguarded: Visitor, session: Session) -> None:
    assert post(unguarded, "/elsewhere", {"a": "b"}).json == {"fields": 1, "files": 0}
    assert post(unguarded, "/elsewhere", {"a": sent("a.pdf", b"\0" * 3 * 2**20)}).status_code == 413


@pytest.mark.parametrize("path", ["/elsewhere", "/try"])
def test_what_is_typed_stays_small_where_files_are_taken_too(
    unguarded: Visitor, session: Session, path: str
) -> None:
    assert post(unguarded, path, {"words": "x" * (2**20 + 1), "a": sent("a", b"")}).status_code == 413
    assert post(unguarded, path, {f"f{n}": "" for n in range(50_000)}).status_code == 413


def test_a_forged_form_keeps_nothing(wider: Flask, session: Session, person: Person) -> None:
    answer = send(wider, csrf_token="forged", evidence=sent("a.pdf", made.pdf()))
    assert answer.status_code == 422
    assert kept(session) == []


def test_a_form_that_would_send_names_alone_is_seen() -> None:
    """Without the encoding a browser sends no file, and nobody is told."""
    field = '<input type="file" name="evidence">'
    assert Page(f"<form method='post'>{field}</form>").faults
    assert not Page(f"<form method='post' enctype='multipart/form-data'>{field}</form>").faults
