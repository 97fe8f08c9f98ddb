"""Settings: documented, typed, and no production without its secrets."""

import re
from pathlib import Path

import pytest

from portal.config import ROOT, SettingsError, load_settings

FULL = {
    "PORTAL_DATABASE_URL": "postgres://somebody@db.example/portal",
    "PORTAL_SECRET_KEY": "k" * 32,
    "PORTAL_BASE_URL": "https://bosmuda.example/",
}


def test_every_setting_is_in_the_one_table() -> None:
    source = (ROOT / "portal/config.py").read_text(encoding="utf-8")
    known = {f"PORTAL_{name}" for name in re.findall(r'(?:setting|required|number)\("([A-Z_]+)"', source)}
    table = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(PORTAL_[A-Z_]+)`", table, flags=re.MULTILINE))
    assert documented == known


@pytest.mark.parametrize("name", FULL)
def test_production_is_refused_without_its_secrets(name: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({key: value for key, value in FULL.items() if key != name}, tmp_path)


def test_a_short_secret_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="32"):
        load_settings(FULL | {"PORTAL_SECRET_KEY": "short"}, tmp_path)


def test_a_number_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PORTAL_POOL_SIZE"):
        load_settings(FULL | {"PORTAL_POOL_SIZE": "many"}, tmp_path)


def test_what_make_run_left_is_found(tmp_path: Path) -> None:
    for name, value in (
        ("database-url", "postgresql:///x"),
        ("secret-key", "s" * 32),
        ("base-url", "http://here"),
        ("demo", "1"),
    ):
        (tmp_path / name).write_text(value + "\n", encoding="utf-8")
    settings = load_settings({}, tmp_path)
    assert (settings.database_url, settings.base_url, settings.demo) == (
        "postgresql+psycopg:///x",
        "http://here",
        True,
    )


def test_what_was_left_behind_does_not_make_a_demonstration_of_a_production(tmp_path: Path) -> None:
    for name, value in (("demo", "1"), ("mail-url", "smtp://127.0.0.1:1"), ("demo-password", "pass")):
        (tmp_path / name).write_text(value + "\n", encoding="utf-8")
    settings = load_settings(FULL, tmp_path)
    assert (settings.demo, settings.mail_url, settings.demo_password) == (False, None, None)
    (tmp_path / "base-url").write_text("http://127.0.0.1:8000\n", encoding="utf-8")
    with pytest.raises(SettingsError, match="PORTAL_BASE_URL"):
        load_settings({**FULL, "PORTAL_BASE_URL": ""}, tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "http://bosmuda.example",
        "http://10.0.0.7:8000",
        "http://127.0.0.1.evil.example",
        "bosmuda.example",
        "ftp://h",
    ],
)
def test_production_is_refused_where_cookies_could_be_read(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PORTAL_BASE_URL"):
        load_settings(FULL | {"PORTAL_BASE_URL": url}, tmp_path)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"])
def test_on_this_machine_http_will_do(url: str, tmp_path: Path) -> None:
    assert load_settings(FULL | {"PORTAL_BASE_URL": url}, tmp_path).base_url == url
    in_the_house = {"PORTAL_BASE_URL": "http://bosmuda.example", "PORTAL_DEMO": "1"}
    assert load_settings(FULL | in_the_house, tmp_path).demo


def test_addresses_are_normal(tmp_path: Path) -> None:
    settings = load_settings(FULL, tmp_path)
    assert settings.database_url == "postgresql+psycopg://somebody@db.example/portal"
    assert settings.base_url == "https://bosmuda.example"
    assert settings.is_https
    assert not settings.demo
