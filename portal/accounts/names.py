"""People's names, as they type them."""

import re
import unicodedata

from portal.errors import N_, RuleBroken

LONGEST = 120
LONGEST_TYPED = 4 * LONGEST
"""Signs of which so many characters may be composed. To normalise takes time that grows with the square of their
number, so whatever is longer is refused before."""
MOST_MARKS = 4
"""On one letter; Vietnamese and Arabic need two or three, and more of them grow into the lines above and below."""
_JOINERS = {"\u200c", "\u200d"}
"""Invisible, but part of how some scripts and emoji are written: between two signs of the same kind."""
_BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters, marks and signs by their category, and nothing to see."""
_MISPLACED = re.compile(rf"(?<![LMS])J|J(?![LS])|M{{{MOST_MARKS + 1}}}")
"""In a name of which only the kinds of its signs are left, see `_kind`."""


class UnreadableName(RuleBroken):
    code = "name"
    message = N_("Type your name with letters.")


class NameTooLong(UnreadableName):
    code = "name-length"
    message = N_("That is too long for a name: at most %(most)d characters.")


class HiddenSigns(UnreadableName):
    code = "name-signs"
    message = N_("There are hidden signs in the name. Type it anew.")


def read_name(typed: str) -> str:
    """The name in NFC with single spaces.

    Raises:
        UnreadableName: no letter in it, too long, or with signs that nobody sees, such as those that turn the
            direction of what is written after them on a list.
    """
    if len(typed) > LONGEST_TYPED:
        raise NameTooLong(most=LONGEST)
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if len(name) > LONGEST:
        raise NameTooLong(most=LONGEST)
    if not _is_seen(name):
        raise HiddenSigns()
    if not any(sign.isalpha() for sign in name):
        raise UnreadableName()
    return name


def initials(name: str) -> str:
    """Of the first and the last word."""
    words = name.split()
    return "".join(word[0] for word in (words[0], *words[1:][-1:])).upper() if words else "?"


def _is_seen(name: str) -> bool:
    kinds = "".join(map(_kind, name))
    return "C" not in kinds and not _MISPLACED.search(kinds)


def _kind(sign: str) -> str:
    """The letter of its category, such as L for letters, M for marks and S for emoji; J joins; C is not seen."""
    if sign in _JOINERS:
        return "J"
    return "C" if sign in _BLANKS else unicodedata.category(sign)[0]
