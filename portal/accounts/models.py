"""People, how they sign in, what they may do and what they agreed to."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Base, Words, text_enum
from portal.permissions import Role


class Sex(StrEnum):
    FEMALE = "female"
    MALE = "male"


class District(Base):
    """A kecamatan. Kemendagri and BPS number them differently; both are kept."""

    __tablename__ = "district"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    kemendagri_code: Mapped[str] = mapped_column(unique=True)
    bps_code: Mapped[str | None] = mapped_column(unique=True)


class Agency(Base):
    """A department of the regency (OPD) that owns sites or programmes."""

    __tablename__ = "agency"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Words]
    short_name: Mapped[str] = mapped_column(unique=True)


class Person(Base):
    """Anyone the agency knows, with or without an account."""

    __tablename__ = "person"
    __table_args__ = (
        # An address or number is somebody's only once confirmed: registering tells a stranger nothing.
        Index(
            "uq_person_confirmed_email",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("email_confirmed_at IS NOT NULL"),
        ),
        Index(
            "uq_person_confirmed_phone",
            "phone",
            unique=True,
            postgresql_where=text("phone_confirmed_at IS NOT NULL"),
        ),
        Index("ix_person_email", text("lower(email)")),
        Index("ix_person_phone", "phone"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        CheckConstraint("phone ~ '^\\+[1-9][0-9]{6,14}$'", name="phone_e164"),
        CheckConstraint("language IN ('id', 'en')", name="language"),
        CheckConstraint("email_confirmed_at IS NULL OR email IS NOT NULL", name="confirmed_email_exists"),
        CheckConstraint("phone_confirmed_at IS NULL OR phone IS NOT NULL", name="confirmed_phone_exists"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str | None]
    email_confirmed_at: Mapped[datetime | None]
    phone: Mapped[str | None]
    """E.164, such as +6281234567890."""
    phone_confirmed_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    """When the front desk saw the person for the first time."""
    is_confirmed: Mapped[bool] = mapped_column(
        Computed(
            "met_at IS NOT NULL OR email_confirmed_at IS NOT NULL OR phone_confirmed_at IS NOT NULL",
            persisted=True,
        )
    )
    """Somebody who was met, or whose address is known to be theirs; others hold one coming booking at most."""
    language: Mapped[str] = mapped_column(server_default="id")
    birth_date: Mapped[date | None]
    sex: Mapped[Sex | None] = mapped_column(text_enum(Sex, "sex"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"), index=True)
    school: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


# Finds people by the beginning of their name, whatever its case.
Index(
    "ix_person_name",
    func.lower(Person.name).label("lower_name"),
    postgresql_ops={"lower_name": "text_pattern_ops"},
)


class Credential(Base):
    """A password, as argon2id keeps it."""

    __tablename__ = "credential"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str]
    changed_at: Mapped[datetime]


class UserSession(Base):
    """A signed-in device. The cookie carries a token of which only the SHA-256 is kept here."""

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    device: Mapped[str]
    """What the browser calls itself, shortened; shown in the list of devices."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class RoleGrant(Base):
    """What somebody may do; an official's or manager's grant names their agency."""

    __tablename__ = "role_grant"
    __table_args__ = (
        Index(
            "uq_role_grant", "person_id", "role", "agency_id", unique=True, postgresql_nulls_not_distinct=True
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[Role] = mapped_column(text_enum(Role, "role"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)
    granted_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Consent(Base):
    """What somebody agreed to, for which purpose and on which legal basis (UU 27/2022 art. 20)."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str]
    legal_basis: Mapped[str]
    text_version: Mapped[str]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class TokenPurpose(StrEnum):
    CONFIRM_EMAIL = "confirm-email"
    CHANGE_EMAIL = "change-email"
    CHANGE_PHONE = "change-phone"
    RESET_PASSWORD = "reset-password"  # noqa: S105 (a purpose)


class AccountToken(Base):
    """A link by mail or a code from the front desk, for one purpose, once. Only its hash is kept."""

    __tablename__ = "account_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(text_enum(TokenPurpose, "purpose"))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    address: Mapped[str | None]
    """The e-mail address or phone number that using it confirms."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token of the API. Only its hash is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Throttle(Base):
    """How often something that is slowed down was tried under a key (an account, an address)."""

    __tablename__ = "throttle"

    scope: Mapped[str] = mapped_column(primary_key=True)
    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    free_at: Mapped[datetime]
    """From then on the next try is heard."""
