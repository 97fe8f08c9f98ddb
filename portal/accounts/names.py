"""People's names, as they type them."""

import unicodedata

from portal.errors import N_, RuleBroken

LONGEST = 120
LONGEST_TYPED = 4 * LONGEST
"""Signs of which so many characters may be composed. To normalise takes time that grows with the square of their
number, so whatever is longer is refused before."""
_JOINERS = {"\u200c", "\u200d"}
"""Invisible, but part of how some scripts and emoji are written."""


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
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Cn"} for sign in set(name) - _JOINERS):
        raise HiddenSigns()
    if not any(sign.isalpha() for sign in name):
        raise UnreadableName()
    return name
