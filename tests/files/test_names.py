"""Names: what the person called it, fit for a page, a header and a disk of theirs."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.files.kinds import EVERYTHING, PDF, Kind
from portal.files.models import LONGEST_NAME
from portal.files.names import cleaned, ending_as
from portal.files.serving import disposition


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Surat permohonan.pdf", "Surat permohonan.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\sri\\nota.pdf", "nota.pdf"),
        ("..", "berkas"),
        ("", "berkas"),
        (" . ", "berkas"),
        ("a/", "berkas"),
        ("a\0b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("gambar\u202egpj.exe", "gambargpj.exe"),
        ("\ufeffnota\u200b.pdf", "nota.pdf"),
        ("  dua   kata .pdf  ", "dua kata .pdf"),
        ("e\u0301.pdf", "\u00e9.pdf"),
        ("a\ud800b", "ab"),
        (".htaccess", "htaccess"),
        ("ꦱꦸꦫꦠ.pdf", "ꦱꦸꦫꦠ.pdf"),
    ],
)
def test_names(name: str, kept: str) -> None:
    assert cleaned(name) == kept


def test_a_name_of_ten_thousand() -> None:
    assert cleaned("a" * 10_000 + ".pdf") == "a" * (LONGEST_NAME - 4) + ".pdf"
    assert len(cleaned("a." * 5_000)) <= LONGEST_NAME
    assert len(cleaned("a." + "b" * 10_000)) == LONGEST_NAME


@given(st.text(max_size=400))
def test_any_name_becomes_one_line_without_a_path(name: str) -> None:
    kept = cleaned(name)
    assert 1 <= len(kept) <= LONGEST_NAME
    assert not set(kept) & set("/\\\0\r\n")
    assert not any(unicodedata.category(sign).startswith("C") for sign in kept)
    assert kept == kept.strip(" .")
    assert cleaned(kept) == kept
    kept.encode()


@given(st.text(max_size=400), st.sampled_from(EVERYTHING))
def test_any_name_ends_as_its_kind(name: str, kind: Kind) -> None:
    kept = ending_as(name, kind)
    assert kept.lower().endswith(kind.endings)
    assert len(kept) <= LONGEST_NAME
    assert ending_as(kept, kind) == kept
    assert cleaned(kept) == kept


@given(st.text(max_size=400), st.booleans())
def test_any_name_fits_a_header(name: str, inline: bool) -> None:
    header = disposition(ending_as(name, PDF), inline=inline)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.startswith("inline; " if inline else "attachment; ")


def test_the_header() -> None:
    assert disposition("nota.pdf", inline=False) == 'attachment; filename="nota.pdf"'
    assert disposition("Café 1%.pdf", inline=True) == (
        "inline; filename=\"Cafe 1_.pdf\"; filename*=UTF-8''Caf%C3%A9%201%25.pdf"
    )
    assert (
        disposition('"; x.pdf', inline=False)
        == "attachment; filename=\"__ x.pdf\"; filename*=UTF-8''%22%3B%20x.pdf"
    )
