"""A visitor of the portal: Flask's test client, signed in without a password, that checks every page it gets."""

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.accounts.models import Person, UserSession
from portal.accounts.tokens import new_token, token_hash
from portal.clock import now

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What of a page every test may rely on."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []
        self.headings = 0
        self.summary_depth: int | None = None
        self.wrong: list[str] = []
        """Ids of the fields that the error summary leads to."""
        self.form_sends_files = False
        self.feed(source)
        if self.open:
            self.faults.append(f"never closed: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"] or "")
        self.headings += tag == "h1"
        if tag == "form":
            self.form_sends_files = attributes.get("enctype") == "multipart/form-data"
        if tag == "input" and attributes.get("type") == "file" and not self.form_sends_files:
            self.faults.append("a form that would send the name of a file alone: no enctype")
        if "summary" in (attributes.get("class") or "").split():
            self.summary_depth = len(self.open)
        if tag == "a" and self.summary_depth is not None:
            self.wrong.append((attributes["href"] or "").removeprefix("#"))
        for name in attributes:
            if name == "style" or name.startswith("on"):
                self.faults.append(f"inline {name} on <{tag}>")
        if tag == "script" and "src" not in attributes:
            self.faults.append("inline script")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
            if tag in self.open:
                while self.open.pop() != tag:
                    pass
            return
        self.open.pop()
        if self.summary_depth == len(self.open):
            self.summary_depth = None


class Visitor(FlaskClient):
    """Checks each HTML answer: well-formed, one h1, a title, unique ids, nothing inline."""

    @classmethod
    def of(cls, app: Flask, person: Person | None = None) -> "Visitor":
        client = cls(app, app.response_class, use_cookies=True)
        if person is not None:
            client.sign_in(person)
        return client

    def sign_in(self, person: Person) -> None:
        """A device of this person, as if they had signed in on it."""
        from datetime import timedelta

        from sqlalchemy.orm import Session

        from portal.db import db

        token, at = new_token(), now()
        with self.application.app_context(), Session(db.engine) as session:
            session.add(
                UserSession(
                    person_id=person.id,
                    token_hash=token_hash(token),
                    device="Test",
                    created_at=at,
                    last_seen_at=at,
                    expires_at=at + timedelta(days=30),
                )
            )
            session.commit()
        with self.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        # A context of its own: the test's would carry the person of one request into the next.
        with self.application.app_context():
            response = super().open(*args, **kwargs)
        if (
            response.mimetype == "text/html"
            and response.status_code not in {301, 302, 303, 304}
            and response.data
        ):
            check_page(response.text, str(response.request.path))
        return response

    def submit(
        self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None, **options: Any
    ) -> TestResponse:
        """POSTs with the token of a page that this visitor looks at first."""
        shown = self.get(page or "/accessibility")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', shown.text)
        fields = dict(data or {})
        if token:
            fields["csrf_token"] = token[1]
        return self.post(path, data=fields, **options)


def check_page(source: str, path: str) -> None:
    page = Page(source)
    doubled = [name for name, count in Counter(page.ids).items() if count > 1]
    assert source.lstrip().lower().startswith("<!doctype html>"), f"{path} is no HTML5 page"
    assert re.search(r"<title>\s*\S[^<]*</title>", source), f"{path} has no title"
    assert re.search(r'<html[^>]* lang="(id|en)"', source), f"{path} does not name its language"
    assert not doubled, f"{path} uses ids twice: {doubled}"
    assert not page.faults, f"{path}: {page.faults[:5]}"
    assert [name for name in page.ids if name in page.wrong] == page.wrong, (
        f"{path} lists what is wrong in another order than the fields stand: {page.wrong}"
    )
    assert page.headings == 1, f"{path} has {page.headings} h1"
