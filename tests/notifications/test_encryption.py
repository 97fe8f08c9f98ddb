"""What is said to a mail server that encrypts, and that wants a password."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy.orm import Session

from tests.notifications.conftest import AnyPort, JobRow, PostOffice, use_mail_url
from tests.notifications.test_send import recipient, tell

ELSEWHERE = "surat.tegal.example"
"""A mail server on another machine, as far as the portal can tell."""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and certificate for ELSEWHERE, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ELSEWHERE)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(ELSEWHERE)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture(scope="module")
def self_signed(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every name leads here."""
    connect = socket.create_connection
    monkeypatch.setattr(
        socket, "create_connection", lambda address, *rest: connect(("127.0.0.1", address[1]), *rest)
    )


@contextmanager
def encrypting(
    office: PostOffice, context: ssl.SSLContext
) -> Iterator[tuple[int, list[tuple[bytes, bytes]]]]:
    """A server that takes nothing before STARTTLS and a password; yields its port and what was tried."""
    tried: list[tuple[bytes, bytes]] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        tried.append((data.login, data.password))
        return AuthResult(success=data.password == b"rahasia/1")

    controller = AnyPort(
        office,
        hostname="127.0.0.1",
        port=0,
        ready_timeout=20,
        tls_context=context,
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    )
    controller.start()
    try:
        yield controller.port, tried
    finally:
        controller.stop()


def test_the_password_is_told_over_an_encrypted_line(
    app: Flask,
    session: Session,
    self_signed: ssl.SSLContext,
    run_jobs: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = PostOffice()
    with encrypting(office, self_signed) as (port, tried):
        use_mail_url(app, monkeypatch, f"smtp://portal%40tegal.example:rahasia%2F1@127.0.0.1:{port}")
        tell(recipient(session))
        run_jobs()
    assert tried == [(b"portal@tegal.example", b"rahasia/1")]
    (mail,) = office.received
    assert mail["From"].addresses[0].addr_spec == "portal@tegal.example"


@pytest.mark.parametrize(
    ("url", "attempts"),
    [
        ("smtp://portal:wrong@127.0.0.1:{port}", 1),
        ("smtp+starttls://portal:rahasia%2F1@127.0.0.1:{port}", 0),
    ],
)
def test_a_wrong_password_or_a_strange_certificate_sends_nothing_yet(
    url: str,
    attempts: int,
    app: Flask,
    session: Session,
    self_signed: ssl.SSLContext,
    run_jobs: Callable[[], None],
    job_rows: Callable[[], list[JobRow]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = PostOffice()
    with encrypting(office, self_signed) as (port, tried):
        use_mail_url(app, monkeypatch, url.format(port=port))
        tell(recipient(session))
        run_jobs()
    assert office.received == []
    assert len(tried) >= attempts
    assert bool(tried) == bool(attempts)
    (row,) = job_rows()
    assert row.status == "todo"


def test_a_stranger_between_us_and_the_mail_server_gets_nothing(
    app: Flask,
    session: Session,
    self_signed: ssl.SSLContext,
    elsewhere: None,
    run_jobs: Callable[[], None],
    job_rows: Callable[[], list[JobRow]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    office = PostOffice()
    with encrypting(office, self_signed) as (port, tried):
        use_mail_url(app, monkeypatch, f"smtp://portal:rahasia%2F1@{ELSEWHERE}:{port}")
        tell(recipient(session))
        run_jobs()
    assert (tried, office.received) == ([], [])
    (row,) = job_rows()
    assert (row.status, row.attempts) == ("todo", 1)


@pytest.mark.parametrize(("host", "is_accepted"), [(ELSEWHERE, True), ("mail.tegal.example", False)])
def test_an_authority_of_ones_own_is_named_in_the_environment(
    host: str,
    is_accepted: bool,
    app: Flask,
    session: Session,
    certificate: Path,
    self_signed: ssl.SSLContext,
    elsewhere: None,
    run_jobs: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    office = PostOffice()
    with encrypting(office, self_signed) as (port, _):
        use_mail_url(app, monkeypatch, f"smtp://portal:rahasia%2F1@{host}:{port}")
        tell(recipient(session))
        run_jobs()
    assert bool(office.received) == is_accepted


def test_no_password_goes_over_an_open_line_to_another_machine(
    app: Flask,
    session: Session,
    elsewhere: None,
    run_jobs: Callable[[], None],
    job_rows: Callable[[], list[JobRow]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[Any] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        tried.append(data)
        return AuthResult(success=True)

    office, who = PostOffice(), recipient(session)
    controller = AnyPort(
        office,
        hostname="127.0.0.1",
        port=0,
        ready_timeout=20,
        authenticator=check,
        auth_require_tls=False,
    )
    controller.start()
    try:
        for host in ("127.0.0.1", ELSEWHERE):
            use_mail_url(app, monkeypatch, f"smtp://portal:rahasia@{host}:{controller.port}")
            tell(who)
            run_jobs()
            assert (len(tried), len(office.received)) == (1, 1)
    finally:
        controller.stop()
    assert [row.attempts for row in job_rows()] == [1]
