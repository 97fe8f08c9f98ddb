"""People as somebody at a counter looks for them: by part of their name, their number or their address."""

from typing import Any

LONGEST = 100
MOST_WORDS = 6
SHORTEST_PART = 4
"""Digits of a number that are enough to look for."""
PHONE_SIGNS = frozenset("0123456789+-(). \u00a0")

MATCH = """
    (:has_words AND ' ' || lower(who.name) LIKE ALL(CAST(:words AS text[]))
     OR who.phone LIKE :digits OR lower(who.email) LIKE :email)
"""
"""Of a select that has a person `who`; parameters of `matching`."""


def matching(typed: str) -> dict[str, Any]:
    """What was typed, as each column would hold it; an impossible pattern where it cannot be meant."""
    typed = plain(typed)
    words = [f"% {_escaped(word)}%" for word in typed.lower().split()[:MOST_WORDS]]
    return {
        "has_words": bool(words),
        "words": words,
        "digits": _digits(typed),
        "email": f"{_escaped(typed.lower())}%" if "@" in typed else "",
    }


def plain(typed: str) -> str:
    """With single spaces, without signs that no column holds, and no longer than anything that is looked for."""
    return " ".join(typed.replace("\0", " ").split())[:LONGEST]


def _digits(typed: str) -> str:
    """Part of a number, without the zero or the country code it may begin with."""
    digits = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    if len(digits) < SHORTEST_PART or not PHONE_SIGNS.issuperset(typed):
        return ""
    return f"%{digits[1:] if digits.startswith('0') else digits.removeprefix('62')}%"


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
