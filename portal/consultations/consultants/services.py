"""Make somebody a consultant, keep who they are and what they may be asked for. Appointments made stay as agreed."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import RoleGrant
from portal.accounts.services import UnknownPerson
from portal.audit.services import record
from portal.consultations.consultants.hours.refusals import UnknownConsultant
from portal.consultations.consultants.models import Consultant, ConsultantTopic
from portal.consultations.consultants.queries import (
    ConsultantFacts,
    Profile,
    Standing,
    consultant_facts,
    consultant_of_person,
)
from portal.consultations.consultants.refusals import ConsultantAlready, NameTaken, PlaceUnknown
from portal.consultations.topics.models import Topic
from portal.consultations.topics.refusals import ChangedMeanwhile
from portal.db import violated_constraint
from portal.files.checks import Upload
from portal.files.services import delete as delete_files
from portal.files.services import keep
from portal.permissions import Role
from portal.resources.claims import lock_people, lock_resources
from portal.resources.models import Resource, ResourceKind, Site


@dataclass(frozen=True, slots=True)
class Photo:
    """A new one, or (`is_gone`) none any more; neither: it stays."""

    upload: Upload | None = None
    is_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeConsultant:
    actor_id: int
    person_id: int
    profile: Profile
    standing: Standing
    photo: Photo = Photo()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveConsultant:
    actor_id: int
    consultant_id: int
    profile: Profile
    standing: Standing | None = None
    """None: as it is; consultants change their own profile alone."""
    photo: Photo = Photo()
    seen: str
    """`ConsultantFacts.mark` of what was shown."""


def make_consultant(session: Session, command: MakeConsultant, *, at: datetime) -> int:
    """Gives the role as well. Returns the consultant's id, which is that of the resource.

    Raises:
        UnknownPerson: there is nobody with this id.
        ConsultantAlready, NameTaken, PlaceUnknown: it cannot be like that.
    """
    if command.person_id not in lock_people(session, [command.person_id]):
        raise UnknownPerson()
    if consultant_of_person(session, command.person_id) is not None:
        raise ConsultantAlready()
    standing = command.standing
    _require_place(session, standing.site_id)
    resource = Resource(
        site_id=standing.site_id,
        kind=ResourceKind.CONSULTANT,
        name=standing.name,
        is_active=standing.is_active,
    )
    _with_name(session, resource)
    session.execute(
        insert(Consultant).values(
            id=resource.id,
            person_id=command.person_id,
            photo_id=_new_photo(session, command.photo, command.actor_id, at),
            **_columns(command.profile, standing),
        )
    )
    _set_topics(session, resource.id, standing.topic_ids)
    role = {"person_id": command.person_id, "role": Role.CONSULTANT}
    held = select(RoleGrant.id).where(
        RoleGrant.person_id == command.person_id, RoleGrant.role == Role.CONSULTANT
    )
    if session.scalar(held.limit(1)) is None:
        session.execute(insert(RoleGrant).values(role))
    record(
        session,
        "consultations.make-consultant",
        ("consultant", resource.id),
        at=at,
        actor_id=command.actor_id,
        person_id=command.person_id,
        changes={"after": _told(standing)},
    )
    return resource.id


def save_consultant(session: Session, command: SaveConsultant, *, at: datetime) -> None:
    """What is there already changes nothing.

    Raises:
        UnknownConsultant: there is none with this id.
        NameTaken, PlaceUnknown: it cannot be like that.
        ChangedMeanwhile: it is not what was shown.
    """
    lock_resources(session, [command.consultant_id])
    before = consultant_facts(session, command.consultant_id)
    if before is None:
        raise UnknownConsultant()
    standing = command.standing or before.standing
    same = (before.profile, before.standing) == (command.profile, standing)
    if same and command.photo == Photo():
        return
    if before.mark != command.seen:
        raise ChangedMeanwhile()
    if standing.site_id != before.standing.site_id:
        _require_place(session, standing.site_id)
    resource = session.get_one(Resource, before.id)
    resource.name, resource.site_id, resource.is_active = standing.name, standing.site_id, standing.is_active
    _with_name(session, resource)
    photo_id = _photo(session, before, command, at)
    session.execute(
        update(Consultant)
        .where(Consultant.id == before.id)
        .values(photo_id=photo_id, **_columns(command.profile, standing))
    )
    if photo_id != before.photo_id and before.photo_id is not None:
        delete_files(session, before.photo_id)
    _set_topics(session, before.id, standing.topic_ids)
    record(
        session,
        "consultations.save-consultant",
        ("consultant", before.id),
        at=at,
        actor_id=command.actor_id,
        person_id=before.person_id,
        changes=_changes(before, command.profile, standing, photo_id),
    )


def set_rooms(session: Session, serving: Collection[int], *, actor_id: int, at: datetime) -> None:
    """In which rooms consultants receive people; appointments keep the rooms they have."""
    rooms = list(session.scalars(select(Resource.id).where(Resource.kind == ResourceKind.ROOM)))
    lock_resources(session, rooms)
    before = set(
        session.scalars(select(Resource.id).where(Resource.id.in_(rooms), Resource.serves_consultations))
    )
    after = set(serving) & set(rooms)
    for id_ in sorted(before ^ after):
        session.execute(update(Resource).where(Resource.id == id_).values(serves_consultations=id_ in after))
        record(
            session,
            "consultations.set-room",
            ("resource", id_),
            at=at,
            actor_id=actor_id,
            changes={"before": {"serves": id_ in before}, "after": {"serves": id_ in after}},
        )


def _require_place(session: Session, site_id: int) -> None:
    """
    Raises:
        PlaceUnknown: there is no such site in use.
    """
    if session.scalar(select(Site.id).where(Site.id == site_id, Site.is_active)) is None:
        raise PlaceUnknown()


def _with_name(session: Session, resource: Resource) -> None:
    """
    Raises:
        NameTaken: another consultant of the site has it.
    """
    twin = select(Resource.id).where(
        Resource.site_id == resource.site_id,
        Resource.kind == ResourceKind.CONSULTANT,
        Resource.name == resource.name,
    )
    with session.no_autoflush:
        if session.scalar(twin.where(Resource.id != (resource.id or 0)).limit(1)) is not None:
            raise NameTaken()
    session.add(resource)
    try:
        session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "uq_resource_name":
            raise NameTaken() from error
        raise


def _columns(profile: Profile, standing: Standing) -> dict[str, Any]:
    return {
        "about": profile.about,
        "languages": list(profile.languages),
        "video_url": profile.video_url,
        "day_limit": standing.day_limit,
        "week_limit": standing.week_limit,
        "notice_minutes": standing.notice_minutes,
        "horizon_days": standing.horizon_days,
    }


def _set_topics(session: Session, consultant_id: int, topic_ids: Collection[int]) -> None:
    """Topics that are not there are passed over."""
    known = list(session.scalars(select(Topic.id).where(Topic.id.in_(list(topic_ids)))))
    session.execute(
        delete(ConsultantTopic).where(
            ConsultantTopic.consultant_id == consultant_id, ConsultantTopic.topic_id.not_in(known)
        )
    )
    if known:
        rows = [{"consultant_id": consultant_id, "topic_id": topic_id} for topic_id in known]
        session.execute(upsert(ConsultantTopic).values(rows).on_conflict_do_nothing())


def _new_photo(session: Session, photo: Photo, actor_id: int, at: datetime) -> int | None:
    return keep(session, photo.upload, by_id=actor_id, at=at) if photo.upload else None


def _photo(session: Session, before: ConsultantFacts, command: SaveConsultant, at: datetime) -> int | None:
    if command.photo.upload:
        return _new_photo(session, command.photo, command.actor_id, at)
    return None if command.photo.is_gone else before.photo_id


def _told(standing: Standing) -> dict[str, Any]:
    """The name is personal: it is not kept here."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(standing).items()
        if name != "name"
    }


def _changes(
    before: ConsultantFacts, profile: Profile, standing: Standing, photo_id: int | None
) -> dict[str, Any]:
    old, new = _told(before.standing), _told(standing)
    differ = [name for name in new if old[name] != new[name]]
    texts = [
        name
        for name, was, is_ in (
            ("name", before.standing.name, standing.name),
            ("about", before.profile.about, profile.about),
            ("languages", before.profile.languages, profile.languages),
            ("video_url", before.profile.video_url, profile.video_url),
            ("photo", before.photo_id, photo_id),
        )
        if was != is_
    ]
    return {
        "before": {name: old[name] for name in differ},
        "after": {name: new[name] for name in differ} | ({"changed": texts} if texts else {}),
    }
