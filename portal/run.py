"""What `make run` starts: embedded server, migrations, demonstration data, then web and worker together."""

import fcntl
import os
import secrets
import shutil
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from portal.accounts.demo_accounts import DEMO_ACCOUNTS
from portal.config import INSTANCE, ROOT, Settings, SettingsError, load_settings
from portal.embedded import EmbeddedError, server
from portal.supervisor import Program, Stopped, Supervisor

FLASK = (sys.executable, "-m", "flask", "--app", "wsgi")
WEB = (sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "wsgi:app")
SHARED = ("DATABASE_URL", "BASE_URL", "MAIL_URL", "DEMO")
GRACE = 16
"""Seconds for web and worker to finish (the worker gives its jobs 10); all in all it stays below 30."""


class RunError(RuntimeError):
    """Something outside the portal is in the way; the text says what to do."""


def main() -> int:
    os.chdir(ROOT)
    try:
        with _instance(INSTANCE):
            _run(INSTANCE, os.environ)
    except (RunError, EmbeddedError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1
    except (Stopped, KeyboardInterrupt):
        pass
    say("Stopped.")
    return 0


def say(words: str) -> None:
    print(words, flush=True)


def _run(instance: Path, environ: Mapping[str, str]) -> None:
    port = free_port(environ.get("PORT") or "8000")
    demo = (environ.get("PORTAL_DEMO") or "1").lower() in {"1", "true", "yes", "on"}
    _make_once(instance / "secret-key", secrets.token_urlsafe(48))
    if demo:
        _make_once(instance / "demo-password", _password())
    catcher = _some_port() if demo and not environ.get("PORTAL_MAIL_URL") else None
    with Supervisor(say) as supervisor, _database(instance, environ) as database_url:
        base_url = environ.get("PORTAL_BASE_URL") or f"http://127.0.0.1:{port}"
        own = {"BASE_URL": base_url, "DEMO": "1" if demo else "0"}
        mail_url = environ.get("PORTAL_MAIL_URL") or (f"smtp://127.0.0.1:{catcher}" if catcher else None)
        if mail_url:
            own["MAIL_URL"] = mail_url
        with _shared(instance, {"DATABASE_URL": database_url, **own}):
            portal = {f"PORTAL_{name}": value for name, value in own.items()}
            settings = load_settings({**environ, **portal}, instance)
            try:
                _serve(supervisor, settings, port, catcher, portal)
            finally:
                supervisor.stop()
                shutil.rmtree(instance / "metrics", ignore_errors=True)


def _serve(
    supervisor: Supervisor, settings: Settings, port: int, catcher: int | None, portal: Mapping[str, str]
) -> None:
    metrics = settings.instance / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir()
    environment = {
        "PORT": str(port),
        **portal,
        "PORTAL_GUNICORN_LOG": "warning",
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "PYTHONUNBUFFERED": "1",
    }
    _step(supervisor, "Migrating the database", "db", "upgrade", environment=environment)
    if settings.demo:
        _step(supervisor, "Preparing the demonstration", "demo", "prepare", environment=environment)
    say("Starting web and worker")
    if catcher:
        command = (sys.executable, "-m", "portal.demo.catcher", str(catcher), str(settings.instance / "mail"))
        supervisor.start(Program("Mail catcher", command, grace=2, stops_last=True))
    supervisor.start(Program("Web", WEB, GRACE, environment))
    supervisor.start(Program("Worker", (*FLASK, "jobs", "work"), GRACE, environment))
    supervisor.run(meanwhile=_Welcome(settings, port))
    say("Stopping")


def _step(supervisor: Supervisor, words: str, *arguments: str, environment: Mapping[str, str]) -> None:
    say(words)
    code = supervisor.step((*FLASK, *arguments), environment)
    if code:
        raise RunError(f"`flask --app wsgi {' '.join(arguments)}` failed with exit code {code}: see above.")


@dataclass(slots=True)
class _Welcome:
    """Says once, when the portal answers, where it is and who may enter."""

    settings: Settings
    port: int
    said: bool = False

    def __call__(self) -> None:
        if self.said or not self._is_ready():
            return
        self.said = True
        address = f"http://127.0.0.1:{self.port}"
        say(f"\nPortal Bos Muda: {address}")
        if self.settings.demo:
            for account in DEMO_ACCOUNTS:
                say(f"  {account.email:28}{account.name}, {account.role}")
            say(f"  Password of all: {self.settings.demo_password}")
            say(f"  Mails it sends:  {address}/dev/mail")
        say("Ctrl-C stops it.\n")

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def _instance(instance: Path) -> Iterator[None]:
    """The folder of what this checkout keeps, ours alone until the end."""
    instance.mkdir(mode=0o700, exist_ok=True)
    with (instance / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            raise RunError(
                f"The portal already runs from this folder (process {file.read().strip() or 'unknown'}): "
                "stop that one first, or use another checkout."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
        file.truncate(0)


def _database(instance: Path, environ: Mapping[str, str]) -> AbstractContextManager[str]:
    given = environ.get("PORTAL_DATABASE_URL")
    if given:
        return nullcontext(given)
    say("Starting PostgreSQL")
    return server(instance / "postgres")


@contextmanager
def _shared(instance: Path, values: Mapping[str, str]) -> Iterator[None]:
    """Files by which web, worker and commands typed beside them find their way (see config.py).

    Those of one that was killed go first.
    """
    files = {name: instance / name.lower().replace("_", "-") for name in SHARED}
    for name, file in files.items():
        if name in values:
            write_private(file, values[name])
        else:
            file.unlink(missing_ok=True)
    try:
        yield
    finally:
        for file in files.values():
            file.unlink(missing_ok=True)


def _make_once(path: Path, value: str) -> None:
    if not path.exists():
        write_private(path, value)


def write_private(path: Path, text: str) -> None:
    """Readable by its owner alone, and whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        draft.unlink()
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _password() -> str:
    """About 59 bits, without letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(3))


def free_port(given: str) -> int:
    """The number in `given`.

    Raises:
        RunError: it is no port, or somebody else's.
    """
    if not (given.isascii() and given.isdecimal()) or not 0 < int(given) < 65536:
        raise RunError(f"PORT must be a number from 1 to 65535, not {given!r}.")
    with socket.socket() as probe:
        # As gunicorn does: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(given)))
        except OSError as error:
            raise RunError(
                f"Port {given} cannot be used ({error.strerror}). Stop what uses it, or choose another: "
                f"PORT={min(int(given) + 1, 65535)} make run"
            ) from error
    return int(given)


def _some_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
