"""Keeping and forgetting files. Whoever owns one refers to it, says who may see it, and deletes it."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete as delete_rows
from sqlalchemy import insert
from sqlalchemy.orm import Session

from portal.files.checks import Upload, checked
from portal.files.models import FileContent, StoredFile


def store(session: Session, name: str, data: bytes, *, by_id: int, at: datetime) -> int:
    """Id of the new file. Where the bytes come from a form, they are looked at already: `keep` those.

    Raises:
        RuleBroken: one of `portal.files.refusals`.
    """
    return keep(session, checked(name, data), by_id=by_id, at=at)


def keep(session: Session, upload: Upload, *, by_id: int, at: datetime) -> int:
    """Id of the new file."""
    facts = {
        "name": upload.name,
        "media_type": upload.kind.media_type,
        "size": len(upload.data),
        "sha256": sha256(upload.data).hexdigest(),
        "created_by_id": by_id,
        "created_at": at,
    }
    file_id = int(session.execute(insert(StoredFile).values(facts).returning(StoredFile.id)).scalar_one())
    session.execute(insert(FileContent).values(file_id=file_id, data=upload.data))
    return file_id


def delete(session: Session, *file_ids: int) -> None:
    """Facts and bytes; what refers to them must be gone or let go of first. Ids of no file are passed over."""
    if file_ids:
        session.execute(delete_rows(StoredFile).where(StoredFile.id.in_(file_ids)))
