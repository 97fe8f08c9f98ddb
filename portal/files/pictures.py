"""Pictures are written anew: upright, of a size that a page can use, and without anything that is not picture.

A phone writes into a photo where and when it was taken and with which device; nobody who sends one of a receipt
means to tell that.
"""

from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from portal.files.kinds import JPEG, LARGEST, PNG, WEBP, Kind
from portal.files.refusals import Damaged, TooManyPixels

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

LONGEST_SIDE = 2400
"""Pixels: an A4 page at 200 dots an inch, so that a photographed letter stays readable."""
MOST_PIXELS = 50_000_000
"""What the large modes of phones give. A picture of a few bytes can claim any number."""
MOST_SCANS = 100
"""Passes over a progressive JPEG: an ordinary one has about ten, and each costs time for the whole picture."""
QUALITY = 85
_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}
_one_at_a_time = Lock()
"""An unpacked picture takes up to 200 MB, and a process has several threads."""


def written_anew(data: bytes, kind: Kind, name: str) -> bytes:
    """
    Raises:
        Damaged, TooManyPixels
    """
    from PIL import Image  # with what it loads, a tenth of a second that most processes never need

    if kind is JPEG and data.count(b"\xff\xda") > MOST_SCANS:
        raise Damaged(name=name, kind=kind.label)
    with _one_at_a_time:
        try:
            with Image.open(BytesIO(data), formats=[_FORMATS[kind]]) as picture:
                if picture.width * picture.height > MOST_PIXELS:
                    raise TooManyPixels(name=name, limit=MOST_PIXELS // 1_000_000)
                out = _encoded(_bare(picture, kind), kind)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise TooManyPixels(name=name, limit=MOST_PIXELS // 1_000_000) from bomb
        except TooManyPixels:
            raise
        except Exception as error:
            # Whatever a decoder trips over; they raise nearly everything, SyntaxError too.
            raise Damaged(name=name, kind=kind.label) from error
    if len(out) > LARGEST:
        raise TooManyPixels(name=name, limit=MOST_PIXELS // 1_000_000)
    return out


def _bare(picture: "Picture", kind: Kind) -> "Picture":
    """Upright, in a mode that every program shows, and a new picture, so that nothing clings to it."""
    from PIL import Image, ImageOps

    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    upright = ImageOps.exif_transpose(picture)
    has_alpha = kind is not JPEG and upright.has_transparency_data
    mode = "RGBA" if has_alpha else "L" if upright.mode in {"1", "L"} else "RGB"
    shown = upright.convert(mode)
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    bare = Image.new(mode, shown.size)
    bare.paste(shown)
    return bare


def _encoded(picture: "Picture", kind: Kind) -> bytes:
    out = BytesIO()
    if kind is PNG:
        picture.save(out, "PNG")
    else:
        picture.save(out, _FORMATS[kind], quality=QUALITY)
    return out.getvalue()
