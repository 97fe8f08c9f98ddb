"""The record speaks in words: no code of the portal's own is left in it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from portal.administration.wording import VERBS
from portal.config import ROOT


def recorded() -> Iterator[tuple[Path, str]]:
    """The verb of each `record(session, verb, …)`, where it is written out."""
    for path in sorted((ROOT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and len(node.args) > 1:
                verb = node.args[1]
                if isinstance(verb, ast.Constant) and isinstance(verb.value, str):
                    yield path.relative_to(ROOT), verb.value


def test_each_verb_has_words() -> None:
    silent = {f"{verb} ({path})" for path, verb in recorded() if verb not in VERBS}
    assert not silent, f"add to administration/wording.py: {sorted(silent)}"
    assert VERBS.keys() >= {"accounts.erase", "accounts.meet"}
