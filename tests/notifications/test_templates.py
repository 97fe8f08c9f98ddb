"""Every message there is, in both languages."""

import re
from typing import Any

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from portal import jobs
from portal.config import ROOT
from portal.notifications.services import as_json
from portal.notifications.wording import line, speaking, worded
from tests.consultations.facts import CONSULTATION
from tests.notifications.test_send import FACTS

TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates/messages").with_suffix(""))
    for path in (ROOT / "templates/messages").glob("*/*.txt")
)
ALL_FACTS: dict[str, Any] = {
    **FACTS,
    **CONSULTATION,
    "old_starts_at": FACTS["starts_at"],
    "old_ends_at": FACTS["ends_at"],
    "old_resource_name": "A03",
    "reason": "",
    "confirm_path": "/confirm/secret",
    "reset_path": "/reset/secret",
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_message_has_both_forms_and_both_languages(
    app: Flask, monkeypatch: pytest.MonkeyPatch, template: str
) -> None:
    monkeypatch.setattr(app.jinja_env, "undefined", StrictUndefined)
    facts = {name: as_json(value) for name, value in ALL_FACTS.items()}
    said = {language: worded(template, facts, language=language, name="Siti") for language in ("id", "en")}
    for language, wording in said.items():
        assert wording.html is not None, "a message is a pair of templates"
        assert wording.subject
        assert len(wording.subject) <= 120
        assert "{" not in wording.text + wording.html.split("</style>")[1]
        assert "&" not in re.sub(r"https?://\S+", "", wording.text), "entities have no place in plain text"
        assert f'lang="{language}"' in wording.html
        links = re.findall(r'(?:href="|(?<![\w"])(?=https?:))(https?://[^"\s]+)', wording.html + wording.text)
        assert links
        assert all(link.startswith("http://portal.test/") for link in links)
    assert said["id"].subject != said["en"].subject
    assert said["id"].text != said["en"].text
    with speaking("id"):
        assert line(template, facts).subject == said["id"].subject


def test_a_link_never_leaves_the_portal(app: Flask) -> None:
    for path in ("//evil.example", "https://evil.example", "evil"):
        facts = {**ALL_FACTS, "confirm_path": path}
        with pytest.raises(ValueError):
            worded("accounts/confirm", facts, language="id", name="Siti")


def test_the_worker_knows_the_jobs_of_all_packages() -> None:
    files = (path.relative_to(ROOT) for path in (ROOT / "portal").glob("*/**/jobs.py"))
    there = {".".join(file.with_suffix("").parts) for file in files}
    assert set(jobs.MODULES) == there
