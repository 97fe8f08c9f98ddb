"""A mail as it travels: text, HTML and the calendar file, with headers that no name can break."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from flask_mail import Message

from portal.clock import now
from portal.notifications.wording import Wording, greetable

ADDRESS = re.compile(r"(?P<local>[!#-'*+./0-9=?A-Z^_`a-z{|}~-]+)@(?P<domain>[^\s@<>()\[\],;:\"\\]+)")
"""Local parts beyond ASCII (RFC 6531) are left out: few servers take them."""
POLICY = SMTP.clone(cte_type="7bit")


class Letter(Message):
    """Flask-Mail sends it, but `email.message` builds it: its policy refuses a header with a line break."""

    def __init__(
        self,
        wording: Wording,
        *,
        to: Address,
        sender: Address,
        key: str,
        calendar: bytes | None = None,
        method: str = "",
    ) -> None:
        super().__init__(
            subject=wording.subject, recipients=[to.addr_spec], sender=sender.addr_spec, body=wording.text
        )
        self.mime = EmailMessage(policy=POLICY)
        self.mime["Subject"] = wording.subject
        self.mime["From"] = sender
        self.mime["To"] = to
        self.mime["Date"] = format_datetime(now())
        # The same for every attempt: a mail that was sent twice is recognised.
        self.mime["Message-ID"] = self.msgId = f"<{key}@{sender.domain}>"
        self.mime["Auto-Submitted"] = "auto-generated"
        self.mime["X-Auto-Response-Suppress"] = "All"
        self.mime.set_content(wording.text)
        if wording.html is not None:
            self.mime.add_alternative(wording.html, subtype="html")
        if calendar is not None:
            self._enclose(calendar, method)

    def _enclose(self, calendar: bytes, method: str) -> None:
        """As a part, which calendars act on, and as a file, for programs that show attachments alone."""
        self.mime.add_alternative(
            calendar.decode(), subtype="calendar", params={"method": method}, cte="base64"
        )
        self.mime.add_attachment(calendar, maintype="application", subtype="ics", filename="invite.ics")

    def as_bytes(self) -> bytes:
        return self.mime.as_bytes()

    def as_string(self) -> str:
        return self.mime.as_string()


def addressed(name: str, address: str) -> Address:
    """A name that could be a lure is left out.

    Raises:
        ValueError: no mail can be sent to such an address.
    """
    parts = ADDRESS.fullmatch(address)
    if parts is None:
        raise ValueError("not an address that mail can be sent to")
    domain = parts["domain"].encode("idna").decode()
    return Address(display_name=greetable(name), username=parts["local"], domain=domain)
