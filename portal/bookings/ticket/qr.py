"""The QR code of a ticket as the data of one SVG path: a few hundred bytes, sharp at any size."""

from functools import lru_cache

import segno


@lru_cache(maxsize=1024)
def svg_path(reference: str) -> tuple[int, str]:
    """(modules a side with the quiet zone, path data with a stroke one module wide) for a reference."""
    code = segno.make(reference, micro=False, error="m")
    rows = [bytes(row) for row in code.matrix_iter(border=2)]
    size = len(rows)
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < size:
            if not row[x]:
                x += 1
                continue
            width = 1
            while x + width < size and row[x + width]:
                width += 1
            parts.append(f"M{x} {y}.5h{width}")
            x += width
    return size, "".join(parts)
