"""PORTAL_* from the environment, once, as one frozen and typed value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
INSTANCE = ROOT / "instance"


class SettingsError(RuntimeError):
    """A setting is missing or senseless; the text says which and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    database_url: str
    secret_key: str
    base_url: str
    """Scheme, host and perhaps port of every link in mails; never taken from a request."""
    mail_url: str | None
    region: str
    demo: bool
    demo_password: str | None
    trusted_proxies: int
    """How many reverse proxies in front may be believed about the caller's address."""
    pool_size: int
    """Database connections a process holds at most; as many as its threads."""
    inbox_months: int = 13
    """How long messages that were read stay in the inbox; 0 keeps them for ever."""
    instance: Path

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def load_settings(environ: Mapping[str, str] = os.environ, instance: Path = INSTANCE) -> Settings:
    """Reads `PORTAL_<NAME>`; what is absent there is read from `instance/<name>`, where `make run` leaves it.

    Whoever names a database of their own gets none of what fits only the one that `make run` started: a file that
    was left behind by kill -9 must not make a demonstration of a production portal.

    Raises:
        SettingsError: a secret is missing, a number is none, or cookies would travel in the clear.
    """
    not_from_files = () if not environ.get("PORTAL_DATABASE_URL") else ("BASE_URL", "MAIL_URL", "DEMO")

    def setting(name: str) -> str | None:
        value = environ.get("PORTAL_" + name)
        if value:
            return value
        if name in not_from_files:
            return None
        try:
            return (instance / name.lower().replace("_", "-")).read_text(encoding="utf-8").strip() or None
        except (FileNotFoundError, NotADirectoryError):
            return None

    def required(name: str, why: str) -> str:
        value = setting(name)
        if value is None:
            raise SettingsError(f"PORTAL_{name} is not set: {why}. `make run` sets it for a demonstration.")
        return value

    def number(name: str, default: int) -> int:
        value = setting(name)
        try:
            return int(value) if value else default
        except ValueError as error:
            raise SettingsError(f"PORTAL_{name} must be a whole number, not {value!r}.") from error

    demo = (setting("DEMO") or "0").lower() in {"1", "true", "yes", "on"}
    secret_key = required("SECRET_KEY", "sessions and links are signed with it")
    if len(secret_key) < 32:
        raise SettingsError("PORTAL_SECRET_KEY is too short: at least 32 characters.")
    base_url = required("BASE_URL", "links in mails begin with it").rstrip("/")
    _refuse_clear_text(base_url, demo=demo)
    return Settings(
        database_url=_psycopg(required("DATABASE_URL", "the portal keeps everything in PostgreSQL")),
        secret_key=secret_key,
        base_url=base_url,
        mail_url=setting("MAIL_URL"),
        region=setting("REGION") or "Kabupaten Tegal",
        demo=demo,
        demo_password=setting("DEMO_PASSWORD") if demo else None,
        trusted_proxies=number("TRUSTED_PROXIES", 0),
        pool_size=number("POOL_SIZE", 4),
        inbox_months=max(number("INBOX_MONTHS", 13), 0),
        instance=instance,
    )


def _psycopg(url: str) -> str:
    """Any usual way to write a PostgreSQL address, with the driver named."""
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def is_loopback(host: str | None) -> bool:
    """Whether what is sent to `host` stays on this machine."""
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return host == "localhost"


def _refuse_clear_text(base_url: str, *, demo: bool) -> None:
    try:
        parts = urlsplit(base_url)
        host = parts.hostname
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"}:
        raise SettingsError(f"PORTAL_BASE_URL must look like https://bosmuda.example, not {base_url!r}.")
    if parts.scheme == "http" and not demo and not is_loopback(host):
        raise SettingsError(
            f"PORTAL_BASE_URL is {base_url}: without https anybody on the way can read cookies and passwords. "
            "Put a TLS proxy in front and name its https:// address."
        )
