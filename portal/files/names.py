"""What a file is called: what the person called it, without what has no place in a name."""

import unicodedata

from portal.files.kinds import Kind
from portal.files.models import LONGEST_NAME

NAMELESS = "berkas"
_NOT_SEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Categories of Unicode: controls (NUL, line ends), signs that turn the direction of writing, halves of signs,
what is assigned to nothing, ends of lines and paragraphs."""
_LONGEST_READ = 4 * LONGEST_NAME
"""Characters of the end that are looked at: a name of megabytes costs no more than one of some hundred."""


def cleaned(name: str) -> str:
    """One line of at most LONGEST_NAME visible characters, no path, no dots or blanks around it, never empty."""
    name = name.replace("\\", "/").rpartition("/")[2][-_LONGEST_READ:]
    seen = "".join(
        sign for sign in unicodedata.normalize("NFC", name) if unicodedata.category(sign) not in _NOT_SEEN
    )
    one_line = _trimmed(" ".join(seen.split()))
    stem, dot, ending = one_line.rpartition(".")
    if len(one_line) > LONGEST_NAME and dot and len(ending) <= 5:
        one_line = _trimmed(stem[: LONGEST_NAME - 1 - len(ending)]) + dot + ending
    return _trimmed(one_line[:LONGEST_NAME]) or NAMELESS


def ending_as(name: str, kind: Kind) -> str:
    """`name`, cleaned, with an ending of its kind: whoever opens it gets the program that fits the content."""
    name = cleaned(name)
    if name.lower().endswith(kind.endings):
        return name
    ending = kind.endings[0]
    return _trimmed(name[: LONGEST_NAME - len(ending)]) + ending


def _trimmed(name: str) -> str:
    return name.strip(" .")
