"""People's names."""

import pytest

from portal.accounts.names import HiddenSigns, NameTooLong, UnreadableName, read_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Siti Nuraeni", "Siti Nuraeni"),
        ("  Siti \t Nuraeni ", "Siti Nuraeni"),
        ("R.A. Kartini, S.Pd.", "R.A. Kartini, S.Pd."),
        ("Sukarno", "Sukarno"),
        ("Jose\u0301", "José"),
        ("Siti 😀", "Siti 😀"),
        ("Siti 👩‍🌾", "Siti 👩‍🌾"),
        ("محمد", "محمد"),
        ("مُحَمَّد", "مُحَمَّد"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"),
        ("x" * 120, "x" * 120),
    ],
)
def test_names(typed: str, name: str) -> None:
    assert read_name(typed) == name


HIDDEN = [
    *("Siti\u202einaN", "Siti\u200f", "Siti\u2066x", "Si\0ti", "Siti\ufeff", "Si\u00adti"),
    *("\u3164", "\u115f\u1160", "\uffa0", "Siti\u2800", "a\u034f", "\u200d" * 100 + "a", "a\u200d\u200db"),
    *("Siti\u200d", "\u200dSiti", "Siti \u200dN", "Si" + "\u0300" * 6 + "ti", "a" + "\u0316\u0489" * 50),
]


@pytest.mark.parametrize("typed", HIDDEN)
def test_hidden_signs_are_refused(typed: str) -> None:
    with pytest.raises(HiddenSigns):
        read_name(typed)


@pytest.mark.parametrize("typed", ["12345", "😀😀", "...", " ", "-"])
def test_a_name_has_letters(typed: str) -> None:
    with pytest.raises(UnreadableName):
        read_name(typed)


def test_ten_thousand_letters_are_no_name() -> None:
    with pytest.raises(NameTooLong):
        read_name("x" * 10_000)
