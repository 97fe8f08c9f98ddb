"""Pictures come out upright, of useful size, and as nothing but a picture."""

from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from portal.files import refusals
from portal.files.checks import checked
from portal.files.pictures import LONGEST_SIDE
from tests.files import made


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_no_place_and_no_device_remain(form: str) -> None:
    data = made.picture(form, at=(6.98, 109.13))
    assert opened(data).getexif().get_ifd(0x8825), "the test's own picture tells where it was taken"
    kept = checked("foto", data).data
    assert b"Pembuat Ponsel" in data
    assert b"Pembuat Ponsel" not in kept
    image = opened(kept)
    assert not image.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment", "photoshop"} & set(image.info)


def test_no_words_remain() -> None:
    said = PngImagePlugin.PngInfo()
    said.add_text("Author", "Sri Wahyuni")
    kept = checked("a.png", made.picture("PNG", pnginfo=said, icc_profile=b"x" * 200)).data
    assert b"Sri Wahyuni" not in kept
    assert not opened(kept).info
    commented = made.picture(comment=b"Sri Wahyuni")
    assert b"Sri" in commented
    assert b"Sri" not in checked("a.jpg", commented).data


def test_what_hangs_on_behind_is_cut_off() -> None:
    for form in ("JPEG", "PNG"):
        assert b"<script>" not in checked("a", made.picture(form) + b"<script>alert(1)</script>").data


def test_a_turned_photo_stands_upright() -> None:
    image = opened(checked("a.jpg", made.picture(turned=6)).data)
    assert image.size == (48, 64)
    red, _, blue = image.getpixel((24, 4))  # type: ignore[misc]
    assert red > blue, "left before, top now"


@pytest.mark.parametrize(
    ("size", "shown"), [((4800, 1200), (2400, 600)), ((60, 4000), (36, 2400)), ((30, 20), (30, 20))]
)
def test_the_longest_side(size: tuple[int, int], shown: tuple[int, int]) -> None:
    assert max(shown) <= LONGEST_SIDE
    for form in ("JPEG", "PNG", "WEBP"):
        assert opened(checked("a", made.picture(form, size)).data).size == shown


@pytest.mark.parametrize(
    ("form", "mode", "kept"),
    [
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "LA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("PNG", "1", "L"),
        ("PNG", "I;16", "RGB"),
        ("JPEG", "CMYK", "RGB"),
        ("JPEG", "L", "L"),
        ("WEBP", "RGBA", "RGBA"),
    ],
)
def test_any_mode_becomes_one_that_all_can_show(form: str, mode: str, kept: str) -> None:
    out = BytesIO()
    Image.new(mode, (20, 20)).save(out, form)
    assert opened(checked("a", out.getvalue()).data).mode == kept


def test_what_moves_stands_still() -> None:
    out = BytesIO()
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    first.save(out, "WEBP", save_all=True, append_images=[second])
    assert getattr(opened(checked("a.webp", out.getvalue()).data), "n_frames", 1) == 1


@pytest.mark.parametrize("side", [7_100, 12_000, 60_000, 2**31 - 1])
def test_a_bomb_of_pixels(side: int) -> None:
    data = made.png_bomb(side, side)
    assert len(data) < 200
    with pytest.raises((refusals.TooManyPixels, refusals.Damaged)) as refused:
        checked("a.png", data)
    assert side > 2**30 or refused.type is refusals.TooManyPixels


def test_a_jpeg_of_a_thousand_passes() -> None:
    data = made.picture(progressive=True)
    scan = data[data.index(b"\xff\xda") : -2]
    with pytest.raises(refusals.Damaged):
        checked("a.jpg", data[:-2] + scan * 1_000 + data[-2:])
    assert checked("a.jpg", data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_breaks_off(form: str) -> None:
    whole = made.picture(form, (400, 300))
    for cut in (12, 40, len(whole) // 2):
        with pytest.raises(refusals.Damaged):
            checked("a", whole[:cut])


def test_one_format_in_the_clothes_of_another() -> None:
    """What begins as a PNG and is none must not be read as something else."""
    with pytest.raises(refusals.Damaged):
        checked("a.png", b"\x89PNG\r\n\x1a\n" + made.picture("JPEG"))
