"""A real Chromium before the real portal: gunicorn over the demonstration's data, once for each test process."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask_migrate import Migrate, upgrade
from playwright.sync_api import Browser, BrowserContext, Page, StorageState
from sqlalchemy import create_engine, make_url, text

from portal import create_app
from portal.clock import now
from portal.config import Settings
from portal.db import db, unit_of_work
from portal.demo.loading import Load, begin, finish
from tests.browser.portal import LAPTOP, PASSWORD, TABLET, Portal
from tests.concurrency.hosts import ask, serving

PATIENCE = 60_000
"""Milliseconds: machines that run tests are busy."""
FULL_DAY = 20
"""Stretches of half an hour that a day page has at least when the house is open all day."""
DAYS = 4

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    found = [
        path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))
    ]
    if not found:
        pytest.skip("no Chromium here")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    return browser_type_launch_args | {"executable_path": found[0], "args": flags}


@pytest.fixture(scope="session")
def portal(
    database_url: str, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """Beside the database that other tests empty, one of its own with the demonstration in it."""
    url = make_url(database_url)
    own = url.set(database=f"{url.database}_browser")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {own.database}"))
    settings = replace(
        settings,
        database_url=own.render_as_string(hide_password=False),
        pool_size=4,
        instance=tmp_path_factory.mktemp("browser"),
    )
    _fill(settings)
    engine = create_engine(own)
    more = {"PORTAL_DEMO": "1", "TEST_INSTANCE": str(settings.instance)}
    with serving(settings, "tests.browser.served:app", **more) as port:
        yield Portal(f"http://127.0.0.1:{port}", engine, _open_days(port), settings)
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {own.database} WITH (FORCE)"))
    server.dispose()


def _fill(settings: Settings) -> None:
    app = create_app(settings)
    Migrate(app, db, directory=str(app.config["MIGRATIONS"]))
    with app.app_context():
        upgrade()
        with unit_of_work() as session:
            plan = begin(session, Load(people=80, days=60, password=PASSWORD), at=now())
            finish(session, plan, lambda done: None)
        db.engine.dispose()


def _open_days(port: int) -> list[str]:
    found: list[str] = []
    today = now().astimezone(ZoneInfo("Asia/Jakarta")).date()
    for after in range(1, 29):
        path = f"/spaces/1/day/{today + timedelta(days=after)}"
        _, page = ask(port, "GET", path)
        columns = re.search(rb'<table class="grid n(\d+)', page)
        if columns and int(columns[1]) >= FULL_DAY and b'class="cell' in page:
            found.append(path)
        if len(found) == DAYS:
            return found
    raise AssertionError(f"within four weeks only {found} are open all day")


@pytest.fixture(scope="session")
def signed_in(browser: Browser, portal: Portal) -> Callable[[str], StorageState]:
    """The cookies of somebody who has signed in by the form, which is sent once for each person."""
    kept: dict[str, StorageState] = {}

    def cookies_of(email: str) -> StorageState:
        if email not in kept:
            context = browser.new_context(base_url=portal.url)
            context.set_default_timeout(PATIENCE)
            sign_in(context.new_page(), email)
            kept[email] = context.storage_state()
            context.close()
        return kept[email]

    return cookies_of


def sign_in(page: Page, email: str) -> None:
    if "/sign-in" not in page.url:
        page.goto("/sign-in")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.locator("main form .button[type=submit]").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture
def visit(
    browser: Browser, portal: Portal, signed_in: Callable[[str], StorageState]
) -> Iterator[Callable[..., Page]]:
    """`visit(email)` is a page of a browser of its own, signed in; without an address, nobody's."""
    with ExitStack() as contexts:

        def open_page(
            email: str = "",
            *,
            width: int = LAPTOP,
            height: int = 740,
            language: str = "id",
            dark: bool = False,
            scripts: bool = True,
        ) -> Page:
            context: BrowserContext = browser.new_context(
                base_url=portal.url,
                viewport={"width": width, "height": height},
                has_touch=width < TABLET,
                color_scheme="dark" if dark else "light",
                java_script_enabled=scripts,
                storage_state=signed_in(email) if email else None,
            )
            contexts.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.set_default_navigation_timeout(PATIENCE)
            context.add_cookies([{"name": "lang", "value": language, "url": portal.url}])
            return context.new_page()

        yield open_page
