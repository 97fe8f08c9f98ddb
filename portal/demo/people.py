"""People who might live in the regency."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from portal.accounts.models import RoleGrant, Sex
from portal.db import driver_connection
from portal.demo.names import MEN, MENS_SECOND, WOMEN, WOMENS_SECOND
from portal.permissions import Role

DOMAIN = "contoh.example"
"""Reserved (RFC 2606): nothing sent there ever reaches anybody."""
PHONES = "+6284"
"""No Indonesian operator has numbers that begin so."""
NEAR = frozenset({9, 10, 11, 12, 13, 18})
"""Districts, by number, around Slawi: more of their people come."""
NEWCOMERS = 0.08
"""Share of the people who registered within the last days and whom nobody has confirmed yet."""
NEWCOMER_DAYS = 12


@dataclass(frozen=True, slots=True)
class Guest:
    """What the history needs of a person. `since` in minutes since 1970."""

    id: int
    since: int
    keenness: float
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A person's row; `district` counts from 0."""

    name: str
    email: str | None
    email_confirmed_at: datetime | None
    phone: str | None
    phone_confirmed_at: datetime | None
    met_at: datetime | None
    language: str
    birth_date: date | None
    sex: Sex | None
    district: int
    created_at: datetime

    @property
    def is_confirmed(self) -> bool:
        return self.email_confirmed_at is not None or self.met_at is not None


def draft_people(dice: Random, count: int, districts: int, *, at: datetime) -> list[Draft]:
    """The first people stand for one district each, so that even a few come from all."""
    seen: Counter[str] = Counter()
    weights = [3.0 if number in NEAR else 1.0 for number in range(1, districts + 1)]
    newcomers = round(count * NEWCOMERS)
    drafts = []
    for number in range(count):
        district = number if number < districts else dice.choices(range(districts), weights)[0]
        drafts.append(_draft(dice, number, seen, district, is_new=number >= count - newcomers, at=at))
    return drafts


def add_people(
    session: Session, dice: Random, drafts: Sequence[Draft], districts: Sequence[int]
) -> list[Guest]:
    """Writes them, each with the role of an entrepreneur."""
    if not drafts:
        return []
    session.flush()
    ids = _new_ids(session, len(drafts))
    _copy(session, ids, drafts, districts)
    session.execute(
        insert(RoleGrant),
        [
            {"person_id": id_, "role": Role.ENTREPRENEUR, "agency_id": None, "granted_at": draft.created_at}
            for id_, draft in zip(ids, drafts, strict=True)
        ],
    )
    # Few come often and many now and then.
    return [
        Guest(id_, int(draft.created_at.timestamp() // 60), dice.paretovariate(1.6), draft.is_confirmed)
        for id_, draft in zip(ids, drafts, strict=True)
    ]


def _new_ids(session: Session, count: int) -> list[int]:
    statement = text(
        "SELECT nextval(pg_get_serial_sequence('person', 'id')) AS id"
        " FROM generate_series(1, :count) ORDER BY id"
    )
    return list(session.execute(statement, {"count": count}).scalars())


def _copy(session: Session, ids: Sequence[int], drafts: Sequence[Draft], districts: Sequence[int]) -> None:
    statement = (
        "COPY person (id, name, email, email_confirmed_at, phone, phone_confirmed_at, met_at, language,"
        " birth_date, sex, district_id, created_at) FROM STDIN"
    )
    with driver_connection(session).cursor() as cursor, cursor.copy(statement) as copy:
        for id_, draft in zip(ids, drafts, strict=True):
            copy.write_row(
                (
                    id_,
                    draft.name,
                    draft.email,
                    draft.email_confirmed_at,
                    draft.phone,
                    draft.phone_confirmed_at,
                    draft.met_at,
                    draft.language,
                    draft.birth_date,
                    draft.sex.value if draft.sex else None,
                    districts[draft.district],
                    draft.created_at,
                )
            )


def _draft(
    dice: Random, number: int, seen: Counter[str], district: int, *, is_new: bool, at: datetime
) -> Draft:
    sex = dice.choice((Sex.FEMALE, Sex.MALE))
    name = _name(dice, sex)
    created_at = _joined(dice, at, is_new=is_new)
    reach = dice.random()  # most have a phone number, few an e-mail address alone
    email = _email(name, seen) if reach > 0.45 else None
    phone = f"{PHONES}{10_000_000 + (number * 7_654_321) % 89_999_999:08d}" if reach < 0.85 else None
    confirmed_at = None if is_new else min(created_at + timedelta(minutes=dice.randrange(5, 4000)), at)
    by_phone = phone is not None and (email is None or dice.random() < 0.5)
    birth_date = _birth_date(dice, at)
    is_asked = dice.random() < 0.85  # when something needed it
    return Draft(
        name=name,
        email=email,
        email_confirmed_at=None if by_phone else confirmed_at,
        phone=phone,
        phone_confirmed_at=confirmed_at if by_phone else None,
        met_at=confirmed_at if by_phone else None,
        language="en" if dice.random() < 0.03 else "id",
        birth_date=birth_date if is_asked else None,
        sex=sex if is_asked else None,
        district=district,
        created_at=created_at,
    )


def _name(dice: Random, sex: Sex) -> str:
    firsts, seconds = (WOMEN, WOMENS_SECOND) if sex == Sex.FEMALE else (MEN, MENS_SECOND)
    first = dice.choice(firsts)
    return f"{first} {dice.choice([second for second in seconds if second != first])}"


def _email(name: str, seen: Counter[str]) -> str:
    local = name.lower().replace(" ", ".")
    seen[local] += 1
    return f"{local}{seen[local] if seen[local] > 1 else ''}@{DOMAIN}"


def _joined(dice: Random, at: datetime, *, is_new: bool) -> datetime:
    """Half were there before the six months of history begin, some came every week since."""
    if is_new:
        days = dice.uniform(0.2, NEWCOMER_DAYS)
    elif dice.random() < 0.5:
        days = dice.uniform(185, 900)
    else:
        days = dice.uniform(NEWCOMER_DAYS, 185)
    return (at - timedelta(days=days)).astimezone(UTC).replace(second=0, microsecond=0)


def _birth_date(dice: Random, at: datetime) -> date:
    """Youth is 16 to 30 (UU 40/2009); a few are older."""
    age = dice.randint(31, 44) if dice.random() < 0.07 else round(dice.triangular(16, 30, 23))
    return at.date() - timedelta(days=round(age * 365.25) + dice.randrange(1, 365))
