"""A measured figure beside its gate and its goal; less is better throughout."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["of hello", "statements", "×", "KB", "requests", "fields", "faults"]


@dataclass(frozen=True, slots=True)
class Figure:
    what: str
    measured: float
    unit: Unit
    gate: float
    goal: float | None = None
    note: str = ""

    @property
    def passes(self) -> bool:
        return self.measured <= self.gate

    @property
    def reaches_goal(self) -> bool:
        return self.goal is None or self.measured <= self.goal

    def line(self) -> str:
        mark = "pass" if self.passes else "MISS"
        text = f"{mark}  {self.what:<58} {self._written(self.measured):>14}   gate {self._written(self.gate):<14}"
        if self.goal is None:
            return text + self.note
        text += f" goal {self._written(self.goal):<14} {self._distance()}"
        return text + (f"  ({self.note})" if self.note else "")

    def _distance(self) -> str:
        if self.goal is None or self.reaches_goal:
            return "reached"
        if not self.goal:
            return "missed"
        return f"{self.measured / self.goal - 1:.0%} to go"

    def _written(self, value: float) -> str:
        match self.unit:
            case "of hello":
                return f"1/{value:.1f}"
            case "×":
                return f"{value:.2f} ×"
            case "KB":
                return f"{value:.1f} KB"
        return f"{value:.0f} {self.unit}"
