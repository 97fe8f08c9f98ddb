"""A visitor that fetches what a browser would fetch, and counts what goes over the wire."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from tests.bench.client import Answer, Connection, prepared

ACCEPT = "br, gzip"
FETCHED_RELATIONS = {"stylesheet", "preload", "icon", "modulepreload", "manifest"}
CSS_ADDRESS = re.compile(rb"url\([\"']?([^)\"']+)[\"']?\)")
JS_IMPORT = re.compile(rb"(?:\bfrom|\bimport)\s*\(?[\"'](\.{0,2}/[^\"']+)[\"']")


@dataclass(slots=True)
class Form:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """What of a page leads to further requests."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._select: str | None = None
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "link" and set(has.get("rel", "").split()) & FETCHED_RELATIONS:
            self.parts.append(has["href"])
        elif tag in {"script", "img", "iframe", "source"} and "src" in has:
            self.parts.append(has["src"])
        elif tag in {"use", "image"} and not has.get("href", "#").startswith("#"):
            self.parts.append(has["href"])
        elif tag == "a" and "href" in has:
            self.links.append(has["href"])
        elif tag == "form":
            self.forms.append(Form(has.get("action", ""), has.get("method", "get").lower()))
        elif tag in {"input", "select", "textarea", "option"} and self.forms:
            self._field(tag, has)

    def _field(self, tag: str, has: dict[str, str]) -> None:
        form = self.forms[-1]
        if tag == "select":
            self._select = has.get("name")
        elif tag == "option":
            if self._select and "selected" in has:
                form.fields.append((self._select, has.get("value", "")))
        elif "name" in has and has.get("type") not in {"checkbox", "radio", "submit"}:
            form.fields.append((has["name"], has.get("value", "")))
        elif "name" in has and ("checked" in has or has.get("type") == "checkbox"):
            form.fields.append((has["name"], has.get("value", "on")))


@dataclass(slots=True)
class Browser:
    """With cookies and a cache, without JavaScript. `received` counts heads and bodies of answers."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    received: int = 0
    requests: int = 0
    address: str = "/"
    page: Page = field(default_factory=lambda: Page(""))
    sizes: list[tuple[str, int]] = field(default_factory=list)
    _kept: set[str] = field(default_factory=set)

    def open(self, address: str, *, with_parts: bool = True) -> Answer:
        return self._arrive("GET", urljoin(self.address, address).partition("#")[0], None, with_parts)

    def submit(self, form: Form, **changes: str) -> Answer:
        """Sends a form as it stands on the present page, with some fields filled in."""
        content = urlencode(list({**dict(form.fields), **changes}.items()))
        action = urljoin(self.address, form.action)
        if form.method == "get":
            return self._arrive("GET", f"{action}?{content}", None, True)
        return self._arrive("POST", action, content.encode(), True)

    def sign_in(self, login: str, password: str) -> "Browser":
        self.open("/sign-in", with_parts=False)
        form = next(form for form in self.page.forms if any(name == "password" for name, _ in form.fields))
        self.submit(form, login=login, password=password)
        if not any(form.action == "/sign-out" for form in self.page.forms):
            raise RuntimeError(f"{login} was not let in")
        return self

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Accept-Encoding": ACCEPT, "Accept": "text/html"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return headers

    def _arrive(self, method: str, address: str, content: bytes | None, with_parts: bool) -> Answer:
        for _ in range(10):
            answer = self._ask(method, address, content)
            target = answer.header("Location")
            if answer.status not in {301, 302, 303, 307, 308} or target is None:
                break
            method, content, address = "GET", None, urljoin(address, target)
        self.address = address
        self.page = Page(answer.text) if "html" in (answer.header("Content-Type") or "") else Page("")
        if with_parts:
            for part in self.page.parts:
                self._fetch(urljoin(address, part))
        return answer

    def _fetch(self, address: str) -> None:
        address = address.partition("#")[0]
        if address in self._kept:
            return
        self._kept.add(address)
        answer = self._ask("GET", address, None)
        if answer.status != 200:
            raise RuntimeError(f"{address} is answered with {answer.status}")
        kind = answer.header("Content-Type") or ""
        pattern = CSS_ADDRESS if "css" in kind else JS_IMPORT if "javascript" in kind else None
        for found in pattern.findall(answer.content) if pattern else ():
            self._fetch(urljoin(address, found.decode()))

    def _ask(self, method: str, address: str, content: bytes | None) -> Answer:
        parts = urlsplit(address)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = self.headers
        if content is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = Connection(self.port)
        answer = connection.ask(prepared(method, path, headers, content))
        connection.close()
        self.requests += 1
        self.received += answer.size
        self.sizes.append((f"{method} {path}", answer.size))
        for cookie in answer.headers("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer
