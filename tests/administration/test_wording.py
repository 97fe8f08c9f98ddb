"""The record speaks in words: no code of the portal's own is left in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from portal.administration.wording import MESSAGES, TASKS, VERBS
from portal.config import ROOT

JOB = re.compile(r'^@job\("([a-z_.]+)"', re.MULTILINE)


def recorded() -> Iterator[tuple[Path, str]]:
    """The verb of each `record(session, verb, …)`, where it is written out."""
    for path in sorted((ROOT / "portal").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and len(node.args) > 1:
                verb = node.args[1]
                for either in (verb.body, verb.orelse) if isinstance(verb, ast.IfExp) else (verb,):
                    if isinstance(either, ast.Constant) and isinstance(either.value, str):
                        yield path.relative_to(ROOT), either.value


def test_each_verb_has_words() -> None:
    silent = {f"{verb} ({path})" for path, verb in recorded() if verb not in VERBS}
    assert not silent, f"add to administration/wording.py: {sorted(silent)}"
    assert VERBS.keys() >= {"accounts.erase", "accounts.meet"}


def test_each_message_has_a_name() -> None:
    folder = ROOT / "templates" / "messages"
    kinds = {str(path.relative_to(folder).with_suffix("")) for path in folder.glob("*/*.txt")}
    assert kinds == MESSAGES.keys()


def test_each_job_has_a_name() -> None:
    names = {
        name for path in (ROOT / "portal").rglob("*.py") for name in JOB.findall(path.read_text("utf-8"))
    }
    assert names <= TASKS.keys(), f"add to administration/wording.py: {sorted(names - TASKS.keys())}"
