"""The questions of a topic as they are typed: one block each, added, ordered and left out by buttons.

A block's fields are named `q<number>-<part>`; their order is `q<number>-at`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.consultations.topics.models import QuestionKind
from portal.consultations.topics.queries import QuestionFacts
from portal.db import Words
from portal.errors import N_, RuleBroken

MOST = 30
LONGEST = 300
LONGEST_CHOICES = 4000
MOST_CHOICES = 40

_NAME = re.compile(r"q(\d{1,3})-label_id", re.ASCII)
_ACT = re.compile(r"(up|down|remove)-q(\d{1,3})", re.ASCII)
TEXTS = ("label_id", "label_en", "choices_id", "choices_en")


class NoLabel(RuleBroken):
    code = "label"
    message = N_("Write the question.")


class TooLong(RuleBroken):
    """Facts: most."""

    code = "too-long"
    message = N_("That is too long: at most %(most)s letters.")


class NoChoices(RuleBroken):
    code = "choices"
    message = N_("Write at least two answers to choose from, one a line.")


class UnequalChoices(RuleBroken):
    code = "choices-unequal"
    message = N_("As many lines in both languages, in the same order.")


@dataclass(slots=True)
class Block:
    number: int
    kept_id: str = ""
    label_id: str = ""
    label_en: str = ""
    kind: str = QuestionKind.TEXT.value
    choices_id: str = ""
    choices_en: str = ""
    is_required: bool = False
    is_active: bool = True
    errors: dict[str, RuleBroken] = field(default_factory=dict)

    def id(self, part: str) -> str:
        return f"q{self.number}-{part}"


class Questions:
    def __init__(self, blocks: Iterable[Block] = ()) -> None:
        self.blocks = list(blocks)

    @classmethod
    def of(cls, kept: Iterable[QuestionFacts]) -> "Questions":
        return cls(
            Block(
                number,
                str(one.id or ""),
                one.label.id,
                "" if one.label.en == one.label.id else one.label.en,
                one.kind.value,
                "\n".join(choice.id for choice in one.choices),
                "\n".join(choice.en for choice in one.choices),
                one.is_required,
                one.is_active,
            )
            for number, one in enumerate(kept)
        )

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> "Questions":
        numbers = [int(match[1]) for name in form if (match := _NAME.fullmatch(name))][:MOST]
        blocks = []
        for number in dict.fromkeys(numbers):
            block = Block(number, form.get(f"q{number}-kept", "")[:10])
            for part in TEXTS:
                text = form.get(block.id(part), "").replace("\r\n", "\n").replace("\0", "")
                setattr(block, part, text[: LONGEST_CHOICES + 1].strip())
            block.kind = form.get(block.id("kind"), "")
            block.is_required = bool(form.get(block.id("required")))
            block.is_active = bool(form.get(block.id("active")))
            blocks.append(block)
        return cls(blocks)

    @property
    def errors(self) -> list[tuple[str, RuleBroken]]:
        """(id of the field, what is wrong), in the order of the page."""
        return [
            (block.id(part), block.errors[part])
            for block in self.blocks
            for part in TEXTS
            if part in block.errors
        ]

    def act(self, do: str) -> bool:
        if do == "add-question":
            if len(self.blocks) < MOST:
                self.blocks.append(Block(max((block.number for block in self.blocks), default=-1) + 1))
            return True
        match = _ACT.fullmatch(do)
        index = next(
            (n for n, block in enumerate(self.blocks) if match and block.number == int(match[2])), None
        )
        if match is None or index is None:
            return False
        block = self.blocks.pop(index)
        if match[1] != "remove":
            self.blocks.insert(max(index + (1 if match[1] == "down" else -1), 0), block)
        return True

    def read(self) -> tuple[QuestionFacts, ...]:
        """Those that can be read; the others are blamed."""
        found = []
        for block in self.blocks:
            block.errors = {}
            choices = self._choices(block)
            if not block.label_id:
                block.errors["label_id"] = NoLabel()
            for part in ("label_id", "label_en"):
                if len(getattr(block, part)) > LONGEST:
                    block.errors[part] = TooLong(most=LONGEST)
            if not block.errors:
                found.append(
                    QuestionFacts(
                        id=int(block.kept_id)
                        if block.kept_id.isascii() and block.kept_id.isdecimal()
                        else None,
                        label=Words(block.label_id, block.label_en or block.label_id),
                        kind=_kind(block),
                        choices=choices,
                        is_required=block.is_required,
                        is_active=block.is_active,
                    )
                )
        return tuple(found)

    def _choices(self, block: Block) -> tuple[Words, ...]:
        if _kind(block) != QuestionKind.CHOICE:
            return ()
        indonesian, english = _lines(block.choices_id), _lines(block.choices_en)
        if not 2 <= len(indonesian) <= MOST_CHOICES or len(block.choices_id) > LONGEST_CHOICES:
            block.errors["choices_id"] = NoChoices()
        elif english and len(english) != len(indonesian):
            block.errors["choices_en"] = UnequalChoices()
        return tuple(Words(*pair) for pair in zip(indonesian, english or indonesian, strict=False))


def _kind(block: Block) -> QuestionKind:
    return next((kind for kind in QuestionKind if kind.value == block.kind), QuestionKind.TEXT)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
