"""What a row of the day page shows, as a pure function of the desk and one sign a slot.

A day of a desk is a `pattern`: one byte for each slot of the page. The same few patterns come back all the time, so
rows are cached by what they are made of; nothing has to be invalidated. Ten times faster than a template loop, and
the reason why no translation or `url_for` may stand inside it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.resources.free_time import Stretch

FREE, TAKEN, MINE, PICKED, SHUT = b"ftmps"
FREE_OR_PICKED = bytes((FREE, PICKED))


@dataclass(frozen=True, slots=True)
class Columns:
    """The slots of a page: epoch minute of the first, minutes a slot, how many, and the local minute of day."""

    first: int
    step: int
    count: int
    first_of_day: int

    @classmethod
    def between(cls, first: int, end: int, *, midnight: int, step: int) -> "Columns | None":
        """Those slots of a local day that lie between two epoch minutes, if only in part; None where there is none."""
        first -= (first - midnight) % step
        count = -((first - end) // step)
        return cls(first, step, count, first - midnight) if count > 0 else None

    @property
    def end(self) -> int:
        return self.first + self.step * self.count

    def index(self, minute: int) -> int:
        """The slot in which an epoch minute lies; outside of the page the nearest edge."""
        return min(max((minute - self.first) // self.step, 0), self.count)

    def hours(self) -> list[tuple[int, int]]:
        """(minute of day, slots) of each whole or begun hour, for the header."""
        spans: list[tuple[int, int]] = []
        slot = 0
        while slot < self.count:
            minute = self.first_of_day + slot * self.step
            width = min(max((60 - minute % 60) // self.step, 1), self.count - slot)
            spans.append((minute, width))
            slot += width
        return spans


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that a row needs, translated once a page."""

    locale: str
    kind: str
    taken: str
    mine: str
    shut: str
    free: str
    full: str
    choose: str
    chosen: str


@dataclass(frozen=True, slots=True)
class Span:
    """Chosen hours, as slots of the page: the button on a phone takes them."""

    first: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Desk:
    """A desk or room as a page draws it before anything is claimed, escaped already."""

    id: int
    name: str
    features: tuple[tuple[str, str], ...]
    """(icon, name) in the page's language."""
    detail: str
    signs: bytes
    """When it is open."""
    shortest: int
    """Fewest slots of a booking."""
    reason: str
    """Why it is closed, where that has a name."""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What the rows of a page have in common; `sheet` makes it, one object for the same contents."""

    first: int
    """Local minute of the day."""
    step: int
    span: Span
    query: str
    """What the page's links carry besides the choice, escaped."""
    icons: str
    """Address of the sprite."""
    words: Wording


@lru_cache(maxsize=512)
def sheet(columns: Columns, span: Span, query: str, icons: str, words: Wording) -> Sheet:
    return Sheet(columns.first_of_day, columns.step, span, query, icons, words)


def open_signs(columns: Columns, open_: Iterable[Stretch[int]]) -> bytes:
    """One sign a slot: free when all of it is open."""
    signs = bytearray(bytes((SHUT,)) * columns.count)
    for start, end in open_:
        first, last = columns.index(start + columns.step - 1), columns.index(end)
        signs[first:last] = bytes((FREE,)) * max(last - first, 0)
    return bytes(signs)


def marked(signs: bytes, columns: Columns, sign: int, stretches: Iterable[Stretch[int]]) -> bytes:
    """With `sign` in every slot of which any part lies in a stretch."""
    changed = bytearray(signs)
    for start, end in stretches:
        first, last = columns.index(start), columns.index(end + columns.step - 1)
        changed[first:last] = bytes((sign,)) * max(last - first, 0)
    return bytes(changed)


def pattern(
    columns: Columns,
    open_: Iterable[Stretch[int]],
    taken: Iterable[Stretch[int]],
    mine: Iterable[Stretch[int]],
) -> bytes:
    """One sign a slot. A slot is free when all of it is open, taken or mine when any of it is."""
    return marked(marked(open_signs(columns, open_), columns, TAKEN, taken), columns, MINE, mine)


def runs(signs: bytes) -> list[tuple[int, int, int]]:
    """(sign, first slot, end slot) of each stretch of equal signs."""
    found: list[tuple[int, int, int]] = []
    start = 0
    for slot in range(1, len(signs) + 1):
        if slot == len(signs) or signs[slot] != signs[start]:
            found.append((signs[start], start, slot))
            start = slot
    return found


def is_free(signs: bytes, span: Span) -> bool:
    wanted = signs[span.first : span.end]
    return bool(wanted) and not wanted.strip(FREE_OR_PICKED)


@lru_cache(maxsize=1024)
def clock(minute_of_day: int, locale: str) -> str:
    separator = ":" if locale == "en" else "."
    return f"{minute_of_day // 60:02d}{separator}{minute_of_day % 60:02d}"


@lru_cache(maxsize=8192)
def row_html(desk: Desk, signs: bytes, sheet: Sheet) -> str:
    """One row of the table."""
    first, step, query, words, reason = sheet.first, sheet.step, sheet.query, sheet.words, desk.reason
    times = [clock(first + slot * step, words.locale) for slot in range(len(signs) + 1)]
    values = [clock(first + slot * step, "en") for slot in range(len(signs) + 1)]
    cells, free_times = [], []
    is_picked = PICKED in signs
    for sign, start, end in runs(signs):
        width = end - start
        stretch = f"{times[start]}–{times[end]}"
        if sign == FREE:
            free_times.append(f'<span class="nb">{stretch}</span>')
            half = " half" if (first + start * step) % 60 else ""
            links = "".join(
                f'<a href="?{query}pick={desk.id}&amp;at={values[slot]}#pilihan">{times[slot]}</a>'
                if slot + desk.shortest <= end
                else f"<span>{times[slot]}</span>"
                for slot in range(start, end)
            )
            inside = f'<div class="cell slot--free{half}">{links}</div>'
        elif sign == TAKEN:
            inside = f'<div class="slot slot--taken"><span class="sr">{words.taken} {stretch}</span></div>'
        elif sign == MINE:
            inside = f'<div class="slot slot--mine"><span>{words.mine}</span><span class="sr"> {stretch}</span></div>'
        elif sign == PICKED:
            free_times.append(f'<span class="nb">{stretch}</span>')
            inside = f'<div class="slot slot--pick"><span class="sr">{words.chosen} </span>{stretch}</div>'
        else:
            why = f'<span class="why">{reason}</span>' if reason and width == len(signs) else ""
            inside = f'<div class="slot slot--shut">{why}<span class="sr">{words.shut} {stretch}</span></div>'
        cells.append(f'<td role="cell" class="w{width}" colspan="{width}">{inside}</td>')
    return _row(desk, signs, sheet, cells, free_times, values, is_picked=is_picked)


def _row(
    desk: Desk,
    signs: bytes,
    sheet: Sheet,
    cells: Sequence[str],
    free_times: Sequence[str],
    values: Sequence[str],
    *,
    is_picked: bool,
) -> str:
    words, span = sheet.words, sheet.span
    features = "".join(
        f'<span><svg class="icon" aria-hidden="true"><use href="{sheet.icons}#i-{icon}"/></svg>'
        f'<span class="ft">{name}</span></span>'
        for icon, name in desk.features
    )
    if desk.detail:
        features += f'<span class="detail">{desk.detail}</span>'
    can_pick = is_free(signs, span)
    name = desk.name
    if is_picked:
        button = f'<span class="button button--s" aria-current="true">{words.chosen}<span class="sr"> {name}</span></span>'
    elif can_pick:
        target = (
            f"?{sheet.query}pick={desk.id}&amp;at={values[span.first]}&amp;until={values[span.end]}#pilihan"
        )
        button = f'<a class="button button--second button--s" href="{target}">{words.choose}<span class="sr"> {name}</span></a>'
    else:
        button = ""
    told = f"{words.free} " + ", ".join(free_times) if free_times else (desk.reason or words.full)
    marks = " ".join(
        mark for mark, holds in (("rest", not can_pick and not is_picked), ("chosen", is_picked)) if holds
    )
    attributes = f' class="{marks}"' if marks else ""
    return (
        f'<tr role="row" id="r{desk.id}"{attributes}><th role="rowheader" scope="row"><div><b>{name}</b>'
        f'<span class="feats">{features}</span></div></th>{"".join(cells)}'
        f'<td role="cell" class="pick">{button}</td><td role="cell" class="words">{told}</td></tr>'
    )
