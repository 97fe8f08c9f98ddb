"""Where somebody may be sent after signing in: pages of this portal alone."""

import unicodedata
from urllib.parse import urlsplit

LONGEST = 1000


def local_path(value: str | None) -> str | None:
    """`value` when it is a path of this portal; None for anything that a browser could read as another host.

    Browsers take a backslash for a slash and drop tabs and line breaks, so that `/\\e` and `/<tab>/e` leave the
    portal just as `//e` does.
    """
    if not value or len(value) > LONGEST or value[0] != "/" or value[1:2] == "/" or "\\" in value:
        return None
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in value):
        return None
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else value
