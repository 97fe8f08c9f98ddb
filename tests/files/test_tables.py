"""Zips that are workbooks, and zips that are traps."""

from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest

from portal.errors import RuleBroken
from portal.files import refusals
from portal.files.checks import checked
from portal.files.tables import MOST_FILES, MOST_INSIDE
from tests.files import made

MACRO_TYPES = made.TYPES.replace("openxmlformats-officedocument.spreadsheetml", "ms-excel").replace(
    "sheet.main", "sheet.macroEnabled.main"
)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"xl/vbaProject.bin": "x"}, refusals.HasMacros),
        ({"XL/VBAPROJECT.BIN": "x"}, refusals.HasMacros),
        ({"xl/macrosheets/sheet1.xml": "x"}, refusals.HasMacros),
        ({"xl/activeX/activeX1.bin": "x"}, refusals.HasMacros),
        ({"[Content_Types].xml": MACRO_TYPES}, refusals.HasMacros),
        ({"../../etc/passwd": "x"}, refusals.Damaged),
        ({"/etc/passwd": "x"}, refusals.Damaged),
        ({"xl\\a.xml": "x"}, refusals.Damaged),
        ({"XL/workbook.xml": "twice"}, refusals.Damaged),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else next(iter(value)),
)
def test_an_xlsx_with_more_in_it(more: dict[str, str], reason: type[RuleBroken]) -> None:
    with pytest.raises(reason):
        checked("kas.xlsx", made.zipped(made.XLSX | more))


def test_an_ods_with_macros_or_a_password() -> None:
    with pytest.raises(refusals.HasMacros):
        checked("kas.ods", made.zipped(made.ODS | {"Basic/Standard/Module1.xml": "x"}))
    locked = {"META-INF/manifest.xml": "<manifest><manifest:encryption-data/></manifest>"}
    with pytest.raises(refusals.Locked):
        checked("kas.ods", made.zipped(made.ODS | locked))


def test_a_zip_bomb() -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as bomb:
        for path, content in made.XLSX.items():
            bomb.writestr(path, content)
        with bomb.open("xl/worksheets/sheet2.xml", "w") as sheet:
            for _ in range(MOST_INSIDE // 2**20 + 1):
                sheet.write(b" " * 2**20)
    assert len(out.getvalue()) < 2**20
    with pytest.raises(refusals.TooMuchInside):
        checked("kas.xlsx", out.getvalue())


def test_a_zip_bomb_that_lies_about_its_size() -> None:
    honest = made.zipped(made.XLSX | {"xl/big.xml": " " * 5_000_000})
    lying = honest.replace((5_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(refusals.Damaged):
        checked("kas.xlsx", lying)


def test_a_zip_of_very_many_files() -> None:
    with pytest.raises(refusals.TooMuchInside):
        checked("kas.xlsx", made.zipped(made.XLSX | {f"xl/{n}.xml": "" for n in range(MOST_FILES)}))


def test_what_cannot_be_unpacked_everywhere() -> None:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_BZIP2) as container:
        for path, content in made.XLSX.items():
            container.writestr(path, content)
    with pytest.raises(refusals.Damaged):
        checked("kas.xlsx", out.getvalue())


@pytest.mark.parametrize("cut", [10, 60, 200, 400])
def test_a_workbook_that_breaks_off(cut: int) -> None:
    with pytest.raises(refusals.Damaged):
        checked("kas.xlsx", made.zipped(made.XLSX)[:cut])


def test_a_byte_that_tipped_over() -> None:
    whole = bytearray(made.zipped(made.XLSX))
    whole[whole.index(b"xl/workbook.xml") + len("xl/workbook.xml")] ^= 0xFF
    with pytest.raises(refusals.Damaged):
        checked("kas.xlsx", bytes(whole))
