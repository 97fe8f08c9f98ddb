"""Real files, made here, and files that pretend to be some."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image
from pypdf import PdfWriter

CSV = b"nama;omzet\nKopi Slawi;12000000\nBatik Tegal;8500000\n"
HTML = b"<!doctype html><html><script>alert(1)</script>, and a comma</html>\n"
GIF_WITH_SCRIPT = b"GIF89a=1;alert(1)//" + b"\0" * 20
TYPES = (
    '<Types><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
XLSX = {
    "[Content_Types].xml": TYPES,
    "xl/workbook.xml": "<workbook/>",
    "xl/worksheets/sheet1.xml": "<sheet/>",
}
ODS = {
    "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
    "content.xml": "<office/>",
    "META-INF/manifest.xml": "<manifest/>",
}
DOCX = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}


def zipped(files: dict[str, str], **more: str) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as container:
        for path, content in (files | more).items():
            container.writestr(path, content)
    return out.getvalue()


def pdf(*, user: str | None = None, owner: str | None = None, pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 300)
    if user is not None:
        writer.encrypt(user, owner, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def pdf_of(*objects: bytes) -> bytes:
    """With a table of contents that fits, whatever the objects are; the first is the root."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Root 1 0 R /Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def xref_bomb(size: int) -> bytes:
    """A PDF whose table of contents unpacks to `size` bytes."""
    table = zlib.compress(b"\0" * size, 9)
    head = b"%PDF-1.7\n"
    body = (
        b"5 0 obj\n<</Type/XRef/Filter/FlateDecode/Root 1 0 R/W[1 2 1]/Size 50000000/Length %d>>\nstream\n"
        % len(table)
    )
    return head + body + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)


def picture(
    form: str = "JPEG",
    size: tuple[int, int] = (64, 48),
    *,
    mode: str = "RGB",
    turned: int | None = None,
    at: tuple[float, float] | None = None,
    **options: object,
) -> bytes:
    """Left half red, right half blue; `turned` is the orientation, `at` the place that a phone writes into it."""
    image = Image.new("RGB", size, (200, 20, 20))
    image.paste((20, 20, 200), (size[0] // 2, 0, size[0], size[1]))
    exif = Image.Exif()
    exif[0x010F] = "Pembuat Ponsel"
    if turned:
        exif[0x0112] = turned
    if at:
        exif.get_ifd(0x8825).update({1: "S", 2: (at[0], 0.0, 0.0), 3: "E", 4: (at[1], 0.0, 0.0)})
    out = BytesIO()
    image.convert(mode).save(out, form, exif=exif, **options)
    return out.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """Says that it is so large, and is not a kilobyte."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )
