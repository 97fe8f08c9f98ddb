"""What a form showed, as a mark that it hands back: another one now means that somebody else was quicker."""

from hashlib import blake2b


def fingerprint(*facts: object) -> str:
    return blake2b(repr(facts).encode(), digest_size=12).hexdigest()
