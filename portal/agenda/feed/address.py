"""The secret in the address of a calendar: whose it is, and a signature that only the portal can make."""

import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from portal.accounts.secret import keyed_hash
from portal.web.routing import LARGEST_KEY

_SECRET = re.compile(r"([1-9][0-9]{0,9})-([A-Za-z0-9_-]{43})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Secret:
    person_id: int
    signature: str

    def is_of(self, generation: int) -> bool:
        return hmac.compare_digest(self.signature, _signature(self.person_id, generation))


def secret(person_id: int, generation: int) -> str:
    return f"{person_id}-{_signature(person_id, generation)}"


def read_secret(typed: str) -> Secret | None:
    """None where it cannot be one; whether it is, `Secret.is_of` tells."""
    found = _SECRET.fullmatch(typed)
    if found is None or int(found[1]) > LARGEST_KEY:
        return None
    return Secret(int(found[1]), found[2])


def _signature(person_id: int, generation: int) -> str:
    return urlsafe_b64encode(keyed_hash("calendar-feed", f"{person_id}:{generation}")).rstrip(b"=").decode()
