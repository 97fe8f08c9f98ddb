"""Things to begin a test with. They write into the session of the test and never commit.

Traits are named after what they mean: `PersonFactory(confirmed=True)`, `ResourceFactory(room=True)`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any, ClassVar

import factory
from factory.alchemy import SQLAlchemyModelFactory
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person, RoleGrant
from portal.consultations.consultants.models import Consultant, ConsultantTopic
from portal.consultations.topics.models import Field, Topic
from portal.db import Words
from portal.permissions import Role
from portal.resources.models import (
    BookingRules,
    Feature,
    Floor,
    OpeningHours,
    Resource,
    ResourceKind,
    Site,
    Zone,
)

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Base(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_persistence = "flush"

    _session: ClassVar[Any] = None  # underscored, or the factories take it for a field

    @classmethod
    def _save(cls, model_class: Any, session: Any, args: Any, kwargs: Any) -> Any:
        return super()._save(model_class, Base._session, args, kwargs)

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        cls._meta.sqlalchemy_session = Base._session
        return super()._create(model_class, *args, **kwargs)


@contextmanager
def bind(session: Session) -> Iterator[None]:
    """Factories write into this session within the block."""
    Base._session = session
    try:
        yield
    finally:
        Base._session = None


def words(indonesian: str, english: str | None = None) -> Words:
    return Words(indonesian, english or indonesian)


class AgencyFactory(Base):
    class Meta:
        model = Agency

    name = factory.Sequence(lambda n: words(f"Dinas {n}", f"Agency {n}"))
    short_name = factory.Sequence(lambda n: f"DINAS{n}")


class PersonFactory(Base):
    """An entrepreneur with a confirmed address; `roles` gives others."""

    class Meta:
        model = Person

    class Params:
        unconfirmed = factory.Trait(email_confirmed_at=None)
        by_phone = factory.Trait(
            email=None,
            email_confirmed_at=None,
            phone=factory.Sequence(lambda n: f"+62812{n:08d}"),
            phone_confirmed_at=LONG_AGO,
        )

    name = factory.Faker("name", locale="id_ID")
    email = factory.Sequence(lambda n: f"orang{n}@example.id")
    email_confirmed_at = LONG_AGO
    phone = None
    phone_confirmed_at = None
    language = "id"

    @factory.post_generation
    def roles(self: Any, create: bool, extracted: Any, **options: Any) -> None:
        for role in extracted or (Role.ENTREPRENEUR,):
            Base._session.add(RoleGrant(person_id=self.id, role=role))
        Base._session.flush()


class RulesFactory(Base):
    class Meta:
        model = BookingRules

    name = words("Aturan meja", "Desk rules")
    slot_minutes = 30
    shortest_minutes = 30
    longest_minutes = 240
    notice_minutes = 0
    horizon_days = 30
    day_minutes = 360
    week_minutes = 1200
    cancel_minutes = 60
    late_minutes = 15


class SiteFactory(Base):
    """Open every day from 08.00 to 20.00 in WIB; `hours=False` leaves it without hours."""

    class Meta:
        model = Site

    agency_id = factory.LazyFunction(lambda: AgencyFactory().id)
    name = factory.Sequence(lambda n: f"Trasa {n}")
    reference_prefix = factory.Sequence(lambda n: "T" + chr(65 + n // 26 % 26) + chr(65 + n % 26))
    address = "Jl. A. Yani 7, Slawi"
    directions = words(
        "Masuk dari Jl. A. Yani\nNaik ke lantai 2", "Enter from Jl. A. Yani\nUp to the 2nd floor"
    )
    time_zone = "Asia/Jakarta"

    @factory.post_generation
    def hours(self: Any, create: bool, extracted: Any, **options: Any) -> None:
        if extracted is False:
            return
        opens, closes = extracted or (time(8), time(20))
        for weekday in range(7):
            OpeningHoursFactory(site_id=self.id, weekday=weekday, opens=opens, closes=closes)


class OpeningHoursFactory(Base):
    class Meta:
        model = OpeningHours

    weekday = 0
    opens = time(8)
    closes = time(20)


class FloorFactory(Base):
    class Meta:
        model = Floor

    site_id = factory.LazyFunction(lambda: SiteFactory().id)
    level = factory.Sequence(lambda n: n)
    name = factory.LazyAttribute(lambda floor: words(f"lantai {floor.level}", f"floor {floor.level}"))


class ZoneFactory(Base):
    class Meta:
        model = Zone

    floor_id = factory.LazyFunction(lambda: FloorFactory().id)
    position = factory.Sequence(lambda n: n)
    name = words("Zona Taman", "Garden zone")
    description = words("di sisi jendela", "by the window")


class FeatureFactory(Base):
    class Meta:
        model = Feature

    code = factory.Sequence(lambda n: f"feature{n}")
    name = words("Monitor")
    icon = "monitor"
    position = factory.Sequence(lambda n: n)


class ResourceFactory(Base):
    """A desk on a floor of `site`, or of a site of its own."""

    class Meta:
        model = Resource

    class Params:
        site = factory.LazyFunction(lambda: SiteFactory())
        room = factory.Trait(
            kind=ResourceKind.ROOM, capacity=8, name=factory.Sequence(lambda n: f"Ruang {n}")
        )

    site_id = factory.LazyAttribute(lambda desk: desk.site.id)
    floor_id = factory.LazyAttribute(lambda desk: FloorFactory(site_id=desk.site_id).id)
    rules_id = factory.LazyFunction(lambda: RulesFactory().id)
    kind = ResourceKind.DESK
    name = factory.Sequence(lambda n: f"A{n:02d}")
    capacity = 1


class TopicFactory(Base):
    """An hour, in every mode, confirmed by the consultant."""

    class Meta:
        model = Topic

    name = factory.Sequence(lambda n: words(f"NIB {n}", f"Business number {n}"))
    description = words("Mengurus nomor induk berusaha", "Getting a business number")
    field = Field.INSTITUTION
    minutes = 60
    modes = factory.LazyFunction(lambda: ["in_person", "video", "phone"])
    to_bring = words("KTP", "Identity card")


class ConsultantFactory(Base):
    """Works at `site` from 09.00 to 16.00 on weekdays, and advises on `topics`; `week=()` leaves them without hours."""

    class Meta:
        model = Consultant

    class Params:
        site = factory.LazyFunction(lambda: SiteFactory())
        person = factory.LazyFunction(lambda: PersonFactory(roles=[Role.CONSULTANT]))

    id = factory.LazyAttribute(
        lambda consultant: (
            ResourceFactory(
                site_id=consultant.site.id,
                kind=ResourceKind.CONSULTANT,
                floor_id=None,
                rules_id=None,
                name=consultant.person.name,
            ).id
        )
    )
    person_id = factory.LazyAttribute(lambda consultant: consultant.person.id)
    about = words("Sepuluh tahun mendampingi usaha kecil", "Ten years beside small businesses")
    day_limit = 6
    week_limit = 20
    notice_minutes = 0
    horizon_days = 30

    @factory.post_generation
    def topics(self: Any, create: bool, extracted: Any, **options: Any) -> None:
        for topic in extracted or ():
            Base._session.add(ConsultantTopic(consultant_id=self.id, topic_id=topic.id))
        Base._session.flush()

    @factory.post_generation
    def week(self: Any, create: bool, extracted: Any, **options: Any) -> None:
        """(weekday, opens, closes) each."""
        usual = tuple((weekday, time(9), time(16)) for weekday in range(5))
        for weekday, opens, closes in usual if extracted is None else extracted:
            OpeningHoursFactory(resource_id=self.id, weekday=weekday, opens=opens, closes=closes)


def consultation_room(site: Any, **values: Any) -> Any:
    """A room of the site in which consultants receive people."""
    return ResourceFactory(site=site, room=True, serves_consultations=True, **values)
