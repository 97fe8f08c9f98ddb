"""Random tokens for cookies, links and codes. Only hashes of them are ever kept."""

import hashlib
import secrets

from portal.accounts.secret import keyed_hash

CODE_DIGITS = 8


def new_token() -> str:
    """256 random bits, fit for a cookie or an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def new_code() -> str:
    """What the front desk reads out: eight digits."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def code_hash(person_id: int, code: str) -> bytes:
    """A code is short, so its hash needs the portal's secret; bound to its person, as two may hold the same one."""
    return keyed_hash("code", f"{person_id}:{code}")
