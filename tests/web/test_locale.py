"""The language switch."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal import create_app
from portal.config import Settings
from portal.permissions import Role
from tests.client import Visitor
from tests.factories import PersonFactory, SiteFactory

Visit = Callable[..., Visitor]


@pytest.mark.parametrize(
    "path", ["/%5Cevil.example", "//evil.example/", "/%09/evil.example", "/%2F%2Fevil.example"]
)
def test_the_switch_never_leads_elsewhere(visitor: Visit, path: str) -> None:
    page = visitor().get(path).text
    assert 'hreflang="en"' in page
    for wrong in ('href="//', 'href="/\\', 'href="/\t'):
        assert wrong not in page


def test_the_switch_keeps_the_page_and_its_query(visitor: Visit) -> None:
    assert 'href="/accessibility?a=1&amp;lang=en"' in visitor().get("/accessibility?a=1").text
    assert 'href="/accessibility?a=1&amp;lang=id"' in visitor().get("/accessibility?a=1&lang=en").text


def test_after_a_refused_form_the_switch_leads_to_the_form(visitor: Visit) -> None:
    refused = visitor().submit("/sign-in", {"login": ""}, page="/sign-in")
    assert refused.status_code == 422
    assert 'href="/sign-in?lang=en"' in refused.text


@pytest.mark.parametrize(
    ("referrer", "target"),
    [
        ("http://localhost/desk?q=Maya&lang=id", "/desk?q=Maya&amp;lang=en"),
        ("http://localhost/desk/people/1/code", "/?lang=en"),
        ("http://evil.example/desk", "/?lang=en"),
        ("http://localhost//evil.example", "/?lang=en"),
        (None, "/?lang=en"),
    ],
)
def test_where_only_a_form_leads_the_switch_goes_back(
    visitor: Visit, session: Session, referrer: str | None, target: str
) -> None:
    SiteFactory()
    clerk = PersonFactory(roles=[Role.FRONTDESK])
    person = PersonFactory(by_phone=True)
    session.commit()
    headers = {"Referer": referrer} if referrer else {}
    shown = visitor(clerk).submit(f"/desk/people/{person.id}/code", page="/desk", headers=headers)
    assert shown.status_code == 200
    assert f'href="{target}"' in shown.text


def test_the_choice_is_kept_in_a_cookie(visitor: Visit) -> None:
    person = visitor()
    person.get("/accessibility?lang=en")
    assert '<html lang="en">' in person.get("/accessibility").text
    assert '<html lang="en">' in person.get("/accessibility?lang=xx").text


@pytest.mark.parametrize(
    ("base_url", "is_secure"), [("https://portal.test", True), ("http://portal.test", False)]
)
def test_its_cookie_is_secure_like_the_others(settings: Settings, base_url: str, is_secure: bool) -> None:
    app = create_app(replace(settings, base_url=base_url))
    cookie = app.test_client().get("/healthz?lang=en").headers["Set-Cookie"]
    assert cookie.startswith("lang=en")
    assert ("Secure" in cookie) is is_secure
