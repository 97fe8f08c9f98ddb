"""Rules of the house that a reader of the source can check."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.config import ROOT

SOURCES = sorted((ROOT / "portal").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MAYBE_FLASK = {"views.py", "forms.py", "__init__.py", "commands.py"}


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_only_db_commits(path: Path) -> None:
    """A service that commits breaks the promise that a use case is one transaction."""
    if relative(path) == "portal/db.py":
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [
        f"line {call.lineno}"
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"commit", "rollback"}
    ]
    assert not found, (
        f"{relative(path)} commits or rolls back by itself: {found}. Open a unit_of_work instead."
    )


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path.name in {"services.py", "queries.py", "models.py"}],
    ids=relative,
)
def test_services_queries_and_models_know_no_flask(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & {"flask", "flask_login", "flask_wtf", "flask_babel", "wtforms"}, relative(path)


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_now_comes_from_the_clock(path: Path) -> None:
    if relative(path) == "portal/clock.py":
        return
    found = re.findall(
        r"datetime\.(?:now|utcnow|today)\(|date\.today\(|time\.time\(\)", path.read_text(encoding="utf-8")
    )
    assert not found, f"{relative(path)}: {found}. Tests move portal.clock.now() and nothing else."


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_nothing_is_left_to_do(path: Path) -> None:
    found = re.findall(r"\b(?:TODO|FIXME|XXX)\b", path.read_text(encoding="utf-8"))
    assert not found, relative(path)


@pytest.mark.parametrize("path", [p for p in TEMPLATES if "messages" not in p.parts], ids=relative)
def test_nothing_inline(path: Path) -> None:
    """The content security policy refuses it, in silence for whoever does not look at the console."""
    source = path.read_text(encoding="utf-8")
    found = re.findall(r"\sstyle=|<style|<script(?![^>]*\bsrc=)|\son[a-z]+=\"|javascript:", source)
    assert not found, f"{relative(path)}: {found}"


def test_no_translation_or_address_is_made_for_each_cell() -> None:
    """A day page has 1,440 cells; words and addresses are made once a page and handed to the cached row."""
    tree = ast.parse((ROOT / "portal/bookings/day/grid.py").read_text(encoding="utf-8"))
    names = {call.func.id for call in calls(tree) if isinstance(call.func, ast.Name)}
    assert not names & {"gettext", "ngettext", "_", "url_for", "format_date", "format_time"}
    page = (ROOT / "templates/bookings/day.html").read_text(encoding="utf-8")
    assert "<td" not in page, "cells belong to portal/bookings/day/grid.py, which caches whole rows"
