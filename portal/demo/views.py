"""`/dev/mail`: what the SMTP catcher of demonstration mode caught. Registered in demonstration mode only."""

import re
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template

from portal.demo.mailbox import Mail, mail, mails
from portal.permissions import public

blueprint = Blueprint("demo", __name__)

PAGE_POLICY = "; ".join(
    (
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",  # mails carry their style in themselves
        "img-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'self'",
    )
)
"""For a mail's own page, shown in a frame: no script, no cookies, nothing fetched."""


@blueprint.get("/dev/mail")
@public
def mailbox() -> str:
    return render_template("demo/mail.html", mails=mails(_folder()))


@blueprint.get("/dev/mail/<name>")
@public
def message(name: str) -> str:
    return render_template("demo/mail_message.html", mail=_mail(name))


@blueprint.get("/dev/mail/<name>/page")
@public
def page(name: str) -> Response:
    html = _mail(name).html
    if html is None:
        abort(404)
    # A link leads out of the frame, which may show nothing but this mail.
    html = re.sub(r"(<head[^>]*>)", r'\1<base target="_blank">', html, count=1, flags=re.IGNORECASE)
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = PAGE_POLICY
    return response


@blueprint.get("/dev/mail/<name>/attachments/<int:number>")
@public
def attachment(name: str, number: int) -> Response:
    attachments = _mail(name).attachments
    if not 0 < number <= len(attachments):
        abort(404)
    found = attachments[number - 1]
    response = Response(found.content, content_type="application/octet-stream")
    response.headers.set("Content-Disposition", "attachment", filename=found.filename)
    if found.content_type == "text/calendar":
        response.content_type = "text/calendar; charset=utf-8"
    return response


def _mail(name: str) -> Mail:
    found = mail(_folder(), name)
    if found is None:
        abort(404)
    return found


def _folder() -> Path:
    instance: Path = current_app.config["SETTINGS"].instance
    return instance / "mail"
