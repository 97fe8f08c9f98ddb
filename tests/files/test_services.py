"""Kept in the transaction, found again, forgotten with everything."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.db import db
from portal.files import refusals
from portal.files.kinds import CSV, LARGEST
from portal.files.models import FileContent, StoredFile
from portal.files.queries import FileFacts, facts_of_files, file_bytes, file_facts
from portal.files.services import delete, store
from tests.files import made

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)


def test_what_is_stored_is_found(session: Session, person: Person) -> None:
    file_id = store(session, "../kas.csv", made.CSV, by_id=person.id, at=AT)
    digest = sha256(made.CSV).hexdigest()
    facts = FileFacts(file_id, "kas.csv", CSV.media_type, len(made.CSV), digest, person.id, AT)
    assert file_facts(session, file_id) == facts
    assert facts.kind is CSV
    assert file_bytes(session, file_id) == made.CSV


def test_what_is_refused_is_not_there(session: Session, person: Person) -> None:
    with pytest.raises(refusals.UnknownKind):
        store(session, "a.pdf", made.HTML, by_id=person.id, at=AT)
    assert session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_picture_is_measured_as_kept(session: Session, person: Person) -> None:
    file_id = store(session, "a.png", made.picture("PNG", (3000, 2000)), by_id=person.id, at=AT)
    facts, data = file_facts(session, file_id), file_bytes(session, file_id)
    assert (facts.size, facts.sha256) == (len(data), sha256(data).hexdigest())


def test_deleted_with_its_bytes(session: Session, person: Person) -> None:
    gone, stays = (store(session, "kas.csv", made.CSV, by_id=person.id, at=AT) for _ in range(2))
    delete(session, gone, 2**31 - 1)
    delete(session)
    assert session.scalars(select(FileContent.file_id)).all() == [stays]
    for ask in (file_facts, file_bytes):
        with pytest.raises(refusals.NoSuchFile):
            ask(session, gone)


def test_a_list_is_one_statement_without_bytes(session: Session, person: Person) -> None:
    ids = [store(session, f"{n}.csv", made.CSV, by_id=person.id, at=AT) for n in range(5)]
    said: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *heard: said.append(heard[2]))
    assert {facts.name for facts in facts_of_files(session, [*ids, 2**31 - 1]).values()} == {
        f"{n}.csv" for n in range(5)
    }
    assert len(said) == 1
    assert "file_content" not in said[0]
    assert facts_of_files(session, []) == {}


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"size": LARGEST + 1}, "size"),
        ({"size": 0}, "size"),
        ({"name": "a" * 121}, "name"),
        ({"name": ""}, "name"),
        ({"sha256": "A" * 64}, "sha256"),
    ],
)
def test_the_database_refuses_what_is_never_made(
    session: Session, person: Person, wrong: dict[str, object], constraint: str
) -> None:
    right = {"name": "a", "media_type": "text/csv", "size": 1, "sha256": "0" * 64, "created_by_id": person.id}
    session.add(StoredFile(**(right | {"created_at": AT} | wrong)))
    with pytest.raises(IntegrityError, match=f"ck_stored_file_{constraint}"):
        session.flush()
