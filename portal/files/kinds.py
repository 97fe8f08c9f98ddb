"""Which kinds of file the portal takes."""

from dataclasses import dataclass

from portal.files.models import LARGEST

__all__ = [
    "CSV",
    "EVERYTHING",
    "JPEG",
    "LARGEST",
    "ODS",
    "PDF",
    "PICTURES",
    "PNG",
    "TABLES",
    "WEBP",
    "XLSX",
    "Kind",
]


@dataclass(frozen=True, slots=True)
class Kind:
    label: str
    """As people call it, the same in both languages."""
    media_type: str
    endings: tuple[str, ...]
    """How its name may end, in small letters; the first is the usual one."""
    opens_in_browser: bool = False


PDF = Kind("PDF", "application/pdf", (".pdf",), True)
JPEG = Kind("JPEG", "image/jpeg", (".jpg", ".jpeg"), True)
PNG = Kind("PNG", "image/png", (".png",), True)
WEBP = Kind("WebP", "image/webp", (".webp",), True)
XLSX = Kind("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (".xlsx",))
ODS = Kind("ODS", "application/vnd.oasis.opendocument.spreadsheet", (".ods",))
CSV = Kind("CSV", "text/csv", (".csv",))

PICTURES = (JPEG, PNG, WEBP)
TABLES = (XLSX, ODS, CSV)
EVERYTHING = (PDF, *PICTURES, *TABLES)
BY_MEDIA_TYPE = {kind.media_type: kind for kind in EVERYTHING}
