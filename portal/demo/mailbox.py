"""Mails of demonstration mode as files in a folder."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default as policy
from email.utils import parsedate_to_datetime
from pathlib import Path

from portal.clock import now

KEPT = 500
NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}\.eml")
"""Names sort by arrival."""


@dataclass(frozen=True, slots=True)
class Heading:
    name: str
    to: str
    subject: str
    arrived_at: datetime
    """Aware UTC."""


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    name: str
    sender: str
    to: str
    subject: str
    date: datetime | None
    text: str
    html: str | None
    attachments: tuple[Attachment, ...]
    """Whatever is neither the text nor the page: a calendar file, for one."""


def mails(folder: Path, limit: int = 100) -> list[Heading]:
    """The newest mails, newest first."""
    return [_heading(path) for path in reversed(_files(folder)[-limit:])]


def mail(folder: Path, name: str) -> Mail | None:
    """None when there is no such mail."""
    path = folder / name
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy)
    text, html = "", None
    attachments: list[Attachment] = []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind, is_named = part.get_content_type(), part.get_filename() is not None
        if kind == "text/plain" and not is_named and not text:
            text = _text(part)
        elif kind == "text/html" and not is_named and html is None:
            html = _text(part)
        else:
            attachments.append(_attachment(part, len(attachments) + 1))
    return Mail(
        name=name,
        sender=str(message.get("From", "")),
        to=str(message.get("To", "")),
        subject=str(message.get("Subject", "")),
        date=_date(message),
        text=text,
        html=html,
        attachments=tuple(attachments),
    )


def store(folder: Path, content: bytes) -> Path:
    """Whole or not at all; the oldest beyond `KEPT` go."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}.eml"
    draft = path.with_suffix(".draft")
    draft.write_bytes(content)
    draft.rename(path)
    for old in _files(folder)[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.eml") if NAME.fullmatch(path.name))


def _heading(path: Path) -> Heading:
    with path.open("rb") as file:
        headers = BytesHeaderParser(policy=policy).parse(file)
    arrived_at = datetime.strptime(path.name[:21], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    return Heading(path.name, str(headers.get("To", "")), str(headers.get("Subject", "")), arrived_at)


def _text(part: EmailMessage) -> str:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)  # noqa: S101 (the part is a leaf)
    try:
        return content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:  # a character set that does not exist
        return content.decode("utf-8", "replace")


def _attachment(part: EmailMessage, number: int) -> Attachment:
    content = part.get_payload(decode=True)
    kind = part.get_content_type()
    ending = {"text/calendar": "ics", "text/plain": "txt", "text/html": "html"}.get(kind, "bin")
    name = part.get_filename() or f"part-{number}.{ending}"
    return Attachment(name, kind, content if isinstance(content, bytes) else b"")


def _date(message: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(str(message["Date"]))
    except ValueError:
        return None
