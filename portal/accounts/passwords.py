"""argon2id, with the same work for every sign-in.

A password is normalised to Unicode NFKC before it is hashed (NIST SP 800-63B 3.1.1.2), so that the same signs
typed on another keyboard are the same password.
"""

import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 8
LONGEST = 128
"""Characters."""
LONGEST_TYPED = 4 * LONGEST
"""Signs of which so many characters may be composed. To normalise takes time that grows with the square of their
number, so whatever is longer is refused before."""

TRIES = 5
"""How many accounts that share a sign-in name are tried. Always so many hashes are computed, whether there
are three such accounts or none, and also after one has matched: the time taken tells nothing."""

_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""OWASP's choice of 19 MiB and two passes: about 20 ms on one core."""

_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$r9QMZyvlFdJ+I0rWrDLVjA$bLGm6X5atKOUNcNgq+SuRl0IAXx2wDlnV3rFmL4gWj8"
"""Looks like any hash and fits no password."""


def normalised(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def hash_password(password: str) -> str:
    return _hasher.hash(normalised(password))


def fits(password: str, password_hash: str) -> bool:
    if len(password) > LONGEST_TYPED:
        return False
    try:
        return _hasher.verify(password_hash, normalised(password))
    except (VerificationError, InvalidHashError):
        return False


def first_fit(password: str, password_hashes: Sequence[str]) -> int | None:
    """Position of the first hash that the password fits; None when it fits none of the first `TRIES`."""
    tried = [*password_hashes[:TRIES], *[_NOBODY] * (TRIES - len(password_hashes))]
    found = [fits(password, password_hash) for password_hash in tried]
    return found.index(True) if True in found else None


def is_outdated(password_hash: str) -> bool:
    """Made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)
