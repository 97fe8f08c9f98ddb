"""Tables: XLSX and ODS are zips with certain files in them, CSV is text in columns. They stay as they are."""

import csv
import re
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from portal.errors import RuleBroken
from portal.files.kinds import ODS, XLSX, Kind
from portal.files.refusals import Damaged, HasMacros, Locked, TooMuchInside, WordDocument

MOST_INSIDE = 100 * 2**20
"""Bytes of all files in a zip, unpacked."""
MOST_FILES = 2_000
_HEAD = 2**20
"""Bytes of a list of contents that are read."""
_MACROS = ("vbaproject", "xl/macrosheets/", "xl/activex/", "basic/", "scripts/")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ODF = b"application/vnd.oasis.opendocument."
_EXCEL = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def workbook_kind(data: bytes, name: str) -> Kind | None:
    """XLSX, ODS, or none that the portal knows.

    Raises:
        WordDocument, HasMacros, Locked, TooMuchInside, Damaged
    """
    try:
        with ZipFile(BytesIO(data)) as workbook:
            kind = _kind(workbook, name)
            _unpack(workbook, name)
            return kind
    except RuleBroken:
        raise
    except Exception as error:
        # zipfile, zlib and struct each raise their own.
        raise Damaged(name=name, kind=XLSX.label) from error


def _kind(workbook: ZipFile, name: str) -> Kind | None:
    entries = workbook.infolist()
    if len(entries) > MOST_FILES or sum(entry.file_size for entry in entries) > MOST_INSIDE:
        raise TooMuchInside(name=name)
    inside = {entry.filename.lower() for entry in entries}
    if any(_is_odd(entry) for entry in entries) or len(inside) < len(entries):
        raise Damaged(name=name, kind=XLSX.label)
    if any(path.startswith(_MACROS) or "/vbaproject" in path for path in inside):
        raise HasMacros(name=name)
    if "[content_types].xml" in inside:
        return _office_kind(_start(workbook, "[Content_Types].xml"), inside, name)
    if "mimetype" in inside:
        return _open_document_kind(workbook, inside, name)
    return None


def _office_kind(types: bytes, inside: set[str], name: str) -> Kind | None:
    if b"macroEnabled" in types:
        raise HasMacros(name=name)
    if "word/document.xml" in inside or "ppt/presentation.xml" in inside:
        raise WordDocument(name=name)
    if "xl/workbook.xml" not in inside or _EXCEL not in types:
        return None
    return XLSX


def _open_document_kind(workbook: ZipFile, inside: set[str], name: str) -> Kind | None:
    media_type = _start(workbook, "mimetype")
    if media_type in {_ODF + b"text", _ODF + b"presentation"}:
        raise WordDocument(name=name)
    if media_type != ODS.media_type.encode() or not {"content.xml", "meta-inf/manifest.xml"} <= inside:
        return None
    if b"encryption-data" in _start(workbook, "META-INF/manifest.xml"):
        raise Locked(name=name)
    return ODS


def _is_odd(entry: ZipInfo) -> bool:
    """Nothing that writes workbooks makes such an entry, but who wants to write over files or trick scanners does."""
    parts = entry.filename.split("/")
    return (
        ".." in parts
        or entry.filename.startswith("/")
        or "\\" in entry.filename
        or entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}
        or bool(entry.flag_bits & 0x1)
    )


def _start(workbook: ZipFile, path: str) -> bytes:
    with workbook.open(path) as file:
        return file.read(_HEAD)


def _unpack(workbook: ZipFile, name: str) -> None:
    """What is inside is no longer than it says, and whole."""
    if workbook.testzip() is not None:
        raise Damaged(name=name, kind=XLSX.label)


def is_csv(data: bytes) -> bool:
    """UTF-8 text without controls, each line with the same two columns or more. A page of HTML is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    if _CONTROL.search(text) or text.lstrip().startswith("<"):
        return False
    return any(_has_columns(text, delimiter) for delimiter in ",;\t")


def _has_columns(text: str, delimiter: str) -> bool:
    widths = set()
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True):
            if row:
                widths.add(len(row))
            if len(widths) > 1:
                return False
    except csv.Error:
        return False
    return bool(widths) and min(widths) >= 2
