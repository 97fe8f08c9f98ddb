"""A portal with one more page: a form that takes files, and a way to get them back."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, redirect, render_template_string, request
from sqlalchemy.orm import Session
from wtforms import StringField
from wtforms.validators import InputRequired

from portal import create_app
from portal.accounts.models import Person
from portal.clock import now
from portal.config import Settings
from portal.db import db, reading, unit_of_work
from portal.files import services
from portal.files.forms import UploadField
from portal.files.kinds import PDF, PICTURES
from portal.files.receiving import takes_files
from portal.files.serving import file_response
from portal.permissions import public
from portal.web.forms import Form
from tests.factories import PersonFactory

PAGE = """{% extends "base.html" %}{% from "components/upload.html" import upload, file_link %}
{% from "components/field.html" import field %}{% from "components/summary.html" import error_summary %}
{% block title %}Bukti{% endblock %}{% block content %}<h1>Bukti</h1>{{ error_summary(form) }}
<form method="post" enctype="multipart/form-data">{{ form.csrf_token }}{{ field(form.words) }}
{{ upload(form.evidence) }}{{ upload(form.more, hint="Kalau ada.") }}<button>Kirim</button></form>{% endblock %}"""


class EvidenceForm(Form):
    words = StringField("Keterangan", [InputRequired()])
    evidence = UploadField("Surat", [InputRequired()], kinds=[PDF, *PICTURES])
    more = UploadField("Lampiran", most=2)


@takes_files(3)
@public
def evidence() -> Any:
    form = EvidenceForm()
    if not form.validate_on_submit():
        return render_template_string(PAGE, form=form), 422 if form.is_submitted() else 200
    with unit_of_work() as session:
        person_id = session.query(Person.id).order_by(Person.id).limit(1).scalar()
        for upload in [*form.evidence.data, *form.more.data]:
            services.keep(session, upload, by_id=int(person_id or 0), at=now())
    return redirect("/try")


@public
def elsewhere() -> Any:
    return {"fields": len(request.form), "files": len(request.files)}


@public
def file(file_id: int) -> Any:
    with reading() as connection:
        return file_response(connection, file_id, inline="inline" in request.args)


@pytest.fixture(scope="module")
def wider(migrated_app: Flask, settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.config["TESTING"] = True
    app.add_url_rule("/try", view_func=evidence, methods=["GET", "POST"])
    app.add_url_rule("/elsewhere", view_func=elsewhere, methods=["POST"])
    app.add_url_rule("/try/<int:file_id>", view_func=file)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def person(session: Session) -> Person:
    person: Person = PersonFactory()
    session.commit()
    return person
