"""What a file really is, by its content: never by its name or by what the browser claims."""

from collections.abc import Collection
from dataclasses import dataclass

from portal.files import names
from portal.files.documents import check_document
from portal.files.kinds import CSV, EVERYTHING, JPEG, LARGEST, PDF, PNG, WEBP, Kind
from portal.files.pictures import written_anew
from portal.files.refusals import EmptyFile, OldOffice, OtherKind, PhonePicture, TooLarge, UnknownKind
from portal.files.tables import is_csv, workbook_kind

_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PHONE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was looked at and may be kept; `checked` makes it."""

    name: str
    kind: Kind
    data: bytes
    """As it is to be kept: pictures are written anew, all else is as it came."""


def checked(name: str, data: bytes, kinds: Collection[Kind] = EVERYTHING) -> Upload:
    """Takes up to a second or two of computing for a large picture: not within a transaction that holds locks.

    Raises:
        RuleBroken: one of `portal.files.refusals`.
    """
    called = names.cleaned(name)
    if not data:
        raise EmptyFile(name=called)
    if len(data) > LARGEST:
        raise too_large(called, len(data))
    allowed = ", ".join(kind.label for kind in kinds)
    kind = _kind(data, called)
    if kind is None:
        raise UnknownKind(name=called, allowed=allowed)
    if kind not in kinds:
        raise OtherKind(name=called, kind=kind.label, allowed=allowed)
    if kind is PDF:
        check_document(data, called)
    elif kind in (JPEG, PNG, WEBP):
        data = written_anew(data, kind, called)
    return Upload(names.ending_as(name, kind), kind, data)


def too_large(name: str, size: int) -> TooLarge:
    """`size` in bytes; rounded up, so that one byte too many is not "10 of at most 10"."""
    tenths = -(-size * 10 // 2**20)
    return TooLarge(name=name, size=tenths / 10, limit=LARGEST // 2**20)


def _kind(data: bytes, name: str) -> Kind | None:
    start = data[:16]
    if start.startswith(b"%PDF-"):
        return PDF
    if start.startswith(b"\xff\xd8\xff"):
        return JPEG
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return WEBP
    if start.startswith(b"PK\x03\x04"):
        return workbook_kind(data, name)
    if start.startswith(_OLD_OFFICE):
        raise OldOffice(name=name)
    if start[4:8] == b"ftyp" and start[8:12] in _PHONE_BRANDS:
        raise PhonePicture(name=name)
    return CSV if is_csv(data) else None
