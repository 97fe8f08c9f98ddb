"""Which passwords are refused, and that all others are not."""

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from portal.accounts import passwords
from portal.accounts.password_rules import (
    COMMON,
    EasyPassword,
    OwnPassword,
    PasswordTooLong,
    PasswordTooShort,
    UnkeepablePassword,
    check_password,
    common_passwords,
)
from portal.accounts.passwords import first_fit, fits, hash_password, is_outdated

OWN = ("Siti Nuraeni", "siti.nuraeni@gmail.com", "+6281234567890")


@pytest.mark.parametrize(
    "password",
    [
        "kopi pagi di slawi",
        "gunung slamet biru",
        "sayang kopi tegal",
        "xK9#mQ2v",
        "😀🌋🍵🐟🎻🚲🪁🦜",
        "ع ر ب ي ة ك ل م ة",
        "Tr0ub4dor&3x",
        "a" * 3 + "bcq" * 2 + "ruang tamu kita",
        "jalan ahmad yani nomor berapa ya " * 3,
    ],
)
def test_fine(password: str) -> None:
    check_password(password, OWN)


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password1!",
        "P4$$w0rd",
        "p@ssw0rd123",
        "12345678",
        "123456789012",
        "87654321",
        "qwertyuiop",
        "asdfghjkl1",
        "1qaz2wsx3edc",
        "aaaaaaaa",
        "abababab",
        "abcabcabc",
        "abcdefghijkl",
        "sayang123",
        "Sayang17081945",
        "indonesia",
        "INDONESIA45",
        "bismillah",
        "bismillah786",
        "rahasia2026",
        "bosmuda1",
        "slawi2026",
        "tegal12345",
        "iloveyou",
        "11223344",
        "08080808",
        "19901990",
        "........",
        "        ",
    ],
)
def test_easy_to_guess(password: str) -> None:
    with pytest.raises(EasyPassword):
        check_password(password)


@pytest.mark.parametrize(
    "password",
    ["sitinuraeni", "Siti Nuraeni 1", "nuraeni2001", "081234567890", "81234567890", "siti.nuraeni"],
)
def test_what_others_know(password: str) -> None:
    with pytest.raises(OwnPassword):
        check_password(password, OWN)


def test_lengths() -> None:
    with pytest.raises(PasswordTooShort):
        check_password("xK9#mQ2")
    with pytest.raises(PasswordTooLong):
        check_password("kopi " * 26)
    with pytest.raises(PasswordTooLong):
        check_password("x" * 10_000)


def test_nul_is_refused() -> None:
    with pytest.raises(UnkeepablePassword):
        check_password("kopi pagi\0 di slawi")


def test_the_list_is_sorted_and_long() -> None:
    lines = COMMON.read_text(encoding="utf-8").split("\n")[:-1]
    assert lines == sorted(set(lines))
    assert len(common_passwords()) > 5000
    assert all(line == line.lower() and len(line) >= 3 for line in lines)


def test_the_work_is_what_owasp_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert hash_password("kopi pagi").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    with pytest.raises(VerifyMismatchError):  # the hash that is nobody's costs the same
        PasswordHasher().verify(passwords._NOBODY, "kopi pagi")
    assert not is_outdated(passwords._NOBODY)


def test_signs_that_look_alike_are_one_password() -> None:
    """NFKC: a phone's keyboard may compose what a laptop's does not."""
    kept = hash_password("cafe\u0301 pagi sekali")
    assert fits("café pagi sekali", kept)
    assert not fits("cafe pagi sekali", kept)


def test_a_broken_hash_fits_nothing() -> None:
    assert not fits("x", "nonsense")
    assert first_fit("x", ["nonsense"]) is None
