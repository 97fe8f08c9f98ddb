"""What a file is, it is by its content."""

import pytest

from portal.errors import RuleBroken
from portal.files import refusals
from portal.files.checks import checked
from portal.files.kinds import CSV, JPEG, LARGEST, ODS, PDF, PICTURES, PNG, WEBP, XLSX, Kind
from tests.files import made


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("surat.pdf", made.pdf(), PDF),
        ("SURAT.PDF", made.pdf(pages=3), PDF),
        ("nota.jpeg", made.picture(), JPEG),
        ("nota.png", made.picture("PNG"), PNG),
        ("nota.webp", made.picture("WEBP"), WEBP),
        ("kas.xlsx", made.zipped(made.XLSX), XLSX),
        ("kas.ods", made.zipped(made.ODS), ODS),
        ("kas.csv", made.CSV, CSV),
        ("kas.csv", b"\xef\xbb\xbf" + made.CSV.replace(b"\n", b"\r\n"), CSV),
        ("kas.csv", b"a\tb\n1\t\xc3\xa9\n", CSV),
        ("kas.csv", b'a,b\n"dua\nbaris",2\n\n', CSV),
    ],
)
def test_what_is_taken(name: str, data: bytes, kind: Kind) -> None:
    upload = checked(name, data)
    assert (upload.name, upload.kind) == (name, kind)
    if kind not in PICTURES:
        assert upload.data == data


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"", refusals.EmptyFile),
        ("a.pdf", made.HTML, refusals.UnknownKind),
        ("a.csv", made.HTML, refusals.UnknownKind),
        ("a.csv", b"one column\nonly\n", refusals.UnknownKind),
        ("a.csv", b"a,b\n1,2,3\n", refusals.UnknownKind),
        ("a.csv", b"a,b\n1,\0\n", refusals.UnknownKind),
        ("a.csv", b"a,b\n1,\xff\n", refusals.UnknownKind),
        ("a.csv", b"a,b\n1,\x1b[2J\n", refusals.UnknownKind),
        ("a.csv", b"  \n\n", refusals.UnknownKind),
        ("a.gif", made.GIF_WITH_SCRIPT, refusals.UnknownKind),
        ("a.jpg", made.GIF_WITH_SCRIPT, refusals.UnknownKind),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", refusals.UnknownKind),
        ("a.pdf", b"MZ\x90\0\x03", refusals.UnknownKind),
        ("a.pdf", b"\n" + made.pdf(), refusals.UnknownKind),
        ("a.xlsx", made.zipped(made.DOCX), refusals.WordDocument),
        ("a.docx", made.zipped(made.DOCX), refusals.WordDocument),
        (
            "a.odt",
            made.zipped({"mimetype": "application/vnd.oasis.opendocument.text"}),
            refusals.WordDocument,
        ),
        ("a.zip", made.zipped({"a.txt": "a"}), refusals.UnknownKind),
        ("a.xlsx", made.zipped({"[Content_Types].xml": made.TYPES}), refusals.UnknownKind),
        ("a.xlsx", made.zipped(made.XLSX | {"[Content_Types].xml": "<Types/>"}), refusals.UnknownKind),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, refusals.OldOffice),
        ("a.heic", b"\0\0\0\x18ftypheic\0\0\0\0", refusals.PhonePicture),
    ],
)
def test_what_is_not(name: str, data: bytes, reason: type[RuleBroken]) -> None:
    with pytest.raises(reason) as refused:
        checked(name, data)
    assert refused.type is reason
    assert refused.value.facts["name"] == name


def test_one_byte_too_many() -> None:
    whole = made.CSV + b"x;1\n" * ((LARGEST - len(made.CSV)) // 4)
    whole += b" " * (LARGEST - len(whole))
    with pytest.raises(refusals.TooLarge) as refused:
        checked("kas.csv", whole + b"\n")
    assert refused.value.facts == {"name": "kas.csv", "size": 10.1, "limit": 10}
    assert len(checked("kas.csv", whole.rstrip(b" ")).data) <= LARGEST


def test_the_name_ends_as_the_content_is() -> None:
    assert checked("../../virus.exe", made.pdf()).name == "virus.exe.pdf"
    assert checked("foto.pdf", made.picture()).name == "foto.pdf.jpg"


def test_only_what_fits_here() -> None:
    with pytest.raises(refusals.OtherKind) as refused:
        checked("kas.csv", made.CSV, [PDF, *PICTURES])
    assert refused.value.facts["allowed"] == "PDF, JPEG, PNG, WebP"
    assert checked("a.pdf", made.pdf(), [PDF]).kind is PDF
