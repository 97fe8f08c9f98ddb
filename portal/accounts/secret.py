"""Keys made from the portal's secret, one for each purpose."""

import hashlib
import hmac

from flask import current_app


def keyed_hash(purpose: str, words: str) -> bytes:
    """Of few possible words (a phone number) a plain hash is turned back in seconds; not so with a secret in it."""
    secret: str = current_app.config["SETTINGS"].secret_key
    message = f"{purpose}\0{words}".encode("utf-8", "replace")
    return hmac.digest(secret.encode(), message, hashlib.sha256)
