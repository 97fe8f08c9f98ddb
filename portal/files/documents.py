"""PDF: whole, with a page, and open to whoever it is sent to. It stays as it is, byte by byte: it may be signed."""

import re
from io import BytesIO
from typing import Any

from portal.files.kinds import PDF
from portal.files.refusals import Damaged, Locked

_END = re.compile(rb"startxref\s+\d+\s+%%EOF")
_TAIL = 2048
"""Bytes at the end within which a PDF has to say where its table of contents is. Without one, readers look for all
objects by themselves, which takes minutes for files made to take minutes."""
_DEEPEST = 50
"""Levels of the page tree above the first page."""


def check_document(data: bytes, name: str) -> None:
    """
    Raises:
        Damaged, Locked
    """
    ends = list(_END.finditer(data, max(0, len(data) - _TAIL)))
    if not ends:
        raise Damaged(name=name, kind=PDF.label)
    try:
        is_locked = _is_locked(data[: ends[-1].end()])
    except Exception as error:
        # Also RecursionError, and whatever else somebody finds to put into a PDF.
        raise Damaged(name=name, kind=PDF.label) from error
    if is_locked:
        raise Locked(name=name)


def _is_locked(data: bytes) -> bool:
    """
    Raises:
        Exception: any at all; it has no page that can be reached.
    """
    from pypdf import PasswordType, PdfReader  # half a second to load, for nothing in most processes

    # Strict, because making sense of broken files is where time and memory have no bound.
    reader = PdfReader(
        BytesIO(data), strict=True, root_object_recovery_limit=0, xref_stream_maximum_entries=200_000
    )
    # Banks and offices restrict printing with a password of their own; such a PDF opens with an empty one.
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        return True
    node: Any = reader.root_object["/Pages"].get_object()
    for _ in range(_DEEPEST):
        if node["/Type"] == "/Page":
            return False
        node = node["/Kids"][0].get_object()
    raise ValueError("no page")
