"""Slowing down what strangers could try without end, counted in our own table for all processes and hosts.

Each try is charged before it is heard, in one atomic statement, so that a hundred at the same moment count as
a hundred; one that succeeds is given back. Keys are hashed with the portal's secret: without it the table tells
nobody's number or address.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.accounts.secret import keyed_hash
from portal.errors import N_, PortalError


@dataclass(frozen=True, slots=True)
class Policy:
    scope: str
    free: int
    """Tries after which no wait follows; the next is still heard, and the one after it waits."""
    first_wait: int
    """Seconds after the first try beyond; doubled with each more."""
    longest_wait: int
    """Seconds."""
    forgiven_after: int
    """Seconds that forgive one, whether or not another follows meanwhile."""


SIGN_IN_ACCOUNT = Policy("sign-in-account", free=5, first_wait=2, longest_wait=60, forgiven_after=600)
"""A stranger can cause it, so it never holds anybody off for longer than a minute."""
SIGN_IN_HERE = Policy("sign-in-here", free=2, first_wait=60, longest_wait=900, forgiven_after=900)
"""An account as tried from one network: heard while others elsewhere keep the account's own wait from ending."""
SIGN_IN_ADDRESS = Policy("sign-in-address", free=30, first_wait=2, longest_wait=120, forgiven_after=60)
"""A school or the space itself shares one address, and prankster and pupils with it."""
SIGN_IN_DEVICE = Policy("sign-in-device", free=10, first_wait=4, longest_wait=600, forgiven_after=600)
"""A person's own devices, which strangers' failures don't touch."""
PASSWORD_AGAIN = Policy("password-again", free=5, first_wait=4, longest_wait=600, forgiven_after=600)
"""Asked once more of somebody signed in, before they change how they sign in."""
REGISTER_ADDRESS = Policy("register-address", free=20, first_wait=15, longest_wait=300, forgiven_after=180)
CONFIRM_MAILS = Policy("confirm-mails", free=5, first_wait=300, longest_wait=3600, forgiven_after=3600)
"""Mails to one address that somebody registers with."""
FORGOT_ADDRESS = Policy("forgot-address", free=10, first_wait=15, longest_wait=600, forgiven_after=360)
RESET_MAILS = Policy("reset-mails", free=3, first_wait=60, longest_wait=900, forgiven_after=1200)
"""Mails to one address, not pages: the page looks the same whether a mail went out or not."""
CODE = Policy("code", free=4, first_wait=900, longest_wait=900, forgiven_after=900)
"""Five tries from each network; a new code from the front desk brings five more."""
CODE_ADDRESS = Policy("code-address", free=20, first_wait=15, longest_wait=600, forgiven_after=360)


class TooManyTries(PortalError):
    code = "too-many-tries"
    message = N_("That were many tries. Wait a little, then try again.")

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds=seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Charge:
    policy: Policy
    key: str

    @property
    def key_hash(self) -> bytes:
        return keyed_hash("throttle", self.key)


_FORGIVEN = "greatest(0, floor(extract(epoch FROM :at - t.last_at) / :forgiven_after))::int"
_LEFT = f"greatest(0, t.failures - {_FORGIVEN})"
# Time counts on from where the last one was forgiven: counted from the latest try, who tries now and then would be
# forgiven nothing.
_COUNTED_FROM = f"CASE WHEN {_LEFT} = 0 THEN :at ELSE t.last_at + make_interval(secs => {_FORGIVEN} * :forgiven_after) END"
# Where nobody has to wait, free_at lies long ago: set to this try's own moment it would hold back another of the
# same moment whose clock is a little behind.
_CHARGE = text(
    f"""
    INSERT INTO throttle AS t (scope, key_hash, failures, last_at, free_at)
    VALUES (:scope, :key_hash, 1, :at, to_timestamp(0))
    ON CONFLICT (scope, key_hash) DO UPDATE SET failures = {_LEFT} + 1, last_at = greatest(t.last_at, {_COUNTED_FROM}),
        free_at = CASE WHEN {_LEFT} + 1 > :free
            THEN :at + make_interval(secs => least(:longest_wait, :first_wait * power(2, least({_LEFT} - :free, 20))))
            ELSE to_timestamp(0) END
    WHERE t.free_at <= :at
    RETURNING failures
    """  # noqa: S608 (constants)
)
_REFUND = text(
    """UPDATE throttle SET failures = greatest(0, failures - 1), free_at = to_timestamp(0)
    WHERE scope = :scope AND key_hash = :key_hash"""
)
_WAIT = text(
    "SELECT extract(epoch FROM free_at - :at) FROM throttle WHERE scope = :scope AND key_hash = :key_hash"
)


def charge(session: Session, charges: Sequence[Charge], *, at: datetime) -> None:
    """Counts one try under each key, or under none of them.

    Raises:
        TooManyTries: one of the keys has to wait.
    """
    try:
        with session.begin_nested():
            for one in charges:
                if not _charged(session, one, at):
                    raise TooManyTries(0)
    except TooManyTries:
        raise TooManyTries(max(_wait(session, one, at) for one in charges)) from None


def _charged(session: Session, one: Charge, at: datetime) -> bool:
    policy = one.policy
    parameters = {
        "scope": policy.scope,
        "key_hash": one.key_hash,
        "at": at,
        "free": policy.free,
        "first_wait": policy.first_wait,
        "longest_wait": policy.longest_wait,
        "forgiven_after": policy.forgiven_after,
    }
    return session.execute(_CHARGE, parameters).first() is not None


def _wait(session: Session, one: Charge, at: datetime) -> int:
    """Whole seconds, at least one."""
    left = session.scalar(_WAIT, {"scope": one.policy.scope, "key_hash": one.key_hash, "at": at})
    return max(1, ceil(left or 0))


def refund(session: Session, charges: Sequence[Charge]) -> None:
    """The try was none against which one must guard."""
    for one in charges:
        session.execute(_REFUND, {"scope": one.policy.scope, "key_hash": one.key_hash})


def network_of(address: str | None) -> str:
    """What counts as one caller: an IPv4 address, or the /64 that an IPv6 customer has to themselves."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
