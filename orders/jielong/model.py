"""What comes out of reading a chain: frozen dataclasses, ``as_dict()`` gives the JSON shape of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

Status = Literal["order", "cancel", "change", "unclear"]
Why = Literal["header", "example", "menu", "instruction", "remark", "copy", "total"]

# Every warning is "code: words". Codes are stable (pages translate them), words are for whoever reads the JSON.
WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "no_quantity": "no quantity is written",
        "plus_number": "+N may mean people, portions or slots",
        "range": "a range is no quantity",
        "zero": "the quantity is zero",
        "large": "an unusually large quantity",
        "two_quantities": "two quantities stand behind one good",
        "group_unclear": "which items share this quantity is not clear",
        "no_items": "no item was understood",
        "building_only": "a building without a room",
        "room_only": "a room without its building",
        "room_conflict": "more than one room",
        "no_number": "the line has no number of its own",
        "repeated_number": "this number stands twice",
        "repeated_name": "this name or room stands twice: correction or second order?",
        "changed": "replaces",
        "partial_cancel": "cancelled of this entry",
        "name_guessed": "name and goods are not set apart",
        "earlier_order": "it speaks of an order of another round",
        "unsure": "words that leave it open",
        "odd_unit": "a counting word that is not known",
        "odd_goods": "a good that reads like a sentence",
        "goods_joined": "two goods may stand in one",
        "note_guessed": "words that may be a good were taken for a note",
    }
)


def warning(code: str, detail: str = "") -> str:
    """One warning line; ``code`` must be in ``WARNINGS``."""
    return f"{code}: {WARNINGS[code]}" + (f" ({detail})" if detail else "")


@dataclass(frozen=True)
class Item:
    """``quantity`` None: none is written, or it is not to be trusted (``+2``, ``3-5斤``)."""

    goods: str
    quantity: Decimal | None
    unit: str

    def as_dict(self) -> dict[str, Any]:
        return {"goods": self.goods, "quantity": plain_decimal(self.quantity), "unit": self.unit}


@dataclass(frozen=True)
class Entry:
    """One order line of the chain. ``number`` is what stood there: no identity, deletions renumber."""

    line: int
    number: int | None
    raw: str
    name: str
    room: str | None
    items: tuple[Item, ...]
    note: str
    status: Status
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "line": self.line,
            "number": self.number,
            "raw": self.raw,
            "name": self.name,
            "room": self.room,
            "items": [item.as_dict() for item in self.items],
            "note": self.note,
            "status": self.status,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class Skipped:
    """A non-empty line that is neither title nor order, and why."""

    line: int
    raw: str
    why: Why

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Chain:
    title: str
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "entries": [entry.as_dict() for entry in self.entries],
            "skipped": [skipped.as_dict() for skipped in self.skipped],
        }


def plain_decimal(value: Decimal | None) -> str | None:
    """``2``, ``0.5``, ``3.2``: no exponent, no trailing zeros."""
    if value is None:
        return None
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
