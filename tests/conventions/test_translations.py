"""Nothing on screen is untranslated, nothing translated is unused, and a word is the same everywhere."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from portal.config import ROOT
from portal.web.locale import DOMAINS, TRANSLATIONS

KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
}
FOLDER = TRANSLATIONS / "id" / "LC_MESSAGES"
FACT = re.compile(r"%\((\w+)\)[sd]")


def used() -> dict[str, str]:
    """Message ids of code and templates, and where each stands."""
    found: dict[str, str] = {}
    for folder in ("portal", "templates"):
        for name, line, message, _, _ in extract_from_dir(
            str(ROOT / folder),
            method_map=[("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")],
            keywords=KEYWORDS,
            options_map={
                "**.html": {"extensions": "jinja2.ext.do"},
                "**.txt": {"extensions": "jinja2.ext.do"},
            },
        ):
            ids = message if isinstance(message, tuple) else (message,)
            found.setdefault(ids[0], f"{folder}/{name}:{line}")
    return found


def catalogues() -> dict[str, dict[str, str]]:
    """Translations by domain: {message id: Indonesian}."""
    found = {}
    for domain in DOMAINS:
        catalogue = read_po(BytesIO((FOLDER / f"{domain}.po").read_bytes()), locale="id")
        words = {}
        for message in catalogue:
            if message.id:
                key = message.id[0] if isinstance(message.id, tuple | list) else message.id
                text = message.string[0] if isinstance(message.string, tuple | list) else message.string
                words[str(key)] = str(text or "")
        found[domain] = words
    return found


def test_everything_is_said_in_indonesian() -> None:
    said = {key for words in catalogues().values() for key, text in words.items() if text}
    missing = {key: place for key, place in used().items() if key and key not in said}
    assert not missing, "\n".join(
        f"{place}: {key!r}" for key, place in sorted(missing.items(), key=lambda x: x[1])
    )


def test_nothing_is_said_for_nobody() -> None:
    in_use = used()
    stale = [
        f"{domain}.po: {key!r}"
        for domain, words in catalogues().items()
        if domain != "wtforms"  # what WTForms itself may say
        for key in words
        if key not in in_use
    ]
    assert not stale, "\n".join(stale)


def test_a_word_is_the_same_everywhere() -> None:
    """Catalogues are merged: of two translations of one id only one would be seen."""
    seen: dict[str, tuple[str, str]] = {}
    for domain, words in catalogues().items():
        for key, text in words.items():
            other = seen.setdefault(key, (domain, text))
            assert other[1] == text, f"{key!r}: {other[0]}.po says {other[1]!r}, {domain}.po says {text!r}"


def test_facts_survive_translation() -> None:
    for domain, words in catalogues().items():
        for key, text in words.items():
            unknown = set(FACT.findall(text)) - set(FACT.findall(key)) - {"num"}
            assert not unknown, f"{domain}.po: {key!r} does not know {unknown}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_catalogues_are_compiled(domain: str) -> None:
    source, compiled = FOLDER / f"{domain}.po", FOLDER / f"{domain}.mo"
    assert compiled.exists(), f"{Path(source).name} is not compiled: run `make build`"
