"""Which passwords are refused: those that somebody else would try first. No composition rules."""

import re
from functools import cache
from pathlib import Path

from portal.accounts.passwords import LONGEST, LONGEST_TYPED, SHORTEST, normalised
from portal.errors import N_, RuleBroken

COMMON = Path(__file__).with_name("common_passwords.txt")
"""One a line, lower case, sorted; our own list of patterns, words and names that people here begin with."""
MOST_AROUND = 8
"""Signs around a common word that don't save it: a birthday is no secret."""

MOST_OWN = 500
"""Signs of a name or address that are looked at; no account holds a longer one."""

_LOOKALIKES = str.maketrans("0134578@$!|+", "oieastbasiit")
_AROUND = re.compile(r"^[^a-z]+|[^a-z]+$")
_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qazwsxedcrfvtgbyhnujmikolp",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
)
_ROWS_BOTH_WAYS = tuple(row[::step] for row in _ROWS for step in (1, -1))
_SEPARATORS = re.compile(r"[\s.\-_@+]+")


class WeakPassword(RuleBroken):
    code = "password"


class PasswordTooShort(WeakPassword):
    code = "password-short"
    message = N_("The password is too short: at least %(least)d characters. Three words are easy to keep.")


class PasswordTooLong(WeakPassword):
    code = "password-long"
    message = N_("The password is too long: at most %(most)d characters.")


class UnkeepablePassword(WeakPassword):
    code = "password-sign"
    message = N_("There is a sign in it that cannot be kept. Type it anew.")


class EasyPassword(WeakPassword):
    code = "password-easy"
    message = N_("This password is easy for others to guess. Try joining three words.")


class OwnPassword(WeakPassword):
    code = "password-own"
    message = N_("Others know your name, number and address. Try joining three words.")


def check_password(password: str, own: tuple[str | None, ...] = ()) -> None:
    """
    `own` is what others know of the person: name, address, number.

    Raises:
        WeakPassword: one of its subclasses says why.
    """
    if "\0" in password:
        raise UnkeepablePassword()
    if len(password) > LONGEST_TYPED:
        raise PasswordTooLong(most=LONGEST)
    password = normalised(password)
    if len(password) < SHORTEST:
        raise PasswordTooShort(least=SHORTEST)
    if len(password) > LONGEST:
        raise PasswordTooLong(most=LONGEST)
    lowered = password.lower()
    if _is_own(lowered, own):
        raise OwnPassword()
    if _is_common(lowered) or _is_pattern(lowered):
        raise EasyPassword()


@cache
def common_passwords() -> frozenset[str]:
    return frozenset(COMMON.read_text(encoding="utf-8").split())


def _is_common(lowered: str) -> bool:
    """On the list, or one of its words with a few digits and signs around it, or written with lookalikes."""
    forms = {lowered, "".join(lowered.split())}
    for spelling in (lowered, lowered.translate(_LOOKALIKES)):
        bare = _AROUND.sub("", spelling)
        if len(lowered) - len(bare) <= MOST_AROUND:
            forms |= {bare, bare.translate(_LOOKALIKES)}
    return not forms.isdisjoint(common_passwords())


def _is_pattern(lowered: str) -> bool:
    """Few different signs, something repeated, or a walk along the alphabet or the keyboard."""
    if len(set(lowered)) <= 3 or re.fullmatch(r"(.{1,4}?)\1+.{0,2}", lowered, re.DOTALL):
        return True
    return len(_without_walks(lowered)) <= max(2, len(lowered) // 4)


def _without_walks(lowered: str) -> str:
    """What is left when runs of four and more along a row, either way, are taken out."""
    left, at = "", 0
    while at < len(lowered):
        length = max(_run(lowered[at:], row) for row in _ROWS_BOTH_WAYS)
        if length >= 4:
            at += length
        else:
            left += lowered[at]
            at += 1
    return left


def _run(rest: str, row: str) -> int:
    """How many signs at the beginning of `rest` stand beside each other in `row`."""
    best, start = 0, row.find(rest[0])
    while start >= 0:
        pairs = zip(rest, row[start:], strict=False)
        length = next(
            (n for n, (typed, key) in enumerate(pairs) if typed != key), min(len(rest), len(row) - start)
        )
        best = max(best, length)
        start = row.find(rest[0], start + 1)
    return best


def _is_own(lowered: str, own: tuple[str | None, ...]) -> bool:
    """Nothing but the person's own words, with at most four signs more."""
    whole = _SEPARATORS.sub("", lowered)
    left = whole
    for part in sorted({part for value in own for part in _parts(value)}, key=len, reverse=True):
        left = left.replace(part, "")
    return len(left) <= 4 and len(left) < len(whole)


def _parts(value: str | None) -> list[str]:
    value = (value or "")[:MOST_OWN].lower()
    words = _SEPARATORS.split(value)
    digits = re.sub(r"\D", "", value)
    numbers = [digits, digits.removeprefix("62"), digits.removeprefix("0")] if len(digits) >= 6 else []
    return [part for part in (*words, *numbers, "".join(words)) if len(part) >= 3]
