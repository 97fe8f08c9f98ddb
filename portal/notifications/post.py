"""Handing mails to the SMTP server named by PORTAL_MAIL_URL, with a time limit and clear refusals."""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask, current_app
from flask_mail import Connection, Mail
from structlog import get_logger

from portal.config import Settings, SettingsError, is_loopback
from portal.jobs import FinalError
from portal.notifications.letters import Letter

TIMEOUT_SECONDS = 20
"""How long the server may be silent."""

log = get_logger("portal.notifications")

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class UnsentError(Exception):
    """Not now; later perhaps. The text holds no personal data."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """`smtp://user:password@host:port?from=address`: encrypted where the server offers it.

    `smtp+starttls://` and `smtps://` insist on encryption. Whatever is encrypted goes to nobody whose certificate
    does not fit the host; only with `smtp://` to this very machine any will do. A password is never sent in the
    clear to another machine.
    """

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None
    sender: str | None

    @classmethod
    def from_url(cls, url: str) -> "MailServer":
        """
        Raises:
            SettingsError: it is no such URL.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or PORTS[parts.scheme]
        except (ValueError, KeyError):
            host = None
        if not host:
            raise SettingsError(
                "PORTAL_MAIL_URL must look like smtp://user:password@host:port (or smtps://, smtp+starttls://)."
            )
        return cls(
            scheme=parts.scheme,
            host=host,
            port=port,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            sender=parse_qs(parts.query).get("from", [None])[0],
        )


class Post(Mail):
    def connect(self) -> "Courier":
        return Courier(current_app.extensions["mail"])


class Courier(Connection):
    """Flask-Mail's connection waits for ever for a server that is silent; this one does not."""

    def configure_host(self) -> smtplib.SMTP:
        settings: Settings = current_app.config["SETTINGS"]
        server = MailServer.from_url(settings.mail_url or "")
        me = host_of(settings)
        context = ssl.create_default_context()
        if server.scheme == "smtps":
            host: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, local_hostname=me, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            host = smtplib.SMTP(server.host, server.port, local_hostname=me, timeout=TIMEOUT_SECONDS)
            host.ehlo_or_helo_if_needed()
            if server.scheme == "smtp" and is_loopback(server.host):
                # Nobody can step in between, and servers on this machine rarely have a certificate for 127.0.0.1.
                context.check_hostname = False
                context.verify_mode = ssl.CERT_NONE
            if server.scheme == "smtp+starttls" or host.has_extn("starttls"):
                host.starttls(context=context)
                host.ehlo()
        if server.user and server.password:
            if not (isinstance(host.sock, ssl.SSLSocket) or is_loopback(server.host)):
                host.close()
                log.error("mails wait: the server of PORTAL_MAIL_URL offers no encryption for our password")
                raise UnsentError("no encryption for the password")
            host.login(server.user, server.password)
        return host

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The mail is accepted, or not, by now: a goodbye that fails changes nothing."""
        if self.host is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self.host.quit()


post = Post()


def hand_over(letter: Letter) -> None:
    """Returns when the server has accepted the mail.

    Raises:
        FinalError: it never will.
        UnsentError: it did not, but may later.
    """
    try:
        post.send(letter)
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal([code for code, _ in error.recipients.values()]) from None
    except smtplib.SMTPDataError as error:
        raise _refusal([error.smtp_code]) from None
    except smtplib.SMTPResponseException as error:
        # What is said before the recipient's turn is about us: once set right, the mail can still go out.
        raise UnsentError(f"{type(error).__name__} {error.smtp_code}") from None
    except ssl.SSLCertVerificationError as error:
        log.error(
            "mails wait: the certificate of the server of PORTAL_MAIL_URL is not accepted",
            why=error.verify_message,
        )
        raise UnsentError("certificate not accepted") from None
    except (smtplib.SMTPException, OSError) as error:
        raise UnsentError(type(error).__name__) from None


def _refusal(codes: list[int]) -> Exception:
    if codes and all(500 <= code < 600 for code in codes):
        return FinalError(f"refused for good: {codes[0]}")
    return UnsentError(f"refused for now: {codes[0] if codes else None}")


def host_of(settings: Settings) -> str:
    return urlsplit(settings.base_url).hostname or "localhost"


def sender_of(settings: Settings) -> Address:
    """Who our mails are from, and who invites in calendar files."""
    server = MailServer.from_url(settings.mail_url) if settings.mail_url else None
    if server is not None and server.sender:
        address = server.sender
    elif server is not None and server.user and "@" in server.user:
        address = server.user
    else:
        address = f"portal@{host_of(settings)}"
    return Address(display_name=f"Portal Bos Muda {settings.region}", addr_spec=address)


def init_app(app: Flask) -> None:
    settings: Settings = app.config["SETTINGS"]
    # Tests talk to a real server, and a senseless PORTAL_MAIL_URL is told at once.
    app.config["MAIL_SUPPRESS_SEND"] = False
    app.config["MAIL_DEFAULT_SENDER"] = sender_of(settings).addr_spec
    post.init_app(app)
