"""What people type to sign in with."""

import pytest

from portal.accounts.logins import (
    UnreadableEmail,
    UnreadableLogin,
    UnreadablePhone,
    read_email,
    read_login,
    read_phone,
    shown_phone,
)


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "0812 3456 7890",
        "0812-3456-7890",
        "0812.3456.7890",
        "(0812) 3456-7890",
        "+62 812 3456 7890",
        "+62812-3456-7890",
        "6281234567890",
        "62 812 3456 7890",
        "+62 0812 3456 7890",
        "81234567890",
        " 081234567890\t",
    ],
)
def test_one_number_however_it_is_written(typed: str) -> None:
    assert read_phone(typed) == "+6281234567890"
    assert read_login(typed).phone == "+6281234567890"


@pytest.mark.parametrize(
    "typed",
    ["0812 3456", "0812", "62", "+", "08123456789012345678", "+1 23", "0" * 10_000, "٠٨", "0812x3456"],
)
def test_incomplete_numbers_are_refused(typed: str) -> None:
    with pytest.raises(UnreadablePhone):
        read_phone(typed)


def test_foreign_numbers_need_their_country_code() -> None:
    assert read_phone("+65 8123 4567") == "+6581234567"


@pytest.mark.parametrize("typed", ["siti@gmail.com", " siti@gmail.com ", "siti+kopi@mail.example.co.id"])
def test_addresses(typed: str) -> None:
    assert read_login(typed).email == typed.strip()


def test_addresses_are_compared_without_case() -> None:
    assert read_login("Siti@Gmail.com").key == "siti@gmail.com"


@pytest.mark.parametrize(
    "typed",
    [
        "@",
        "siti@",
        "@gmail.com",
        "siti@gmail",
        "si ti@gmail.com",
        "a@b@c.com",
        "siti@gmail.com\r\nBcc: x@y.id",
    ],
)
def test_what_mail_could_not_be_sent_to_is_refused(typed: str) -> None:
    with pytest.raises(UnreadableEmail):
        read_email(typed)


@pytest.mark.parametrize("typed", ["", "siti", "  ", "😀", "\u202e0812", "x" * 10_000])
def test_neither_address_nor_number(typed: str) -> None:
    with pytest.raises(UnreadableLogin):
        read_login(typed)


def test_numbers_are_shown_as_people_read_them() -> None:
    assert shown_phone("+6281234567890") == "0812-3456-7890"
    assert shown_phone("+628458888905") == "08458888905"
    assert shown_phone("+6581234567") == "+65 8123 4567"
