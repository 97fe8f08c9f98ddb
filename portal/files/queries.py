"""Facts of files for pages; bytes only for whoever downloads."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.db import Reader
from portal.files.kinds import BY_MEDIA_TYPE, Kind
from portal.files.models import FileContent, StoredFile
from portal.files.refusals import NoSuchFile


@dataclass(frozen=True, slots=True)
class FileFacts:
    id: int
    name: str
    media_type: str
    size: int
    """Bytes."""
    sha256: str
    created_by_id: int
    created_at: datetime

    @property
    def kind(self) -> Kind:
        return BY_MEDIA_TYPE[self.media_type]


_FACTS = select(
    StoredFile.id,
    StoredFile.name,
    StoredFile.media_type,
    StoredFile.size,
    StoredFile.sha256,
    StoredFile.created_by_id,
    StoredFile.created_at,
)


def file_facts(reader: Reader, file_id: int) -> FileFacts:
    """
    Raises:
        NoSuchFile
    """
    row = reader.execute(_FACTS.where(StoredFile.id == file_id)).one_or_none()
    if row is None:
        raise NoSuchFile()
    return FileFacts(*row)


def facts_of_files(reader: Reader, file_ids: Collection[int]) -> dict[int, FileFacts]:
    """By id, one statement; what is not there is left out."""
    if not file_ids:
        return {}
    rows = reader.execute(_FACTS.where(StoredFile.id.in_(file_ids)))
    return {row.id: FileFacts(*row) for row in rows}


def file_bytes(reader: Reader, file_id: int) -> bytes:
    """
    Raises:
        NoSuchFile
    """
    data = reader.execute(select(FileContent.data).where(FileContent.file_id == file_id)).scalar_one_or_none()
    if data is None:
        raise NoSuchFile()
    return bytes(data)
