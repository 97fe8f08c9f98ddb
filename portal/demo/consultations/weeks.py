"""Consultants' weeks: the usual one, other hours for some days, and when they are away."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from portal.db import Words

Week = tuple[tuple[tuple[int, ...], str], ...]
"""Weekdays from Monday = 0, and their stretches as one writes them on a door."""


@dataclass(frozen=True, slots=True)
class Override:
    """Other hours from the `first` to the `last` day, counted from today."""

    first: int
    last: int
    week: Week


@dataclass(frozen=True, slots=True)
class Absence:
    """From `days_ahead`, or the weekday that comes next after it, for so many days."""

    days_ahead: int
    weekday: int | None
    days: int
    stretch: str
    reason: Words

    def dates(self, today: date) -> tuple[date, date]:
        first = today + timedelta(days=self.days_ahead)
        if self.weekday is not None:
            first += timedelta(days=(self.weekday - first.weekday()) % 7)
        return first, first + timedelta(days=self.days - 1)


ALL_DAY = "00.00–00.00"
"""Midnight ends a day, as in `OpeningHours`."""
AGENCY_MEETING = Words("Rapat dinas", "Meeting at the agency")
LEAVE = Words("Cuti", "On leave")
TRAINING = Words("Pelatihan di Semarang", "Training in Semarang")
FAIR = Words("Pameran UMKM", "Trade fair")
VISIT = Words("Kunjungan ke rumah produksi", "Visit to a workshop")

ABSENCES = {
    "Ratna Dewi": (
        Absence(1, 2, 1, "13.00–16.00", AGENCY_MEETING),
        Absence(-27, 2, 1, "13.00–16.00", AGENCY_MEETING),
        Absence(-90, 0, 5, ALL_DAY, LEAVE),
    ),
    "Slamet Riyadi": (Absence(-150, 0, 3, ALL_DAY, TRAINING),),
    "Endang Pujiastuti": (
        Absence(8, 0, 5, ALL_DAY, LEAVE),
        Absence(1, 3, 1, "13.00–16.00", VISIT),
    ),
    "Bambang Kusumo": (Absence(-60, 0, 7, ALL_DAY, LEAVE),),
    "Tri Handayani": (Absence(2, 1, 1, "10.00–12.00", VISIT),),
    "Agung Prasetya": (Absence(9, 3, 2, ALL_DAY, FAIR), Absence(-200, 0, 12, ALL_DAY, LEAVE)),
    "Lutfiah Hanum": (Absence(-35, 3, 1, "09.00–15.00", FAIR),),
}
OVERRIDES = {
    "Nurlaela Azizah": (Override(11, 18, (((0, 1, 2, 3, 4), "08.00–11.00"),)),),
    "Slamet Riyadi": (Override(-110, -97, (((0, 1, 2, 3), "13.00–17.00"),)),),
    "Yusuf Maulana": (Override(16, 29, (((0, 2), "09.00–12.00 13.00–15.00"),)),),
}

_MORNINGS = ("08.00–12.00", "08.30–11.30", "09.00–12.00")
_AFTERNOONS = ("12.30–15.00", "13.00–16.00", "13.30–17.00")


def by_dice(dice: Random) -> Week:
    """Three or four days with lunch off, some on Friday morning alone."""
    days = tuple(sorted(dice.sample(range(4), dice.choice((3, 3, 4)))))
    usual = (days, f"{dice.choice(_MORNINGS)} {dice.choice(_AFTERNOONS)}")
    return (usual, ((4,), "08.00–11.00")) if dice.random() < 0.5 else (usual,)
